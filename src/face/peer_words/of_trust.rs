//! Failures of trust data, of changes to it, and of names and files that a person gives.

use super::Worded;
use trust::{
    crypto::public_key_file::PublicKeyFileError,
    edit::{changelist::StagedError, local::InitError, plan::PlanError},
    model::{image_name::InvalidReference, role::InvalidRole},
    verify::{error::UpdateError, pinning::PinError},
};

impl Worded for UpdateError {
    fn worded(&self) -> String {
        match self {
            Self::Pin(error) => format!("could not validate the path to a trusted root: {}", error.worded()),
            Self::Rollback { role, found, floor } => format!("{role} version {found} is lower than current version {floor}"),
            Self::RootGap(_) => format!("could not rotate trust to a new trusted root: {self}"),
            Self::RootRotation(error) => format!("could not rotate trust to a new trusted root: {error}"),
            _ => self.to_string(),
        }
    }
}

impl Worded for PinError {
    fn worded(&self) -> String {
        let Some(words) = of_pin(self) else { return self.to_string() };
        match self {
            Self::InvalidCa { reason: None } => words.to_owned(),
            Self::InvalidCa { reason: Some(reason) } | Self::NoValidCertificate(reason) => format!("{words}: {reason}"),
            Self::NotPinned(found) => format!("{words}: the root has {found}"),
            _ => format!("{words}: {self}"),
        }
    }
}

/// Notary's words for a pin that is not met, which hide the facts.
pub(crate) fn of_pin(error: &PinError) -> Option<&'static str> {
    Some(match error {
        PinError::InvalidCa { .. } => "invalid CA certs provided",
        PinError::NoValidCertificate(_) => "unable to retrieve valid leaf certificates",
        PinError::NotNamed(_) => return None,
        PinError::NotPinned(_) => "unable to match any certificates to trust_pinning config",
        PinError::NotSigned { .. } => "failed to validate integrity of roots",
        PinError::NothingPinned(_) => "invalid trust pinning specified",
    })
}

impl Worded for PlanError {
    fn worded(&self) -> String {
        match self {
            Self::NoSuchRole(role) => format!("tuf: invalid role {role}. delegation does not exist"),
            Self::NoKeys(role) => format!("tuf: invalid role {role}."),
            Self::PathsOutsideParent(role) => format!("tuf: invalid role {role}. invalid paths to add to role"),
            Self::NameOutsidePaths { .. } => format!("Could not add all targets: {self}"),
            Self::Scope(scope) => format!("scope not supported: {scope}"),
            Self::TooFewKeys(role) => {
                format!("tuf: invalid role {role}. role does not specify enough valid signing keys to meet its required threshold")
            }
            Self::UnknownRole(role) => format!("tuf: invalid role {role}. this role is not known"),
            Self::WitnessOfRoot => "type of root change not yet supported: witness".to_owned(),
            Self::LastVersion(_) | Self::OutOfReach { .. } | Self::SetAside { .. } | Self::UnusableEntry { .. } => self.to_string(),
        }
    }
}

impl Worded for StagedError {
    fn worded(&self) -> String {
        match self {
            Self::Action(action) => format!("action not yet supported: {action}"),
            Self::DelegationAction(action) => format!("unsupported action against delegations: {action}"),
            Self::Role(error) => error.worded(),
            Self::Root(kind) => format!("type of root change not yet supported: {kind}"),
            Self::Scope(scope) => format!("scope not supported: {scope}"),
            Self::Type => "only target meta and delegations changes supported".to_owned(),
            Self::Data(_) | Self::Member(_) => self.to_string(),
        }
    }
}

impl Worded for InitError {
    fn worded(&self) -> String {
        match self {
            Self::CertificateOfAnotherKey => {
                "could not obtain public key from IDs: private key is nil or does not match public key".to_owned()
            }
            _ => self.to_string(),
        }
    }
}

impl Worded for PublicKeyFileError {
    fn worded(&self) -> String {
        match self {
            Self::NotPem(_) => "no valid public key found".to_owned(),
            Self::BlockType(label) => format!("unsupported PEM block type {label:?}, expected CERTIFICATE or PUBLIC KEY"),
            Self::Unreadable(error) => format!("could not parse provided certificate: {error}"),
            Self::Invalid(error) => format!("invalid certificate: {error}"),
            Self::Unsupported(error) => format!("unknown public key format: {error}"),
            Self::BadKey(error) => format!("unable to parse pem encoded public key: {error}"),
            // the peers see no doubt
            Self::InDoubt(error) => error.to_string(),
        }
    }
}

impl Worded for InvalidRole {
    fn worded(&self) -> String {
        format!("tuf: invalid role {}. invalid delegation role name", self.0)
    }
}

impl Worded for InvalidReference {
    fn worded(&self) -> String {
        match self {
            Self::DigestFormat => "invalid checksum digest format".to_owned(),
            Self::DigestLength => "invalid checksum digest length".to_owned(),
            Self::DigestUnsupported => "unsupported digest algorithm".to_owned(),
            Self::Format => "invalid reference format".to_owned(),
            Self::Gun(error) => error.to_string(),
            Self::Identifier(name) => {
                format!("invalid repository name ({name}), cannot specify 64-byte hexadecimal strings")
            }
            Self::TooLong => "repository name must not be more than 255 characters".to_owned(),
            Self::Uppercase => "repository name must be lowercase".to_owned(),
            Self::UppercasePath(path) => format!("invalid reference format: repository name ({path}) must be lowercase"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trust::{
        crypto::{error::CryptoError, file_kind::FileKind, x509::CertificateError},
        model::{gun::Gun, image_name::ImageName, role::RoleName, version::Version},
        verify::threshold::VerifyError,
    };

    #[test]
    fn roots_are_refused_in_notary_s_words() {
        let gun = Gun::parse("h/x").unwrap();
        let path = "could not validate the path to a trusted root: ";
        for (error, words) in [
            (PinError::InvalidCa { reason: None }, "invalid CA certs provided"),
            (PinError::InvalidCa { reason: Some("no PEM".to_owned()) }, "invalid CA certs provided: no PEM"),
            (PinError::NoValidCertificate("expired".to_owned()), "unable to retrieve valid leaf certificates: expired"),
            (PinError::NotPinned("1f7a".to_owned()), "unable to match any certificates to trust_pinning config: the root has 1f7a"),
            (PinError::NotNamed("1f7a".to_owned()), "it is not the root that was named: it has 1f7a"),
            (
                PinError::NothingPinned(gun),
                "invalid trust pinning specified: nothing is pinned for h/x and trust on first use is off",
            ),
            (
                PinError::NotSigned { found: 0, needed: 1, counted: "1f7a".to_owned() },
                "failed to validate integrity of roots: 0 of 1 keys that count have signed; those that count are 1f7a",
            ),
        ] {
            assert_eq!(UpdateError::from(error).worded(), format!("{path}{words}"));
        }
        let missing = VerifyError::Threshold { role: RoleName::root(), found: 0, needed: 1 };
        let (found, floor) = (Version::FIRST, Version::new(3).unwrap());
        for (error, words) in [
            (
                UpdateError::RootRotation(missing),
                "could not rotate trust to a new trusted root: valid signatures did not meet threshold for root: 0 of 1",
            ),
            (
                UpdateError::RootGap(floor),
                "could not rotate trust to a new trusted root: the server lacks root version 3, which stands between the trusted one and \
                 its newest",
            ),
            (
                UpdateError::Rollback { role: RoleName::snapshot(), found, floor },
                "snapshot version 1 is lower than current version 3",
            ),
        ] {
            assert_eq!(error.worded(), words);
        }
    }

    #[test]
    fn changes_are_refused_in_notary_s_words() {
        let role = || RoleName::parse("targets/x").unwrap();
        for (error, words) in [
            (PlanError::NoSuchRole(role()), "tuf: invalid role targets/x. delegation does not exist"),
            (PlanError::NoKeys(role()), "tuf: invalid role targets/x."),
            (PlanError::PathsOutsideParent(role()), "tuf: invalid role targets/x. invalid paths to add to role"),
            (
                PlanError::NameOutsidePaths { role: role(), name: "y".to_owned() },
                "Could not add all targets: the paths of targets/x do not admit \"y\"",
            ),
            (PlanError::Scope("snapshot".to_owned()), "scope not supported: snapshot"),
            (
                PlanError::TooFewKeys(role()),
                "tuf: invalid role targets/x. role does not specify enough valid signing keys to meet its required threshold",
            ),
            (PlanError::UnknownRole(role()), "tuf: invalid role targets/x. this role is not known"),
            (PlanError::WitnessOfRoot, "type of root change not yet supported: witness"),
        ] {
            assert_eq!(error.worded(), words);
        }
        let of = str::to_owned;
        for (error, words) in [
            (StagedError::Action(of("x")), "action not yet supported: x"),
            (StagedError::DelegationAction(of("x")), "unsupported action against delegations: x"),
            (StagedError::Role(InvalidRole(of("x"))), "tuf: invalid role x. invalid delegation role name"),
            (StagedError::Root(of("role")), "type of root change not yet supported: role"),
            (StagedError::Scope(of("x")), "scope not supported: x"),
            (StagedError::Type, "only target meta and delegations changes supported"),
        ] {
            assert_eq!(error.worded(), words);
        }
        assert_eq!(
            InitError::CertificateOfAnotherKey.worded(),
            "could not obtain public key from IDs: private key is nil or does not match public key"
        );
    }

    #[test]
    fn public_keys_are_refused_in_notary_s_words() {
        for (error, words) in [
            (PublicKeyFileError::NotPem(FileKind::Unknown), "no valid public key found"),
            (PublicKeyFileError::BlockType("X".to_owned()), "unsupported PEM block type \"X\", expected CERTIFICATE or PUBLIC KEY"),
            (
                PublicKeyFileError::Unreadable(CertificateError::Malformed("x".to_owned())),
                "could not parse provided certificate: malformed certificate: x",
            ),
            (PublicKeyFileError::Invalid(CertificateError::RsaTooShort), "invalid certificate: RSA bit length is too short"),
            (
                PublicKeyFileError::Unsupported(CryptoError::UnsupportedKey("x".to_owned())),
                "unknown public key format: unsupported kind of key: x",
            ),
            (
                PublicKeyFileError::BadKey(CryptoError::BadPublicKey("x")),
                "unable to parse pem encoded public key: not a public key: x",
            ),
        ] {
            assert_eq!(error.worded(), words);
        }
    }

    #[test]
    fn names_are_refused_in_docker_s_words() {
        let hex = "f".repeat(64);
        let upper = |path: &str| format!("invalid reference format: repository name ({path}) must be lowercase");
        for (typed, words) in [
            ("a//b".to_owned(), "invalid reference format".to_owned()),
            ("alpine:\u{212a}".to_owned(), "repository name must be lowercase".to_owned()),
            ("ALPINE".to_owned(), upper("library/ALPINE")),
            (format!("foo@SHA256:{hex}"), upper("library/foo@SHA256")),
            (format!("foo@sha256:{}", "f".repeat(40)), "invalid checksum digest length".to_owned()),
            (format!("foo@sha256:{}", "F".repeat(64)), "invalid checksum digest format".to_owned()),
            (format!("foo@md5:{}", "f".repeat(32)), "unsupported digest algorithm".to_owned()),
            (hex.clone(), format!("invalid repository name ({hex}), cannot specify 64-byte hexadecimal strings")),
            (format!("h.io/{}", "a".repeat(256)), "repository name must not be more than 255 characters".to_owned()),
        ] {
            assert_eq!(ImageName::parse(&typed).unwrap_err().worded(), words, "{typed}");
        }
    }
}
