//! Who may sign a tag, with the keys on this machine, and whether that releases it.

use super::released::released;
use crate::{
    error::OpsError,
    image::error::ImageError,
    keys::keys_here,
    session::Session,
    unreleased::{NoRelease, UnreleasedTag},
};
use trust::{
    model::{digest::Sha256, gun::Gun, role::RoleName, tag::Tag},
    verify::{lookup::admits, trusted::TrustedRepo},
};

/// The roles that a tag is signed into (docker `trust.GetSignableRoles`): `targets` where there are no delegations; else each direct
/// delegation whose paths admit the tag and of which a key is on this machine.
pub(crate) fn signable_roles(session: &Session<'_>, repo: &TrustedRepo, tag: &Tag) -> Result<Vec<RoleName>, OpsError> {
    let targets = RoleName::targets();
    let direct: Vec<_> = repo.delegations().filter(|(parent, _)| **parent == targets).map(|(_, delegation)| delegation).collect();
    if direct.is_empty() {
        return Ok(vec![targets]);
    }
    let (mut signable, mut others) = (Vec::new(), Vec::new());
    for delegation in direct.into_iter().filter(|delegation| admits(&delegation.paths, tag.as_str())) {
        let keys = repo.role_keys(&delegation.name);
        if keys_here(session.keys, &keys)?.is_empty() {
            others.push((delegation.name.clone(), keys.canonical_ids().collect()));
        } else {
            signable.push(delegation.name.clone());
        }
    }
    if signable.is_empty() {
        Err(OpsError::Image(ImageError::NoSignableRole { gun: repo.gun().clone(), roles: others }))
    } else {
        Ok(signable)
    }
}

/// Whether a content that these roles are about to sign under a tag will not be what a pull takes (docker `GetTargetByName` over
/// `targets/releases` and `targets`).
pub(crate) fn unreleased(repo: &TrustedRepo, tag: &Tag, signed_by: &[RoleName], digest: Sha256) -> Option<UnreleasedTag> {
    let releases = RoleName::releases();
    // without delegations `targets` itself signs, and there is nothing above it
    if signed_by.contains(&releases) || signed_by.contains(&RoleName::targets()) {
        return None;
    }
    let instead = released(repo, tag).ok().map(|released| released.sha256);
    if instead == Some(digest) {
        return None;
    }
    let delegation = repo.delegations().map(|(_, delegation)| delegation).find(|delegation| delegation.name == releases);
    let why = match delegation {
        None => NoRelease::NoRole,
        Some(delegation) if !admits(&delegation.paths, tag.as_str()) => NoRelease::NotAdmitted,
        Some(_) => NoRelease::NoKey(repo.role_keys(&releases).canonical_ids().collect()),
    };
    Some(UnreleasedTag { tag: tag.clone(), digest, signed_by: signed_by.to_vec(), released: instead, why })
}

/// Whether a content that these roles have signed under a tag is not what a pull takes in the state in which their signature was found.
pub(crate) fn displaced(repo: &TrustedRepo, tag: &Tag, signed_by: &[RoleName], digest: Sha256) -> Option<UnreleasedTag> {
    let released = released(repo, tag).ok().map(|released| released.sha256).filter(|released| *released != digest);
    let displaced = |released| UnreleasedTag {
        tag: tag.clone(),
        digest,
        signed_by: signed_by.to_vec(),
        released: Some(released),
        why: NoRelease::Displaced,
    };
    released.map(displaced)
}

/// The signer that the account at the registry stands for: its name and role.
pub(crate) fn account_role(session: &Session<'_>, gun: &Gun) -> Result<(String, RoleName), OpsError> {
    let host = gun.host();
    let name = session.accounts.user_name(gun)?;
    let name = name.ok_or_else(|| OpsError::Image(ImageError::NoAccount { host: host.to_owned() }))?;
    // a signer's key is found by the signer's name (docker `getOrGenerateNotaryKey`): one of these would be the key of another role
    let is_taken = RoleName::parse(&name).is_ok() || RoleName::signer(&name).is_ok_and(|role| role == RoleName::releases());
    let role = RoleName::signer(&name).ok().filter(|_| !is_taken);
    match role {
        Some(role) => Ok((name, role)),
        None => Err(OpsError::Image(ImageError::AccountNamesNoSigner { name, host: host.to_owned() })),
    }
}
