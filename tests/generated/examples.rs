//! The examples of a verb, read out of the end of its `--help`, which is the one place where they stand.

/// What a person may want, and what is typed for it.
pub(crate) struct Example {
    /// Why one would type this; empty where the command speaks for itself.
    pub(crate) why: String,
    /// The lines.
    pub(crate) commands: Vec<String>,
}

/// The examples of a command, none where it has none: below a line `Examples:`, explanations are indented by two spaces, and commands by more. Where
/// there are no explanations, the commands are indented by two.
pub(crate) fn of(command: &clap::Command) -> Vec<Example> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let Some(text) = help.strip_prefix("Examples:\n").or_else(|| help.strip_prefix("Example:\n")) else { return Vec::new() };
    let explained = text.lines().any(|line| line.starts_with("    "));
    let mut examples: Vec<Example> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if explained && !line.starts_with("    ") {
            examples.push(Example { why: line.trim().to_owned(), commands: Vec::new() });
            continue;
        }
        if examples.is_empty() {
            examples.push(Example { why: String::new(), commands: Vec::new() });
        }
        examples.last_mut().unwrap().commands.push(line.trim().to_owned());
    }
    examples
}
