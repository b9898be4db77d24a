//! The code of a failure: a stable name of its kind, for programs. A code never changes its meaning; new kinds get new ones.

use super::OpsError;
use crate::ports::{DecisionError, EngineError, KeyStoreError, RegistryError, RemoteError, StoreError};
use trust::{
    edit::plan::PlanError,
    verify::{error::UpdateError, pinning::PinError, threshold::VerifyError},
};

/// A failure that a program can tell from others.
pub trait Coded {
    /// The stable name of its kind, in lower case with hyphens.
    fn code(&self) -> &'static str;
}

impl Coded for OpsError {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountNamesNoSigner { .. } => "account-names-no-signer",
            Self::AlreadyHere { .. } => "already-here",
            Self::AlreadyPublished { .. } => "already-published",
            Self::AnotherIsPublished { .. } => "another-is-published",
            Self::Contended { .. } => "contended",
            Self::Crypto(_) => "crypto",
            Self::Decision(error) => error.code(),
            Self::DeletedAlone { .. } => "deleted-alone",
            Self::DigestNotReleased { .. } => "digest-not-released",
            Self::Engine(error) => error.code(),
            Self::Init(_) => "cannot-begin",
            Self::KeyFormat(_) => "bad-key-file",
            Self::KeyOfAnother { .. } => "key-of-another",
            Self::Keys(error) => error.code(),
            Self::NeverSeen { .. } => "never-seen",
            Self::NoAccount { .. } => "no-account",
            Self::NoKeyOfCertificate => "no-key-of-certificate",
            Self::NoPinnedKey { .. } => "no-pinned-key",
            Self::NoSignableRole { .. } => "no-signable-role",
            Self::NoSigningKeys { .. } => "no-signing-keys",
            Self::NoTrustData { .. } => "no-trust-data",
            Self::NoTrustedTags { .. } => "no-trusted-tags",
            Self::NotAChange { .. } | Self::Staged { .. } => "bad-staged-change",
            Self::NotInitialized { .. } => "not-initialized",
            Self::NotKept { .. } => "not-kept",
            Self::NotSignable(_) => "not-signable",
            Self::OtherDigestReleased { .. } => "other-digest-released",
            Self::Overtaken(_) => "overtaken",
            Self::OvertakenHere { .. } => "overtaken-here",
            Self::Plan(error) => error.code(),
            Self::PublicKey(_) => "bad-public-key",
            Self::PublishedMeanwhile(_) => "published-meanwhile",
            Self::PushUnclear { .. } => "push-unclear",
            Self::PushedUnsigned { .. } => "pushed-unsigned",
            Self::Registry(error) => error.code(),
            Self::ReleasedUnserved { .. } => "released-unserved",
            Self::ReleasesUnusable { .. } => "releases-unusable",
            Self::Remote(error) => error.code(),
            Self::RoleUnusable { .. } => "role-unusable",
            Self::RootCertificateCounts { .. } => "root-certificate-counts",
            Self::RootCertificateEnded { .. } => "root-certificate-ended",
            Self::RootEdit(_) => "root-edit",
            Self::RotatedMeanwhile(_) => "rotated-meanwhile",
            Self::Sign(_) => "cannot-sign",
            Self::SignedUnreleased { .. } => "signed-unreleased",
            Self::Store(error) => error.code(),
            Self::TakenBack { .. } => "taken-back",
            Self::Unconfirmed { .. } => "unconfirmed",
            Self::Unreleased { .. } => "unreleased",
            Self::Unrenewable { .. } => "unrenewable",
            Self::Untrusted { error, .. } => error.code(),
        }
    }
}

impl Coded for DecisionError {
    fn code(&self) -> &'static str {
        match self {
            Self::AttemptsExceeded => "wrong-passphrase",
            Self::NewAttemptsExceeded => "no-new-passphrase",
            Self::Interrupted => "interrupted",
            Self::NoAnswer(_) => "no-answer",
        }
    }
}

impl Coded for EngineError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadAnswer { .. } => "bad-answer",
            Self::Credentials(error) => error.code(),
            Self::Failed(_) => "engine-failed",
            Self::Lost { .. } => "connection-lost",
            Self::NoSuchImage(_) => "no-such-image",
            Self::Refused { .. } => "engine-refused",
            Self::Unreachable { .. } => "unreachable",
            Self::Unusable(_) => "unusable-setting",
        }
    }
}

impl Coded for RegistryError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchDigest { .. } => "no-such-digest",
            Self::NoSuchTag { .. } => "no-such-tag",
            Self::Remote(error) => error.code(),
        }
    }
}

impl Coded for RemoteError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadAnswer { .. } => "bad-answer",
            Self::Conflict { .. } => "conflict",
            Self::Forbidden { .. } => "forbidden",
            Self::NotFound { .. } => "not-found",
            Self::Rejected { .. } => "rejected",
            Self::Status { .. } => "server-error",
            Self::Tls { .. } => "tls",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Unreachable { .. } => "unreachable",
            Self::Unusable(_) => "unusable-setting",
            Self::Withheld { .. } => "credentials-withheld",
        }
    }
}

impl Coded for KeyStoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadKeyFile { .. } => "bad-key-file",
            Self::Copy(_) => "key-copy",
            Self::Io { .. } => "io",
            Self::NoSuchKey(_) => "no-such-key",
            Self::WrongKey { .. } => "wrong-key",
            Self::WrongPassphrase(_) => "wrong-passphrase",
        }
    }
}

impl Coded for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Corrupt { .. } => "corrupt-store",
            Self::Io { .. } => "io",
        }
    }
}

impl Coded for PlanError {
    fn code(&self) -> &'static str {
        match self {
            Self::LastVersion(_) | Self::OutOfReach { .. } => "no-version-left",
            Self::NameOutsidePaths { .. } | Self::PathsOutsideParent(_) => "outside-paths",
            Self::NoKeys(_) | Self::TooFewKeys(_) => "too-few-keys",
            Self::NoSuchRole(_) | Self::UnknownRole(_) => "no-such-role",
            Self::Scope(_) | Self::WitnessOfRoot => "not-supported",
            Self::SetAside { .. } => "role-unusable",
            Self::UnusableEntry { .. } => "unusable-entry",
        }
    }
}

impl Coded for UpdateError {
    fn code(&self) -> &'static str {
        match self {
            Self::Checksum { .. } => "checksum",
            Self::Equivocation { .. } => "equivocation",
            Self::Expired { .. } => "expired",
            Self::Leap { .. } => "version-leap",
            Self::Malformed { .. } => "malformed",
            Self::ManyRoots(_) => "many-roots",
            Self::Pin(error) => error.code(),
            Self::Replaced { .. } => "replaced",
            Self::RoleRemoved { .. } => "role-removed",
            Self::Rollback { .. } => "rollback",
            Self::RootGap(_) => "root-gap",
            Self::RootMissing { .. } => "root-missing",
            Self::RootMoved { .. } => "root-moved",
            Self::RootRotation(_) => "root-rotation",
            Self::RootSequence { .. } => "root-sequence",
            Self::TooManyDelegations(_) => "too-many-delegations",
            Self::Verify(error) => error.code(),
        }
    }
}

impl Coded for PinError {
    fn code(&self) -> &'static str {
        match self {
            Self::InvalidCa { .. } => "invalid-pin",
            Self::NoValidCertificate(_) => "no-valid-root-certificate",
            Self::NotNamed(_) | Self::NotPinned(_) => "root-not-pinned",
            Self::NotSigned { .. } => "root-not-signed",
            Self::NothingPinned(_) => "nothing-pinned",
        }
    }
}

impl Coded for VerifyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Format(_) => "malformed",
            Self::KeyId { .. } => "bad-key-id",
            Self::NoSignatures(_) => "no-signatures",
            Self::Threshold { .. } => "threshold",
            Self::TooManySignatures(_) => "too-many-signatures",
        }
    }
}
