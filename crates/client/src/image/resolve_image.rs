//! What a tag is trusted to be.

pub use crate::state::refresh::Outage;

use serde::Serialize;

use super::released::{is_released, must_be_known, released, tell_of_missing_releases};
use crate::{
    error::OpsError,
    image::error::ImageError,
    outcome::Outcome,
    ports::events::Event,
    session::Session,
    state::refresh::{WritableRepo, for_reading, for_writing, not_initialized},
};
use trust::{
    model::{digest::Sha256, gun::Gun, tag::Tag},
    verify::trusted::TrustedRepo,
};

/// A tag, and the content that is released under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReleasedTag {
    /// The tag.
    pub tag: Tag,
    /// The digest of its manifest or index.
    pub digest: Sha256,
}

/// The digest that is released under a tag (docker `trust.GetTargetByName` over `targets/releases` and `targets`).
pub fn resolve(session: &Session<'_>, gun: &Gun, tag: &Tag, outage: Outage) -> Result<Outcome<ReleasedTag>, OpsError> {
    Outcome::of(session, |session| {
        let repo = state(session, gun, outage)?;
        let released = released(&repo, tag).map_err(|why| why.failure(gun, tag))?;
        tell_of_missing_releases(session, &repo)?;
        Ok(ReleasedTag { tag: tag.clone(), digest: released.sha256 })
    })
}

/// All tags that are released, and their digests, by tag.
pub fn resolve_all(session: &Session<'_>, gun: &Gun, outage: Outage) -> Result<Outcome<Vec<ReleasedTag>>, OpsError> {
    Outcome::of(session, |session| released_tags(session, gun, outage))
}

fn released_tags(session: &Session<'_>, gun: &Gun, outage: Outage) -> Result<Vec<ReleasedTag>, OpsError> {
    let repo = state(session, gun, outage)?;
    let entries = repo.entries(None);
    let mut names: Vec<&str> = entries.iter().filter(|entry| is_released(entry.role)).map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    let mut tags = Vec::new();
    for name in names {
        let digest = |tag: &Tag| released(&repo, tag).ok().map(|released| released.sha256);
        match Tag::parse(name).and_then(|tag| Some(ReleasedTag { digest: digest(&tag)?, tag })) {
            Some(found) => tags.push(found),
            None => session.events.tell(Event::SkippingTarget { name }),
        }
    }
    if tags.is_empty() {
        return Err(OpsError::Image(ImageError::NoTrustedTags { gun: gun.clone() }));
    }
    tell_of_missing_releases(session, &repo)?;
    Ok(tags)
}

fn state(session: &Session<'_>, gun: &Gun, outage: Outage) -> Result<Box<TrustedRepo>, OpsError> {
    let repo = match outage {
        Outage::AnswerFromStore => Box::new(for_reading(session, gun)?),
        Outage::Fail => match for_writing(session, gun)? {
            Some(WritableRepo::Published(repo)) => repo,
            Some(WritableRepo::Unpublished(_)) | None => {
                return Err(not_initialized(session, gun));
            }
        },
    };
    must_be_known(&repo)?;
    Ok(repo)
}
