//! `dct completion`

use serde::Serialize;

use super::definition::StandaloneVerb;
use crate::term::{error::CliError, ui::Ui};

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

/// The shells, as they are typed, each with its script.
const SCRIPTS: [(&str, &str); 4] = [
    ("bash", include_str!("../../completions/dct.bash")),
    ("zsh", include_str!("../../completions/_dct")),
    ("fish", include_str!("../../completions/dct.fish")),
    ("powershell", include_str!("../../completions/dct.ps1")),
];

/// The script of a shell.
#[derive(Serialize)]
pub(crate) struct CompletionScript {
    shell: &'static str,
    script: &'static str,
}

/// The names of the shells.
pub(crate) fn shells() -> [&'static str; 4] {
    SCRIPTS.map(|(shell, _)| shell)
}

impl StandaloneVerb for Args {
    const WORDS: &'static str = "completion";
    type Report = CompletionScript;

    fn run(&self, ui: &Ui) -> Result<CompletionScript, CliError> {
        let wanted = if self.shell == "pwsh" { "powershell" } else { &self.shell };
        let Some((shell, script)) = SCRIPTS.into_iter().find(|(shell, _)| *shell == wanted) else {
            let words = format!("there is no completion for {}", self.shell);
            return Err(CliError::new(words).coded("usage").hinted(format!("there is one for {}", shells().join(", "))));
        };
        ui.lines(script.lines());
        Ok(CompletionScript { shell, script })
    }
}
