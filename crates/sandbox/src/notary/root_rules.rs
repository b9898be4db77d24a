//! When a root is one (Notary `trustpinning.ValidateRoot`, as its server asks it: no pins, and the first root is taken on its own word).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::{
    go_json::Fault,
    metadata::{GoKey, GoRoot, Keys, KeysOfRole},
    signed_file::SignedFile,
};
use trust::{crypto::x509::CertificateBundle, model::role::RoleName};

/// Checks structure, certificates, and the signatures of the keys of the root before it and of its own.
pub(super) fn validate(file: &SignedFile, gun: &str, previous: Option<&GoRoot>, now: Timestamp) -> Result<GoRoot, Fault> {
    let role = RoleName::root();
    let root: GoRoot = file.payload(&role)?;
    root.check()?;
    let keys = certified_keys(&root, gun, Some(now));
    if keys.is_empty() {
        return Err(no_path("unable to retrieve valid leaf certificates"));
    }
    if let Some(previous) = previous {
        // the certificates of a root that was trusted may have expired since
        let trusted = certified_keys(previous, gun, None);
        if trusted.is_empty() {
            return Err(no_path("could not retrieve trusted certs from previous root role data"));
        }
        let rotated = file.verify(&role, &spec_of(previous, &trusted), &trusted);
        rotated.map_err(|_| {
            let reason = "failed to validate data with current trusted certificates";
            Fault { text: format!("could not rotate trust to a new trusted root: {reason}"), facts: json!({"Reason": reason}) }
        })?;
    }
    file.verify(&role, &spec_of(&root, &keys), &keys).map_err(|_| no_path("failed to validate integrity of roots"))?;
    Ok(root)
}

/// The root keys that stand in a certificate for the repository; with `now`, in one that counts at that moment.
fn certified_keys(root: &GoRoot, gun: &str, now: Option<Timestamp>) -> Keys {
    let ids = root.role("root").and_then(|spec| spec.keyids.as_ref());
    let keys = ids.into_iter().flatten().filter_map(|id| root.keys.as_ref()?.get(id));
    let certified = keys.filter(|key| is_certified(key, gun, now));
    certified.filter_map(|key| Some((key.key()?.id().to_string(), key.clone()))).collect::<BTreeMap<_, _>>()
}

fn is_certified(key: &GoKey, gun: &str, now: Option<Timestamp>) -> bool {
    CertificateBundle::from_pem(key.public()).is_ok_and(|bundle| {
        let leaf = bundle.leaf();
        bundle.check_one_leaf().is_ok() && is_for(leaf.common_name(), gun) && leaf.check(now).is_ok()
    })
}

/// Notary `trustpinning.MatchCNToGun`: a name that ends in `*` is for all that begin with what stands before it.
fn is_for(common_name: &str, gun: &str) -> bool {
    if common_name.ends_with('*') { gun.starts_with(common_name.trim_end_matches('*')) } else { common_name == gun }
}

fn spec_of(root: &GoRoot, keys: &Keys) -> KeysOfRole {
    KeysOfRole::new(keys.keys().cloned().collect(), root.role("root").map_or(0, |spec| spec.threshold))
}

fn no_path(reason: &str) -> Fault {
    Fault { text: format!("could not validate the path to a trusted root: {reason}"), facts: json!({"Reason": reason}) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_at_the_end_stands_for_the_rest() {
        assert!(is_for("h:1/a", "h:1/a") && is_for("h:1/*", "h:1/a") && is_for("*", "h:1/a"));
        assert!(!is_for("h:1/a", "h:1/ab") && !is_for("h:2/*", "h:1/a") && !is_for("", "h:1/a"));
    }
}
