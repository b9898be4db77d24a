//! What happens while images are signed, pushed and pulled, in docker's words.

use std::cell::Cell;

use crate::{
    face::{failure, warning_words},
    term::{
        error::{CliError, ExitStatus},
        pull_progress::LayersView,
        ui::Ui,
    },
};
use client::{
    error::OpsError,
    image::error::ImageError,
    ports::{Events, events::Event},
    state::error::StateError,
    unreleased::UnreleasedTag,
};
use trust::model::{
    digest::Sha256,
    gun::Gun,
    image_name::{ImageName, familiar},
    tag::Tag,
};

/// Which verb is told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransferVerb {
    /// `pull`
    Pull,
    /// `push`
    Push,
    /// `sign`
    Sign,
}

/// Tells of the images of one repository.
pub(crate) struct TransferWords<'a> {
    ui: &'a Ui,
    verb: TransferVerb,
    gun: &'a Gun,
    images: &'a [ImageName],
    progress: LayersView<'a>,
    signing: Cell<bool>,
    quiet: bool,
}

impl<'a> TransferWords<'a> {
    pub(crate) fn new(ui: &'a Ui, verb: TransferVerb, gun: &'a Gun, images: &'a [ImageName]) -> Self {
        Self { ui, verb, gun, images, progress: LayersView::new(ui), signing: Cell::new(false), quiet: false }
    }

    /// The same, without how far the Engine is.
    pub(crate) fn quiet(self, quiet: bool) -> Self {
        Self { quiet, ..self }
    }

    /// The argument that has a tag, as it was typed.
    fn typed(&self, tag: &Tag) -> String {
        self.images
            .iter()
            .find(|image| image.tag() == Some(tag))
            .map_or_else(|| format!("{}:{tag}", self.gun), |image| image.typed.clone())
    }

    fn signing(&self, tag: &Tag, source: &str, digest: Sha256, length: u64) {
        self.signing.set(true);
        let typed = self.typed(tag);
        self.ui.notice(&format!("Signing {typed} {source}: sha256:{digest}, {length} bytes"));
        self.ui.line("Signing and pushing trust metadata");
        self.ui.wait_for(&format!("publishing trust data of {}", self.gun));
    }

    /// An error in docker's words: it names the tag once it has begun to sign, and the repository before.
    pub(crate) fn refused(&self, tags: &[&Tag], error: &OpsError) -> CliError {
        match error {
            OpsError::Image(ImageError::PushedUnsigned { error: inner, .. }) => self.worded(tags, inner, error),
            OpsError::Image(ImageError::SignedUnreleased { released, unreleased }) => {
                for tag in released {
                    self.succeeded(tag);
                }
                self.unreleased(unreleased)
            }
            _ => self.worded(tags, error, error),
        }
    }

    /// A tag is signed, and a pull takes what is signed.
    pub(crate) fn succeeded(&self, tag: &Tag) {
        self.ui.line(&format!("Successfully signed {}:{tag}", self.gun));
    }

    /// What is signed and taken by no pull: docker says of it that it is signed.
    fn unreleased(&self, unreleased: &[UnreleasedTag]) -> CliError {
        let gun = self.gun;
        let lines = unreleased.iter().map(|UnreleasedTag { tag, digest, signed_by, released, .. }| {
            let signers: Vec<_> = signed_by.iter().map(ToString::to_string).collect();
            let instead = released.map_or_else(String::new, |released| format!(", which stays sha256:{released}"));
            format!(
                "{gun}:{tag} is signed by {} for sha256:{digest}, and that is not released: no pull takes it{instead}",
                signers.join(", ")
            )
        });
        let mut error = lines.fold(CliError::silent(ExitStatus::Failed), CliError::and);
        let mut causes: Vec<_> = unreleased.iter().map(|it| it.why.to_string()).collect();
        causes.dedup();
        error = error.because(causes.join("; "));
        for UnreleasedTag { tag, digest, .. } in unreleased {
            error = error.hinted(format!("whoever may release does it with `dct sign {gun}:{tag}@sha256:{digest}`"));
        }
        error.hinted("`dct signer add` lets a signer's key release")
    }

    /// The words of one error, with the hint of another that holds it.
    fn worded(&self, tags: &[&Tag], error: &OpsError, whole: &OpsError) -> CliError {
        let of_repository = matches!(
            error,
            OpsError::State(StateError::Gone { .. } | StateError::NotInitialized { .. } | StateError::Untrusted { .. })
                | OpsError::Remote(_)
        );
        let of_account = matches!(
            error,
            OpsError::Image(ImageError::NoAccount { .. } | ImageError::AccountNamesNoSigner { .. }) | OpsError::Init(_)
        );
        let gun = self.gun;
        let words = match (self.signing.get(), error) {
            (false, _) if of_repository || of_account => failure::about_repository(gun.as_str(), error),
            // docker says the Engine's words alone
            (_, OpsError::Engine(_)) => failure::plain(error),
            _ => {
                let tags: Vec<String> = tags.iter().map(|tag| format!("{gun}:{tag}")).collect();
                failure::plain(error).prefixed(&format!("failed to sign {}: ", tags.join(", ")))
            }
        };
        if std::ptr::eq(error, whole) { words } else { words.with_hints(failure::plain(whole).hints()) }
    }
}

impl Events for TransferWords<'_> {
    fn tell(&self, event: Event<'_>) {
        let (ui, verb, gun) = (self.ui, self.verb, self.gun);
        if let Event::PushingLocal { tag } = event {
            ui.wait_for(&format!("pushing {gun}:{tag}"));
        }
        match event {
            Event::EngineProgress(_) if self.quiet => {}
            Event::EngineProgress(progress) => self.progress.show(progress),
            Event::ExistingSignatures { tag, digest, signers } => {
                ui.line(&format!("Existing signatures for tag {tag} digest {digest} from:"));
                ui.line(&signers.join(", "));
            }
            Event::Initialized { .. } if verb == TransferVerb::Push => ui.line(&format!("Finished initializing \"{gun}\"")),
            Event::Initialized { .. } => {
                let typed = self.images.first().map_or(gun.as_str(), |image| &image.typed);
                ui.line(&format!("Finished initializing signed repository for {typed}"));
            }
            Event::Pulling { number, of, tag, digest } => {
                ui.wait_for(&format!("pulling {gun}:{tag}"));
                ui.line(&format!("Pull ({number} of {of}): {}:{tag}@sha256:{digest}", familiar(self.gun)));
            }
            Event::Initializing { .. } => ui.wait_for(&format!("initializing {gun}")),
            Event::PushingLocal { tag } if verb == TransferVerb::Sign => {
                let typed = self.typed(tag);
                ui.notice(&format!("Signing and pushing trust data for local image {typed}, may overwrite remote trust data"));
            }
            Event::Resigning { tag } => {
                self.signing.set(true);
                ui.line(&format!("Signing and pushing trust metadata for {}", self.typed(tag)));
                ui.wait_for(&format!("publishing trust data of {gun}"));
            }
            Event::SignerCreated { name } => ui.line(&format!("Created signer: {name}")),
            // Docker signs what its Engine has just pushed, and has no word for its digest here
            Event::SigningDigest { tag, manifest } => {
                self.signing(tag, "for the digest that was named", manifest.digest, manifest.length);
            }
            Event::SigningFromEngine { tag, content } => {
                self.signing(tag, "as the Docker Engine pushed it", content.digest, content.length);
            }
            Event::SigningFromRegistry { tag, manifest } => {
                self.signing(tag, "as its registry serves it", manifest.digest, manifest.length);
            }
            Event::SkippingTarget { name } => {
                let words = format!("Skipping target for \"{name}\"");
                if ui.is_for_program() { ui.warning("skipped-name", &words) } else { ui.notice(&words) }
            }
            Event::Tagging { digest, tag } => {
                let name = familiar(self.gun);
                ui.notice(&format!("Tagging {name}@sha256:{digest} as {name}:{tag}"));
            }
            Event::Warning(warning) => warning_words::tell(ui, &warning),
            _ => {}
        }
    }
}
