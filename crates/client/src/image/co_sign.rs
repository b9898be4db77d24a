//! Signing a released content again: whether it is what the person means by the tag.
//!
//! A signature approves of a content, and a tag names none: whoever may release decides what that is. Where the registry serves another content,
//! the one who signs the tag may mean either, and neither is signed for them. Docker signs what is released, whatever the registry has.

use crate::{
    error::OpsError,
    image::error::ImageError,
    ports::{Manifest, RegistryError, Warning},
    session::Session,
};
use trust::{
    model::{digest::Sha256, role::RoleName, tag::Tag},
    verify::trusted::TrustedRepo,
};

/// What becomes of a released content that is to be signed again, and that the registry does not serve under its tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unserved {
    /// It is not signed.
    #[default]
    Refused,
    /// It is signed, with a warning (docker: without one).
    Signed,
}

/// A released content that is to be signed again.
pub(crate) struct Again<'a> {
    pub(crate) repo: &'a TrustedRepo,
    pub(crate) tag: &'a Tag,
    /// The roles that it is to be signed into.
    pub(crate) roles: &'a [RoleName],
    pub(crate) released: Sha256,
}

impl Again<'_> {
    /// Whether it may be signed, given what the registry says of its tag.
    ///
    /// A registry that serves nothing, or cannot be asked, may be the doing of who wants this signature: then it is given only where it stands
    /// already.
    pub(crate) fn check(
        &self,
        session: &Session<'_>,
        served: Result<Manifest, RegistryError>,
        unserved: Unserved,
    ) -> Result<(), OpsError> {
        let (tag, released) = (self.tag, self.released);
        let served = served.map(|manifest| manifest.digest);
        let may_be_signed = unserved == Unserved::Signed || served.is_err() && self.stands();
        match served {
            Ok(served) if served == released => {}
            served if !may_be_signed => {
                let (gun, tag) = (self.repo.gun().clone(), tag.clone());
                return Err(OpsError::Image(ImageError::ReleasedUnserved { gun, tag, released, served: Box::new(served) }));
            }
            Ok(served) => session.warn(Warning::TagMoved { tag: tag.clone(), signed: released, served: Some(served) }),
            Err(RegistryError::NoSuchTag { .. }) => {
                session.warn(Warning::TagMoved { tag: tag.clone(), signed: released, served: None });
            }
            Err(error) => {
                session.warn(Warning::ServedUnknown { tag: tag.clone(), signed: released, reason: error.to_string() });
            }
        }
        Ok(())
    }

    /// Whether all the roles sign it already.
    fn stands(&self) -> bool {
        let entries = self.repo.entries(Some(self.tag.as_str()));
        let signs = |role| entries.iter().any(|entry| entry.role == role && entry.target.meta.sha256 == self.released);
        self.roles.iter().all(signs)
    }
}
