//! Passphrases that a command prints, such as a password manager's.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use zeroize::Zeroizing;

use super::line::{MAX, PassphraseError, one_line};
use crate::process::{self, Bounds};

/// How long a command may take: a person may have to unlock a password manager first.
const DEADLINE: Duration = Duration::from_secs(60);

/// Tells a command whose passphrase is wanted.
const ROLE: &str = "DCT_KEY_ROLE";
const KEY: &str = "DCT_KEY_ID";

/// Runs a command and takes the line that it prints. Its words are split as a shell would, by blanks and quotes, and no shell is run. It finds the
/// key's role and ID in its environment, and no passphrase of ours; its standard input is empty, its standard error the process's own.
pub fn from_command(line: &str, role: &str, key: &str) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
    run(line, role, key, DEADLINE)
}

fn run(line: &str, role: &str, key: &str, deadline: Duration) -> Result<Zeroizing<Vec<u8>>, PassphraseError> {
    let words = shlex::split(line).ok_or(PassphraseError::Quotes)?;
    let (program, arguments) = words.split_first().ok_or(PassphraseError::Empty)?;
    let mut command = Command::new(program);
    process::without_secrets(&mut command).args(arguments).env(ROLE, role).env(KEY, key).stdin(Stdio::null());
    let output = process::run(&mut command, &[], Bounds { deadline, answer: MAX }).map_err(PassphraseError::Command)?;
    if !output.status.success() {
        return Err(PassphraseError::Command(format!("it failed ({})", output.status)));
    }
    one_line(&output.stdout)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn ask(line: &str) -> Result<String, String> {
        let answer = run(line, "jeff", "5cb9c4e0", Duration::from_secs(5));
        answer.map(|text| String::from_utf8(text.to_vec()).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_command_prints_the_passphrase() {
        assert_eq!(ask("echo 'open  sesame' $HOME"), Ok("open  sesame $HOME".to_owned()));
        assert_eq!(ask(r#"sh -c 'echo "$DCT_KEY_ROLE:$DCT_KEY_ID"'"#), Ok("jeff:5cb9c4e0".to_owned()));
        assert_eq!(ask("sh -c 'cat; echo x'"), Ok("x".to_owned()), "standard input is empty");
    }

    #[test]
    fn a_command_that_gives_none_is_told_of() {
        assert_eq!(ask("sh -c 'echo secret; exit 3'"), Err("it failed (exit status: 3)".to_owned()));
        assert_eq!(ask("true"), Err("it is empty".to_owned()));
        assert_eq!(ask("  "), Err("it is empty".to_owned()));
        assert_eq!(ask("echo 'a"), Err("a quote is not closed in it".to_owned()));
        assert!(ask("/nonexistent/program").unwrap_err().starts_with("it cannot be run: /nonexistent/program: "));
        assert_eq!(ask("yes"), Err("its answer is longer than 65536 bytes".to_owned()));
    }

    #[test]
    fn a_command_that_has_ended_has_answered_though_it_left_another_behind() {
        let start = Instant::now();
        assert_eq!(ask("sh -c 'echo secret; sleep 20 2>/dev/null &'"), Ok("secret".to_owned()));
        assert!(start.elapsed() < Duration::from_secs(4));
        let long = ask("sh -c 'head -c 60000 /dev/zero | tr \\\\0 x'").map(|text| text.len());
        assert_eq!(long, Ok(60_000));
    }

    #[test]
    fn a_command_that_hangs_is_killed() {
        let start = Instant::now();
        let late = run("sleep 60", "jeff", "", Duration::from_millis(300)).unwrap_err();
        assert_eq!(late.to_string(), "it did not answer within 0.3 s");
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
