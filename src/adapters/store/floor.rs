//! The floor's file: `{"format":1,"roles":{"root":{"version":3,"sha256":"…"},…},"gone":["targets/jeff"],"root":"…"}`, with the
//! last verified root in base64.

use std::{collections::BTreeMap, path::Path};

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};

use super::files;
use crate::{
    ops::ports::StoreError,
    tuf::{
        digest::Sha256,
        floor::{Floor, Seen},
        role::RoleName,
        version::Version,
    },
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FloorFile {
    format: u32,
    roles: BTreeMap<String, SeenEntry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeenEntry {
    version: u64,
    sha256: String,
}

const FORMAT: u32 = 1;

/// Reads a floor; an empty one where there is no file. A file that cannot be understood is an error: to begin without it would be to trust anew.
pub(super) fn read(path: &Path) -> Result<Floor, StoreError> {
    let Some(bytes) = files::read(path)? else { return Ok(Floor::default()) };
    parse(&bytes).ok_or_else(|| StoreError::Corrupt {
        path: path.to_owned(),
        reason: "it is not a record of the versions that were verified".to_owned(),
    })
}

/// The bytes of a floor's file.
pub(super) fn encode(floor: &Floor) -> Vec<u8> {
    let entry = |seen: Seen| SeenEntry { version: seen.version.get(), sha256: seen.sha256.to_hex() };
    let roles = floor.iter().map(|(role, seen)| (role.to_string(), entry(seen))).collect();
    let gone = floor.gone().iter().map(ToString::to_string).collect();
    let root = floor.root().map(|bytes| Base64::encode_string(bytes));
    // a map of texts and numbers always has a JSON form
    serde_json::to_vec(&FloorFile { format: FORMAT, roles, gone, root }).unwrap_or_default()
}

/// Whether `stored` comes of a later update than `set`: a newer root, or under the same root a newer file of another base role. Under one root those never
/// go back; after a new one they may (a recovery from a key that signed too high a version).
pub(super) fn is_newer(stored: &Floor, set: &Floor) -> bool {
    let version = |floor: &Floor, role| floor.of(&role).map(|seen| seen.version);
    let of = |role: fn() -> RoleName| (version(stored, role()), version(set, role()));
    let (stored_root, set_root) = of(RoleName::root);
    let goes_back = |role| {
        let (stored, set) = of(role);
        stored > set
    };
    stored_root > set_root
        || stored_root == set_root && [RoleName::timestamp, RoleName::snapshot, RoleName::targets].into_iter().any(goes_back)
}

fn parse(bytes: &[u8]) -> Option<Floor> {
    let file: FloorFile = serde_json::from_slice(bytes).ok()?;
    if file.format != FORMAT {
        return None;
    }
    let seen = |entry: &SeenEntry| Some(Seen { version: Version::new(entry.version)?, sha256: Sha256::from_hex(&entry.sha256)? });
    let roles = file.roles.iter().map(|(role, entry)| Some((RoleName::parse(role).ok()?, seen(entry)?)));
    let gone = file.gone.iter().map(|role| RoleName::parse(role).ok()).collect::<Option<_>>()?;
    let floor = Floor::new(roles.collect::<Option<_>>()?, gone);
    match file.root {
        None => Some(floor),
        Some(root) => Some(floor.with_root(Base64::decode_vec(&root).ok()?.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floor(versions: &[(&str, u64)]) -> Floor {
        let seen = |v| Seen { version: Version::new(v).unwrap(), sha256: Sha256::of(&[]) };
        Floor::new(versions.iter().map(|(role, v)| (RoleName::parse(role).unwrap(), seen(*v))).collect(), [].into())
    }

    #[test]
    fn a_floor_reads_as_it_was_written() {
        let floor = floor(&[("root", 1), ("targets/jeff", 1 << 53)]);
        assert_eq!(parse(&encode(&floor)).unwrap(), floor);
        let seen = floor.iter().map(|(role, seen)| (role.clone(), seen)).collect();
        let floor = Floor::new(seen, [RoleName::parse("targets/jeff").unwrap()].into()).with_root(b"a root".as_slice().into());
        assert_eq!(parse(&encode(&floor)).unwrap(), floor);
    }

    #[test]
    fn nothing_but_a_floor_is_taken_for_one() {
        let hash = "0".repeat(64);
        let entry =
            |role: &str, version: &str| format!(r#"{{"format":1,"roles":{{"{role}":{{"version":{version},"sha256":"{hash}"}}}}}}"#);
        assert!(parse(entry("root", "7").as_bytes()).is_some());
        for text in [
            "",
            "{}",
            "null",
            "\0\0\0\0",
            r#"{"format":1}"#,
            r#"{"format":2,"roles":{}}"#,
            &entry("root", "0"),
            &entry("root", "-1"),
            &entry("Root", "1"),
            &entry("targets/../x", "1"),
            &entry("root", "1").replace("00", "0"),
            &entry("root", "1").replace("}}}", "}}"),
        ] {
            assert!(parse(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn only_a_new_root_lets_a_version_go_back() {
        let stored = floor(&[("root", 2), ("snapshot", 5), ("targets", 3), ("timestamp", 7), ("targets/jeff", 9)]);
        assert!(!is_newer(&Floor::default(), &stored));
        assert!(!is_newer(&stored, &stored));
        assert!(is_newer(&stored, &Floor::default()));
        assert!(is_newer(&stored, &floor(&[("root", 2), ("snapshot", 5), ("targets", 3), ("timestamp", 6)])));
        assert!(is_newer(&stored, &floor(&[("root", 1), ("snapshot", 9), ("targets", 9), ("timestamp", 9)])));
        assert!(is_newer(&stored, &floor(&[("root", 2), ("snapshot", 5), ("targets", 2), ("timestamp", 8)])));
        assert!(!is_newer(&stored, &floor(&[("root", 3), ("snapshot", 1), ("targets", 1), ("timestamp", 1)])));
        assert!(!is_newer(&stored, &floor(&[("root", 2), ("snapshot", 6), ("targets", 3), ("timestamp", 8), ("targets/jeff", 1)])));
    }
}
