//! `--output`: in which form a verb answers.

use std::ffi::OsString;

/// How a verb answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// In words, for a person.
    #[default]
    Text,
    /// In JSON, for a program.
    Json,
}

/// The forms, as they are typed.
pub(crate) const FORMATS: [(&str, OutputFormat); 2] = [("text", OutputFormat::Text), ("json", OutputFormat::Json)];

/// The name of the option.
pub(crate) const OUTPUT: &str = "output";

/// Reads the value of `--output`.
pub(crate) fn output_format(value: &str) -> Result<OutputFormat, String> {
    let format = FORMATS.into_iter().find(|(name, _)| *name == value).map(|(_, format)| format);
    format.ok_or_else(|| "must be text or json".to_owned())
}

/// The option of every verb that has no `--output` of its own.
pub(crate) fn flag() -> clap::Arg {
    clap::Arg::new(OUTPUT)
        .short('o')
        .long(OUTPUT)
        .value_name("FORMAT")
        .value_parser(output_format)
        .default_value("text")
        .help("Answer in words for a person (text), or in JSON for a program (json)")
}

/// The form that a command line asks for which could not be read as a whole.
pub(crate) fn asked_for(words: &[OsString]) -> OutputFormat {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).take_while(|word| word != "--").collect();
    let is_json = |(place, word): (usize, &std::borrow::Cow<'_, str>)| match &**word {
        "--output" | "-o" => words.get(place + 1).is_some_and(|value| value == "json"),
        word => ["--output=json", "-o=json", "-ojson"].contains(&word),
    };
    if words.iter().enumerate().any(is_json) { OutputFormat::Json } else { OutputFormat::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_that_cannot_be_read_is_answered_in_the_form_that_it_asks_for() {
        let asked = |line: &str| asked_for(&line.split(' ').map(Into::into).collect::<Vec<_>>());
        for line in ["dct sign --output json", "dct sign -o json --nope", "dct --nope --output=json", "dct sign -ojson"] {
            assert_eq!(asked(line), OutputFormat::Json, "{line}");
        }
        for line in ["dct sign", "dct sign --output", "dct sign -o text", "dct sign -- -o json", "dct key export -o json.pem"] {
            assert_eq!(asked(line), OutputFormat::Text, "{line}");
        }
    }
}
