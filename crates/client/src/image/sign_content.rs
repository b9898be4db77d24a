//! Which content a tag is signed for: what is released already, what the registry serves, what a person names, or what the Engine pushes.

use super::released::released;
use crate::{
    error::OpsError,
    image::error::ImageError,
    in_parallel::in_parallel,
    ports::{Engine, EngineError, Manifest, Pushed, PushedContent, Registry, RegistryError, RemoteError, events::Event},
    session::Session,
};
use trust::{
    model::{digest::Sha256, gun::Gun, hashes::FileMeta, tag::Tag},
    verify::trusted::TrustedRepo,
};

/// A tag that is to be signed.
#[derive(Clone, Copy, Debug)]
pub struct RequestedTag<'a> {
    /// The tag.
    pub tag: &'a Tag,
    /// The image as it was typed; the Engine is asked for it so.
    pub typed: &'a str,
    /// For which content.
    pub content: ContentChoice,
}

/// The content that a tag is to be signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentChoice {
    /// The one that is released under the tag already; where there is none, the source's.
    Released,
    /// The source's, whatever is released.
    Source,
    /// The one of this digest, which the registry must have.
    Digest(Sha256),
}

/// Where a content comes from that is not released yet.
#[derive(Clone, Copy)]
pub enum ContentSource<'a> {
    /// The Engine has the image and pushes it.
    Engine(&'a dyn Engine),
    /// The registry has it.
    Registry,
}

/// What the registry said of each wanted tag; none where it was not asked.
pub(crate) type Served = Vec<Option<Result<Manifest, RegistryError>>>;

/// In place of an answer of the registry that did not come.
pub(crate) fn unanswered(gun: &Gun) -> RegistryError {
    RemoteError::Unusable(format!("the question to the registry of {gun} was not answered")).into()
}

/// Most questions to the registry at once.
const AT_ONCE: usize = 8;

/// Asks the registry for all that it has to say before signing begins.
pub(crate) fn ask_registry(registry: &dyn Registry, gun: &Gun, wanted: &[RequestedTag<'_>], source: ContentSource<'_>) -> Served {
    let ask = |wanted: &RequestedTag<'_>| match (wanted.content, source) {
        (ContentChoice::Digest(digest), _) => Some(registry.confirm(gun, digest)),
        (_, ContentSource::Registry) => Some(registry.resolve(gun, wanted.tag)),
        (_, ContentSource::Engine(_)) => None,
    };
    at_once(gun, wanted, ask)
}

/// Asks the registry besides for the tags that are released already, and that the Engine is not to push.
pub(crate) fn ask_of_released(
    registry: &dyn Registry,
    gun: &Gun,
    wanted: &[RequestedTag<'_>],
    released: &[Option<FileMeta>],
    served: Served,
) -> Served {
    let open: Vec<_> = wanted.iter().zip(released).zip(&served).collect();
    let ask = |((wanted, released), served): &((&RequestedTag<'_>, &Option<FileMeta>), &Option<_>)| {
        (released.is_some() && served.is_none()).then(|| registry.resolve(gun, wanted.tag))
    };
    let more = at_once(gun, &open, ask);
    served.into_iter().zip(more).map(|(served, more)| served.or(more)).collect()
}

fn at_once<T: Sync>(gun: &Gun, wanted: &[T], ask: impl Fn(&T) -> Option<Result<Manifest, RegistryError>> + Sync) -> Served {
    let answers = in_parallel(wanted, AT_ONCE, ask).into_iter();
    answers.map(|answer| answer.unwrap_or_else(|_| Some(Err(unanswered(gun))))).collect()
}

/// The contents that are released under the wanted tags, where those are to be signed again.
pub(crate) fn released_contents(repo: &TrustedRepo, wanted: &[RequestedTag<'_>]) -> Vec<Option<FileMeta>> {
    let of =
        |wanted: &RequestedTag<'_>| (wanted.content == ContentChoice::Released).then(|| released(repo, wanted.tag).ok()).flatten();
    wanted.iter().map(of).collect()
}

/// Pushes a local image; what the push reports is what is signed.
pub(crate) fn push(session: &Session<'_>, engine: &dyn Engine, gun: &Gun, tag: &Tag) -> Result<PushedContent, PushFailed> {
    session.events.tell(Event::PushingLocal { tag });
    let heard = |progress: &_| session.events.tell(Event::EngineProgress(progress));
    let pushed = engine.push(gun, tag, &heard).map_err(|error| {
        let may_be_pushed = matches!(error, EngineError::BadAnswer { .. } | EngineError::Lost { .. });
        PushFailed { error: error.into(), may_be_pushed }
    })?;
    let content = settle(session, gun, tag, pushed).map_err(|error| PushFailed { error, may_be_pushed: true })?;
    session.events.tell(Event::SigningFromEngine { tag, content });
    Ok(content)
}

/// A push that brought nothing to sign.
pub(crate) struct PushFailed {
    pub(crate) error: OpsError,
    /// Whether the image may be in the registry all the same.
    pub(crate) may_be_pushed: bool,
}

/// Where the push reported several contents, the tag's is the one that the registry serves now, and no other than those.
fn settle(session: &Session<'_>, gun: &Gun, tag: &Tag, pushed: Pushed) -> Result<PushedContent, OpsError> {
    let reported = match pushed {
        Pushed::One(content) => return Ok(content),
        Pushed::Among(reported) => reported,
    };
    let served = session.registry.resolve(gun, tag)?;
    let content = PushedContent { digest: served.digest, length: served.length };
    if reported.contains(&content) {
        return Ok(content);
    }
    Err(OpsError::Image(ImageError::PushUnclear {
        tag: tag.clone(),
        served: served.digest,
        reported: reported.iter().map(|c| c.digest).collect(),
    }))
}
