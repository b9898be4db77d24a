//! Warnings in words: the peers' where they have any, ours elsewhere.

use crate::{
    face::day::day,
    term::{peer::Peer, program::Program, ui::Ui},
};
use client::{
    not_used::NotUsed,
    ports::{Ending, StillUsed, Warning},
};
use trust::model::role::RoleName;

/// Tells a warning: its words to a person, its facts to a program.
pub(crate) fn tell(ui: &Ui, warning: &Warning) {
    ui.warning_of(warning, &told(ui.program(), warning));
}

fn told(program: &Program, warning: &Warning) -> String {
    let of_notary = (program.peer() == Peer::Notary).then(|| of_notary(warning)).flatten();
    of_notary.unwrap_or_else(|| program.tell(&words(warning)))
}

/// The words of notary, which says less, and says "metadata" of targets and delegations alone.
fn of_notary(warning: &Warning) -> Option<String> {
    let (gun, role, kind) = match warning {
        Warning::EndsSoon { gun, role, kind, .. } => (gun, role, kind),
        Warning::RoleSetAside { role, reason, .. } => return Some(format!("Error getting {role}: {reason}")),
        _ => return None,
    };
    Some(match kind {
        Ending::Certificate => format!("certificate with CN {gun} is near expiry"),
        Ending::File if *role == RoleName::root() || *role == RoleName::snapshot() => {
            format!("{role} is nearing expiry, you should re-sign the role metadata")
        }
        Ending::File => format!("{role} metadata is nearing expiry, you should re-sign the role metadata"),
    })
}

fn words(warning: &Warning) -> String {
    match warning {
        // notary's words
        Warning::AnsweredFromStore { outage } => format!(
            "Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely ({outage})"
        ),
        Warning::ChangesNotCleared { reason } => format!("the staged changes are published, and could not be cleared: {reason}"),
        Warning::EndsSoon { gun, role, kind: Ending::File, at } => {
            format!("{role} of {gun} expires on {}: `dct renew {gun}` signs it anew", day(*at))
        }
        Warning::EndsSoon { gun, role, kind: Ending::Certificate, at } => format!(
            "the certificate of the {role} key of {gun} expires on {}, and nothing of it counts from then on: `dct renew {gun}` replaces it",
            day(*at)
        ),
        Warning::ExpiredSignedAnew { role } => format!("{role} had expired; all that it signs is signed anew"),
        Warning::FewerEarlierRoots { wanted, taken } => {
            format!("of {wanted} earlier roots, the keys of the last {taken} alone sign the new one")
        }
        Warning::KeyRenamed { says, wanted } => format!("the file says that its key is {says}, and it is loaded as {wanted}"),
        Warning::KeyStays { id } => format!("key {id} is on this machine already, and stays as it is"),
        Warning::KeysPartlyKnown { gun: Some(gun), reason } => format!("the keys of {gun} are not known: {reason}"),
        Warning::KeysPartlyKnown { gun: None, reason } => format!("the keys of repositories may not all be known: {reason}"),
        Warning::LostAndSentAgain { role, version } => {
            format!("the server took version {version} of {role} and did not keep it; it is published again")
        }
        Warning::LostByServer { role, version } => format!(
            "the server lost version {version} of {role}, which its snapshot does not name; what was changed there has to be changed again"
        ),
        Warning::RootKeyMade { id, file } => {
            format!("made root key {id} in {file}: keep a copy of it and its passphrase; nobody can replace them")
        }
        Warning::RoleBeginsAnew { role } => {
            format!("{role} could not be verified; it begins anew, without what it signed before")
        }
        Warning::MissingReleases { .. } => format!(
            "{} is delegated, and the server has no file of it: what targets signs is all that is known here",
            RoleName::releases()
        ),
        Warning::NoSuchRole { gun, role } => format!("{gun} has no role {role}"),
        Warning::NotAPrivateKey { label } => format!("a PEM block of type {label:?} is no private key; passed over"),
        Warning::NotKeptHere { reason } => format!("published, but not kept on this machine: {reason}"),
        // notary's words
        Warning::NotPurged { role } => format!(
            "role {role} contains keys being purged but you do not have the necessary keys present to sign it; keys will not be purged from \
             {role} or its immediate children"
        ),
        Warning::NotShownYet { gun } => {
            format!("the server took {gun}, and does not show it yet; look at it with `dct inspect` before you rely on it")
        }
        // notary's words
        Warning::OutOfReach { role, threshold } => format!(
            "role {role} has fewer keys than its threshold of {threshold}; it will not be usable until keys are added to it"
        ),
        Warning::ReleaserStays { key, others } => {
            format!("the key {key} stays in targets/releases: it is also a key of {}", others.join(", "))
        }
        Warning::ReplacedKeyStays { id, reason } => {
            format!("the replaced key {id} stays on this machine: {}", still_used(reason))
        }
        Warning::RoleSetAside { role, why: NotUsed::NoSigner, .. } => {
            format!("no signer of {role} is left: what it signed counts no more")
        }
        // notary's words
        Warning::RoleSetAside { role, reason, .. } => format!("Error getting {role}: {reason}"),
        Warning::SentNotThere { role, version, later } => {
            let now = later.map_or_else(String::new, |later| format!(", which is at version {later} of it"));
            format!(
                "version {version} of {role}, published here, is not in the server's state{now}; look whether what was changed there stands"
            )
        }
        Warning::ServedUnknown { tag, signed, reason } => {
            format!("the registry does not tell what it serves for tag {tag}: {reason}; the signed content is sha256:{signed}")
        }
        Warning::SignedUnvouched { role, entries } => {
            format!("{role} is signed anew with its {entries} entries, which too few of its keys had signed")
        }
        Warning::TagMoved { tag, signed, served: Some(served) } => format!(
            "the registry serves sha256:{served} for tag {tag} now; the signed content is sha256:{signed}, and is signed again; \
             `dct sign --registry` signs what the registry serves"
        ),
        Warning::TagMoved { tag, signed, served: None } => {
            format!("the registry has no tag {tag} any more; the signed content is sha256:{signed}")
        }
        Warning::UnnamedReleaser { gun, key } => {
            format!("key {key} may release in {gun}, and is neither a signer's nor the repository's")
        }
    }
}

fn still_used(reason: &StillUsed) -> String {
    match reason {
        StillUsed::NotShown => "the server does not show the new state".to_owned(),
        StillUsed::Unread { error } => format!("the new state could not be read back: {error}"),
        StillUsed::InUse { role, gun } => format!("{role} of {gun} has it"),
        StillUsed::Unasked => "not all repositories on this machine could be asked whether they have it".to_owned(),
        StillUsed::StoredAs { role, gun: Some(gun) } => format!("it is stored as {role} of {gun}"),
        StillUsed::StoredAs { role, gun: None } => format!("it is stored as {role}"),
        StillUsed::NotRemoved { error } => error.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::term::program::Program;
    use trust::model::gun::Gun;

    #[test]
    fn an_end_that_is_near_is_told_with_its_day_and_the_way_out_and_by_notary_in_its_own_words() {
        let gun = Gun::parse("dtr.example.com/prod/nginx").unwrap();
        let notary = Program::called("notary".to_owned(), &[]).in_the_manner_of(Peer::Notary);
        for (role, kind, ours, theirs) in [
            (
                "root",
                Ending::Certificate,
                "the certificate of the root key of dtr.example.com/prod/nginx expires on 2026-12-17, and nothing of it counts from then on: \
                 `dct renew dtr.example.com/prod/nginx` replaces it",
                "certificate with CN dtr.example.com/prod/nginx is near expiry",
            ),
            (
                "root",
                Ending::File,
                "root of dtr.example.com/prod/nginx expires on 2026-12-17: `dct renew dtr.example.com/prod/nginx` signs it anew",
                "root is nearing expiry, you should re-sign the role metadata",
            ),
            (
                "targets/releases",
                Ending::File,
                "targets/releases of dtr.example.com/prod/nginx expires on 2026-12-17: `dct renew dtr.example.com/prod/nginx` signs it anew",
                "targets/releases metadata is nearing expiry, you should re-sign the role metadata",
            ),
        ] {
            let (role, at) = (RoleName::parse(role).unwrap(), "2026-12-17T10:00:00Z".parse().unwrap());
            let warning = Warning::EndsSoon { gun: gun.clone(), role, kind, at };
            assert_eq!(told(&Program::own(), &warning), ours);
            assert_eq!(told(&notary, &warning), theirs);
        }
    }
}
