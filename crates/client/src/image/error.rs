//! Why an image cannot be signed, revoked, looked up or pulled: the failures that arise here, each with its words, its code and its facts.

use crate::{
    error::{
        code::Coded,
        facts::{Facts, digest, facts, text, texts, with},
    },
    not_used::NotUsed,
    ports::RegistryError,
    unreleased::UnreleasedTag,
};
use trust::model::{digest::Sha256, gun::Gun, key_id::CanonicalKeyId, role::RoleName, tag::Tag};

/// A failure around images. `E` is any failure, as one of these may hold another.
#[derive(Debug, thiserror::Error)]
pub enum ImageError<E: Coded> {
    /// The account at the registry has no name that could be a signer's.
    #[error("the account {name:?} at {host} cannot name a signer")]
    AccountNamesNoSigner {
        /// The account's name.
        name: String,
        /// The registry.
        host: String,
    },
    /// What an image is named by is released under no tag.
    #[error("sha256:{named} is released under no tag of {gun}")]
    DigestNotReleased {
        /// The repository.
        gun: Gun,
        /// The digest in the image's name.
        named: Sha256,
    },
    /// No account is configured for a registry, and the first signer of a repository is named as the account is.
    #[error("no account is configured for {host}, so the first signer has no name")]
    NoAccount {
        /// The registry.
        host: String,
    },
    /// No delegation may sign the tag with a key that is on this machine.
    #[error("no delegation of {gun} can be signed with a key that is on this machine")]
    NoSignableRole {
        /// The repository.
        gun: Gun,
        /// The delegations and their keys.
        roles: Vec<(RoleName, Vec<CanonicalKeyId>)>,
    },
    /// Nothing is released under the tag.
    #[error("nothing is released under tag {tag}")]
    NoTrustData {
        /// The tag.
        tag: Tag,
    },
    /// Nothing is released in the repository.
    #[error("nothing is released in {gun}")]
    NoTrustedTags {
        /// The repository.
        gun: Gun,
    },
    /// Another content is released under a tag than the one of the digest that was typed beside it.
    #[error("sha256:{named} is not what is released under tag {tag}: that is sha256:{released}")]
    OtherDigestReleased {
        /// The tag.
        tag: Tag,
        /// The digest in the image's name.
        named: Sha256,
        /// The digest that is released.
        released: Sha256,
    },
    /// A push reported several contents, and the registry serves yet another.
    #[error(
        "the push of {tag} reported {}, and the registry serves sha256:{served}",
        reported.iter().map(|digest| format!("sha256:{digest}")).collect::<Vec<_>>().join(", ")
    )]
    PushUnclear {
        /// The tag.
        tag: Tag,
        /// What the registry serves under it.
        served: Sha256,
        /// What was reported.
        reported: Vec<Sha256>,
    },
    /// Images were pushed, and then signing failed.
    #[error("images of {gun} were pushed, and are not signed")]
    PushedUnsigned {
        /// The repository.
        gun: Gun,
        /// What is in the registry now, and not signed; the digest where it is known. Without one, it may be there.
        pushed: Vec<(Tag, Option<Sha256>)>,
        /// Why it is not signed.
        error: Box<E>,
    },
    /// A content was to be signed because it is released under a tag, and the registry does not serve it there. Nothing was published.
    #[error(
        "sha256:{released} is released under tag {tag}, and the registry {}",
        served.as_ref().as_ref().map_or_else(|error| format!("does not serve it: {error}"), |served| format!("serves sha256:{served}"))
    )]
    ReleasedUnserved {
        /// The repository.
        gun: Gun,
        /// The tag.
        tag: Tag,
        /// What is released.
        released: Sha256,
        /// What the registry serves, or why it is not known.
        served: Box<Result<Sha256, RegistryError>>,
    },
    /// What was released in the repository cannot be known: the role that releases was set aside.
    #[error("what is released in {gun} cannot be known: {reason}")]
    ReleasesUnusable {
        /// The repository.
        gun: Gun,
        /// Why its file is not used.
        why: NotUsed,
        /// The same in words.
        reason: String,
    },
    /// What a role that was named signs cannot be known: it was set aside.
    #[error("what {role} signs cannot be known: {reason}")]
    RoleUnusable {
        /// The role.
        role: RoleName,
        /// Why its file cannot be used.
        reason: String,
    },
    /// Tags were signed, and some for contents that are not released: no pull takes those.
    #[error("signed, and not released: {}", unreleased.iter().map(|it| it.tag.as_str()).collect::<Vec<_>>().join(", "))]
    SignedUnreleased {
        /// Those that a pull takes.
        released: Vec<Tag>,
        /// The others.
        unreleased: Vec<UnreleasedTag>,
    },
    /// Nothing is known to be released: the role that releases is delegated, and the server has no file of it. The settings refuse that.
    #[error("targets/releases of {gun} is delegated, and the server has no file of it")]
    Unreleased {
        /// The repository.
        gun: Gun,
    },
}

impl<E: Coded> Coded for ImageError<E> {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountNamesNoSigner { .. } => "account-names-no-signer",
            Self::DigestNotReleased { .. } => "digest-not-released",
            Self::NoAccount { .. } => "no-account",
            Self::NoSignableRole { .. } => "no-signable-role",
            Self::NoTrustData { .. } => "no-trust-data",
            Self::NoTrustedTags { .. } => "no-trusted-tags",
            Self::OtherDigestReleased { .. } => "other-digest-released",
            Self::PushUnclear { .. } => "push-unclear",
            Self::PushedUnsigned { .. } => "pushed-unsigned",
            Self::ReleasedUnserved { .. } => "released-unserved",
            Self::ReleasesUnusable { .. } => "releases-unusable",
            Self::RoleUnusable { .. } => "role-unusable",
            Self::SignedUnreleased { .. } => "signed-unreleased",
            Self::Unreleased { .. } => "unreleased",
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::AccountNamesNoSigner { name, host } => facts([("account", text(name)), ("registry", text(host))]),
            Self::DigestNotReleased { gun, named } => facts([("repository", text(gun)), ("named", digest(named))]),
            Self::NoAccount { host } => facts([("registry", text(host))]),
            Self::NoSignableRole { gun, roles } => {
                let keys = roles.iter().flat_map(|(_, keys)| keys);
                facts([("repository", text(gun)), ("roles", texts(roles.iter().map(|(role, _)| role))), ("keys", texts(keys))])
            }
            Self::NoTrustData { tag } => facts([("tag", text(tag))]),
            Self::NoTrustedTags { gun } | Self::Unreleased { gun } => facts([("repository", text(gun))]),
            Self::OtherDigestReleased { tag, named, released } => {
                facts([("tag", text(tag)), ("named", digest(named)), ("released", digest(released))])
            }
            Self::PushUnclear { tag, served, reported } => {
                let reported = reported.iter().map(|digest| format!("sha256:{digest}"));
                facts([("tag", text(tag)), ("served", digest(served)), ("reported", texts(reported))])
            }
            Self::PushedUnsigned { gun, pushed, error } => facts([
                ("repository", text(gun)),
                ("tags", texts(pushed.iter().map(|(tag, _)| tag))),
                ("because", text(error.code())),
            ]),
            Self::ReleasedUnserved { gun, tag, released, served } => {
                let served = served.as_ref().as_ref().ok().map(|served| ("served", digest(served)));
                with(facts([("repository", text(gun)), ("tag", text(tag)), ("released", digest(released))]), served)
            }
            Self::ReleasesUnusable { gun, why, reason } => {
                facts([("repository", text(gun)), ("why", text(why.name())), ("reason", text(reason))])
            }
            Self::RoleUnusable { role, reason } => facts([("role", text(role)), ("reason", text(reason))]),
            Self::SignedUnreleased { released, unreleased } => facts([
                ("released", texts(released)),
                ("unreleased", texts(unreleased.iter().map(|it| &it.tag))),
                ("digests", texts(unreleased.iter().map(|it| format!("sha256:{}", it.digest)))),
            ]),
        }
    }
}
