//! `dct completion`

use serde::Serialize;

use super::definition::{Done, Verb};
use crate::{compose::context::Context, term::error::CliError};

/// Print the completion script of a shell
///
/// `make install` and packages put it where the shell looks by itself.
#[derive(Debug, clap::Args)]
#[command(override_usage = "dct completion [OPTIONS] SHELL", after_help = EXAMPLES, help_template = crate::options::boolean::TEMPLATE)]
pub(crate) struct Args {
    /// The shell: bash, zsh, fish or powershell
    #[arg(value_name = "SHELL")]
    pub shell: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  In every later bash:
    dct completion bash | tee ~/.bash_completion

  In zsh, in a folder of its fpath:
    dct completion zsh | tee _dct

  In fish:
    mkdir -p ~/.config/fish/completions
    dct completion fish | tee ~/.config/fish/completions/dct.fish";

/// A shell that there is a script for.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
}

/// The script of a shell.
#[derive(Serialize)]
pub(crate) struct CompletionScript {
    shell: Shell,
    script: &'static str,
}

/// The names of the shells, as they are typed.
pub(crate) const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

impl Shell {
    fn named(name: &str) -> Option<Self> {
        match name {
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            "powershell" | "pwsh" => Some(Self::Powershell),
            _ => None,
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("../../completions/dct.bash"),
            Self::Zsh => include_str!("../../completions/_dct"),
            Self::Fish => include_str!("../../completions/dct.fish"),
            Self::Powershell => include_str!("../../completions/dct.ps1"),
        }
    }
}

impl Verb for Args {
    const WORDS: &'static str = "completion";
    type Report = CompletionScript;

    fn run(&self, context: &Context<'_>) -> Result<Done<CompletionScript>, CliError> {
        let shell = Shell::named(&self.shell).ok_or_else(|| {
            let words = format!("there is no completion for {}", self.shell);
            CliError::new(words).coded("usage").hinted(format!("there is one for {}", SHELLS.join(", ")))
        })?;
        context.ui.lines(shell.script().lines());
        Ok(Done::well(CompletionScript { shell, script: shell.script() }))
    }
}
