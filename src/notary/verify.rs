//! `notary verify`

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use clap::ValueHint;

use super::{command::NotaryCommand, signed_target::signed_target};
use crate::{
    compose::context::Context,
    face::notary_misuse,
    options::{
        boolean::go_bool,
        notary::{TEMPLATE, path},
        notary_names::repository,
    },
    term::error::{CliError, os_words},
};
use host::bounded::read_bounded;
use trust::model::hashes::HashMismatch;

/// Verifies that the content is a target of the trusted collection
#[derive(Debug, clap::Args)]
#[command(override_usage = "notary verify [ GUN ] <target> [flags]", help_template = TEMPLATE)]
pub struct Args {
    /// Read from a file, instead of STDIN
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub input: Option<PathBuf>,

    /// Write to a file, instead of STDOUT
    #[arg(short, long, allow_hyphen_values = true, value_parser = path(), value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,

    /// No output except for errors
    #[arg(short, long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL")]
    pub quiet: bool,

    /// Repository
    #[arg(value_name = "GUN")]
    pub gun: Option<String>,

    /// Name of the target
    #[arg(value_name = "TARGET")]
    pub target: Option<String>,

    /// What no argument is: it is passed over.
    #[arg(hide = true)]
    pub excess: Vec<String>,
}

impl NotaryCommand for Args {
    fn excess(&self) -> &[String] {
        &self.excess
    }

    /// Runs the command. Nothing of the content is passed on before all of it is verified.
    fn run(&self, context: &Context<'_>) -> Result<(), CliError> {
        let (Some(gun), Some(target)) = (&self.gun, &self.target) else {
            return Err(notary_misuse::misused("verify", "Must specify a GUN and target"));
        };
        let gun = repository(gun)?;
        let found = signed_target(context, &gun, target);
        let found = found.map_err(|error| error.prefixed(&format!("error retrieving target by name:{target}, error:")))?;
        let length = found.meta.length;
        let differs = |algorithm: &str, expected: &str, cause: String| {
            let words = format!(
                "data not present in the trusted collection, {algorithm} checksum for {target} did not match: expected {expected}"
            );
            CliError::new(words).because(cause)
        };
        let of_another_length = |cause| differs("sha256", &found.meta.sha256.to_hex(), cause);
        let payload = read(named(self.input.as_deref()), length)?;
        let payload = payload.ok_or_else(|| of_another_length(format!("it is longer than {length} bytes")))?;
        found.meta.check(&payload).map_err(|mismatch| match &mismatch {
            HashMismatch::Hash { algorithm, expected } => differs(algorithm, expected, mismatch.to_string()),
            HashMismatch::Length { .. } => of_another_length(mismatch.to_string()),
        })?;
        match named(self.output.as_deref()) {
            _ if self.quiet => {}
            Some(file) => save(file, &payload)?,
            None => context.ui.content(&payload),
        }
        Ok(())
    }
}

fn named(path: Option<&Path>) -> Option<&Path> {
    path.filter(|path| !path.as_os_str().is_empty())
}

/// The content; none where it has more than these bytes.
fn read(file: Option<&Path>, most: u64) -> Result<Option<Vec<u8>>, CliError> {
    let mut content = Vec::new();
    let read = match file {
        Some(file) => File::open(file).and_then(|file| read_bounded(file, most, &mut content)),
        None => read_bounded(io::stdin().lock(), most, &mut content),
    };
    match read {
        Ok(()) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Ok(None),
        Err(error) => {
            let what = file.map_or("Error reading content from STDIN".to_owned(), |file| format!("open {}", file.display()));
            Err(CliError::new(format!("{what}: {}", os_words(&error))))
        }
    }
}

fn save(file: &Path, content: &[u8]) -> Result<(), CliError> {
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    written
        .and_then(|mut written| written.write_all(content))
        .map_err(|error| CliError::new(format!("open {}: {}", file.display(), os_words(&error))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_could_be_right() {
        assert_eq!(read(Some(Path::new("/dev/zero")), 5).unwrap(), None);
        assert_eq!(read(Some(Path::new("/dev/null")), 0).unwrap(), Some(Vec::new()));
    }
}
