//! The codes and the facts of what is refused in trust data, or cannot be made.

use super::{
    code::Coded,
    facts::{Facts, count, facts, moment, number, text, with},
};
use trust::{
    crypto::{error::CryptoError, key_format::KeyFormatError, public_key_file::PublicKeyOutError},
    edit::{local::InitError, plan::PlanError, root_edit::RootEditError, sign::SignError},
    verify::{error::UpdateError, pinning::PinError, threshold::VerifyError},
};

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

    fn facts(&self) -> Facts {
        match self {
            Self::LastVersion(role)
            | Self::NoKeys(role)
            | Self::NoSuchRole(role)
            | Self::OutOfReach { role, .. }
            | Self::PathsOutsideParent(role)
            | Self::SetAside { role, .. }
            | Self::TooFewKeys(role)
            | Self::UnknownRole(role) => facts([("role", text(role))]),
            Self::NameOutsidePaths { role, name } | Self::UnusableEntry { role, name } => {
                facts([("role", text(role)), ("name", text(name))])
            }
            Self::Scope(scope) => facts([("role", text(scope))]),
            Self::WitnessOfRoot => facts([("role", text("root"))]),
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

    fn facts(&self) -> Facts {
        match self {
            Self::Checksum { role, .. } | Self::Malformed { role, .. } | Self::RoleRemoved { role } => {
                facts([("role", text(role))])
            }
            Self::Equivocation { role, version } | Self::Replaced { role, version, .. } => {
                facts([("role", text(role)), ("version", number(version.get()))])
            }
            Self::Expired { role, at } => facts([("role", text(role)), ("expired", moment(at.moment()))]),
            Self::Leap { role, found, floor } => {
                let floor = floor.as_ref().map(|floor| ("expected", number(floor.get())));
                with(facts([("role", text(role)), ("found", number(found.get()))]), floor)
            }
            Self::ManyRoots(version) | Self::RootGap(version) | Self::RootMoved { version } => {
                facts([("role", text("root")), ("version", number(version.get()))])
            }
            Self::Pin(error) => error.facts(),
            Self::Rollback { role, found, floor } => {
                facts([("role", text(role)), ("found", number(found.get())), ("expected", number(floor.get()))])
            }
            Self::RootMissing { gun } => facts([("repository", text(gun)), ("role", text("root"))]),
            Self::RootRotation(error) | Self::Verify(error) => error.facts(),
            Self::RootSequence { found, trusted } => {
                facts([("role", text("root")), ("found", number(*found)), ("expected", number(trusted.get()))])
            }
            Self::TooManyDelegations(most) => facts([("most", count(*most))]),
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

    fn facts(&self) -> Facts {
        let root = ("role", text("root"));
        match self {
            Self::InvalidCa { reason } => with(facts([root]), reason.as_ref().map(|reason| ("reason", text(reason)))),
            Self::NoValidCertificate(found) | Self::NotNamed(found) | Self::NotPinned(found) => {
                facts([root, ("found", text(found))])
            }
            Self::NotSigned { found, needed, counted } => {
                facts([root, ("found", number(*found)), ("expected", number(*needed)), ("keys", text(counted))])
            }
            Self::NothingPinned(gun) => facts([root, ("repository", text(gun))]),
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

    fn facts(&self) -> Facts {
        match self {
            Self::Format(_) => Facts::new(),
            Self::KeyId { role, id } => facts([("role", text(role)), ("key", text(id))]),
            Self::NoSignatures(role) | Self::TooManySignatures(role) => facts([("role", text(role))]),
            Self::Threshold { role, found, needed } => {
                facts([("role", text(role)), ("found", number(*found)), ("expected", number(*needed))])
            }
        }
    }
}

impl Coded for CryptoError {
    fn code(&self) -> &'static str {
        "crypto"
    }
}

impl Coded for InitError {
    fn code(&self) -> &'static str {
        "cannot-begin"
    }
}

impl Coded for KeyFormatError {
    fn code(&self) -> &'static str {
        "bad-key-file"
    }
}

impl Coded for PublicKeyOutError {
    fn code(&self) -> &'static str {
        "bad-public-key"
    }
}

impl Coded for RootEditError {
    fn code(&self) -> &'static str {
        "root-edit"
    }
}

impl Coded for SignError {
    fn code(&self) -> &'static str {
        "cannot-sign"
    }
}
