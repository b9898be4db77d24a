//! A signature that no pull takes: of a signer who may not release.

use trust::model::{digest::Sha256, key_id::CanonicalKeyId, role::RoleName, tag::Tag};

/// A tag that was signed for a content, which is not what is released under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreleasedTag {
    /// The tag.
    pub tag: Tag,
    /// The content.
    pub digest: Sha256,
    /// The roles that sign it now.
    pub signed_by: Vec<RoleName>,
    /// What is released under the tag all the same.
    pub released: Option<Sha256>,
    /// Why it is not released.
    pub why: NoRelease,
}

/// Why a signer does not release what they sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRelease {
    /// Someone else has released another content meanwhile.
    #[error("someone else has released another content meanwhile")]
    Displaced,
    /// Nobody may release in this repository but who has its own key.
    #[error("the repository delegates to signers, and to no role {}", RoleName::releases())]
    NoRole,
    /// The role that releases may not sign the tag.
    #[error("{} may not sign this tag", RoleName::releases())]
    NotAdmitted,
    /// The keys of the role that releases are elsewhere.
    #[error(
        "none of the keys of {} is on this machine: {}",
        RoleName::releases(),
        .0.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    NoKey(Vec<CanonicalKeyId>),
}
