//! What happens along the way, in the words of `docker trust`.

use std::cell::Cell;

use crate::{
    cli::ui::Ui,
    ops::{events::Event, ports::Events},
};

/// Which verb is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// It has no words of its own for what happens.
    Other,
    /// `sign`
    Sign,
    /// `signer add`
    SignerAdd,
}

/// Tells of one argument of a verb.
pub(super) struct Narrator<'a> {
    ui: &'a Ui,
    verb: Verb,
    /// The argument as it was typed.
    typed: &'a str,
    signing: Cell<bool>,
}

impl<'a> Narrator<'a> {
    pub(super) fn new(ui: &'a Ui, verb: Verb, typed: &'a str) -> Self {
        Self { ui, verb, typed, signing: Cell::new(false) }
    }

    /// Whether signing has begun: Docker words an error by it.
    pub(super) fn is_signing(&self) -> bool {
        self.signing.get()
    }
}

impl Events for Narrator<'_> {
    fn tell(&self, event: Event<'_>) {
        let (ui, typed) = (self.ui, self.typed);
        match event {
            Event::Initializing { .. } => ui.wait_for(&format!("initializing {typed}")),
            Event::Resigning | Event::SigningFromRegistry { .. } => ui.wait_for(&format!("publishing trust data of {typed}")),
            _ => {}
        }
        match (event, self.verb) {
            (Event::Initializing { .. }, Verb::SignerAdd) => ui.line(&format!("Initializing signed repository for {typed}...")),
            (Event::Initialized { .. }, Verb::SignerAdd) => ui.line(&format!("Successfully initialized \"{typed}\"")),
            (Event::Initialized { .. }, Verb::Sign) => ui.line(&format!("Finished initializing signed repository for {typed}")),
            (Event::SignerCreated { name }, _) => ui.line(&format!("Created signer: {name}")),
            (Event::Resigning, _) => {
                self.signing.set(true);
                ui.line(&format!("Signing and pushing trust metadata for {typed}"));
            }
            (Event::ExistingSignatures { tag, digest, signers }, _) => {
                ui.line(&format!("Existing signatures for tag {tag} digest {digest} from:"));
                ui.line(&signers.join(", "));
            }
            (Event::SigningFromRegistry { manifest, .. }, _) => {
                self.signing.set(true);
                // Docker signs what its Engine has just pushed, and says so here; we sign what the registry has
                let (digest, length) = (manifest.digest, manifest.length);
                ui.notice(&format!("Signing {typed} as its registry serves it: sha256:{digest}, {length} bytes"));
                ui.line("Signing and pushing trust metadata");
            }
            (Event::Warning(text), _) => ui.warning(&text),
            _ => {}
        }
    }
}
