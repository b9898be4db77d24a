//! Who answers for the person of one command: the passphrases' room over this machine's environment, files and commands, and the prompts.

use std::{path::Path, sync::Arc};

use zeroize::Zeroizing;

use crate::{
    passphrases::{
        decisions::Passphrases,
        flags::{NewPassphraseFlags, PassphraseFlags},
        named_key::NamedKey,
        reader::{FilePassphrase, PassphraseReader},
        sources::PassphraseSources,
    },
    term::{error::CliError, input::Input, prompter::Prompter, ui::Ui},
};
use host::passphrases;

/// The prompts, and the passphrases that ask through them at last. Both read one standard input.
pub(crate) fn of_command(
    flags: &PassphraseFlags,
    new: Option<&NewPassphraseFlags>,
    ui: &Arc<Ui>,
) -> Result<(Arc<Prompter>, Passphrases), CliError> {
    let reader = Box::new(OnThisMachine);
    // before anything is opened here that could be taken for a descriptor that the person names
    let (flag, new) = (flags.source(&*reader)?, new.map(|new| new.source(&*reader)).transpose()?.flatten());
    let sources = PassphraseSources::new(ui.program().peer(), Box::new(|name| std::env::var_os(name))).with_flags(flag, new);
    let input = Input::standard().map_err(|error| CliError::new(format!("standard input: {error}")))?;
    let prompter = Arc::new(Prompter::new(Arc::clone(ui), Arc::new(input)));
    let passphrases = Passphrases::new(sources, reader, Arc::clone(&prompter));
    Ok((prompter, passphrases))
}

/// The end behind the port.
struct OnThisMachine;

impl PassphraseReader for OnThisMachine {
    fn file(&self, path: &Path) -> Result<FilePassphrase, String> {
        let read = passphrases::from_file(path).map_err(|error| error.to_string())?;
        Ok(FilePassphrase { text: read.text, warning: read.warning })
    }

    fn descriptor(&self, number: u32) -> Result<Zeroizing<Vec<u8>>, String> {
        passphrases::from_descriptor(number).map_err(|error| error.to_string())
    }

    fn command(&self, line: &str, key: NamedKey<'_>) -> Result<Zeroizing<Vec<u8>>, String> {
        passphrases::from_command(line, key.role, key.id).map_err(|error| error.to_string())
    }
}
