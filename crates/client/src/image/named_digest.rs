//! An image that is named by a digest: whether that is what is released. Docker repeats the digest as a part of the name, and compares it with nothing.

use super::released::{is_released, released};
use crate::{error::OpsError, image::error::ImageError};
use trust::{
    model::{
        digest::Sha256,
        image_name::{ImageName, Selector},
        tag::Tag,
    },
    verify::trusted::TrustedRepo,
};

/// Makes sure that the digest in an image's name, where it has one, is released: under the tag beside it, or under any where there is none.
pub(crate) fn check(repo: &TrustedRepo, image: &ImageName) -> Result<(), OpsError> {
    match &image.selector {
        Selector::TagAndDigest(tag, Some(named)) => {
            let released = released(repo, tag).map_err(|why| why.failure(repo.gun(), tag))?;
            check_tag(tag, *named, released.sha256)
        }
        Selector::Digest(Some(named)) => check_any(repo, *named),
        Selector::Whole | Selector::Tag(_) | Selector::Digest(None) | Selector::TagAndDigest(_, None) => Ok(()),
    }
}

fn check_any(repo: &TrustedRepo, named: Sha256) -> Result<(), OpsError> {
    let entries = repo.entries(None);
    let mut signed = entries.iter().filter(|entry| is_released(entry.role) && entry.target.meta.sha256 == named);
    if signed.any(|entry| is_released_for(repo, entry.name, named)) {
        return Ok(());
    }
    Err(OpsError::Image(ImageError::DigestNotReleased { gun: repo.gun().clone(), named }))
}

/// Whether who names an image means a content under a tag: any where the name has no digest, else the one of that digest, where it is what is
/// released under the tag.
pub(crate) fn is_meant(repo: &TrustedRepo, image: &ImageName, tag: &str, digest: Sha256) -> bool {
    match &image.selector {
        Selector::Whole | Selector::Tag(_) => true,
        Selector::Digest(named) | Selector::TagAndDigest(_, named) => {
            named.is_some_and(|named| named == digest && is_released_for(repo, tag, named))
        }
    }
}

fn is_released_for(repo: &TrustedRepo, tag: &str, named: Sha256) -> bool {
    Tag::parse(tag).is_some_and(|tag| released(repo, &tag).is_ok_and(|released| released.sha256 == named))
}

/// Makes sure that the digest which stands beside a tag is the one that is released under it.
pub fn check_tag(tag: &Tag, named: Sha256, released: Sha256) -> Result<(), OpsError> {
    if named == released {
        Ok(())
    } else {
        Err(OpsError::Image(ImageError::OtherDigestReleased { tag: tag.clone(), named, released }))
    }
}
