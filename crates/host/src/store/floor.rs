//! The floor's file: `{"format":1,"roles":{"root":{"version":3,"sha256":"…"},…},"gone":["targets/jeff"],"root":"…"}`, with the
//! last verified root in base64.
//!
//! The entry of `targets` and of a delegation has the `keys` that the role had, by their canonical IDs. What was seen of a role before it got
//! other keys stands in `before`, and the hash of a file that was set aside in `aside`.

use std::{collections::BTreeMap, path::Path};

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};

use super::files;
use client::ports::StoreError;
use trust::{
    model::{digest::Sha256, key_id::CanonicalKeyId, role::RoleName, version::Version},
    verify::floor::{Floor, Seen},
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FloorFile {
    format: u32,
    roles: BTreeMap<String, SeenEntry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    before: BTreeMap<String, Vec<SeenEntry>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    aside: BTreeMap<String, String>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keys: Option<Vec<String>>,
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
    let keys = |seen: &Seen| Some(seen.keys.as_ref()?.iter().map(ToString::to_string).collect());
    let entry = |seen: &Seen| SeenEntry { version: seen.version.get(), sha256: seen.sha256.to_hex(), keys: keys(seen) };
    let (mut roles, mut before) = (BTreeMap::new(), BTreeMap::new());
    for (role, seen) in floor.iter() {
        let Some((last, earlier)) = seen.split_last() else { continue };
        roles.insert(role.to_string(), entry(last));
        if !earlier.is_empty() {
            before.insert(role.to_string(), earlier.iter().map(entry).collect());
        }
    }
    let aside = floor.aside().iter().map(|(role, sha256)| (role.to_string(), sha256.to_hex())).collect();
    let gone = floor.gone().iter().map(ToString::to_string).collect();
    let root = floor.root().map(|bytes| Base64::encode_string(bytes));
    // a map of texts and numbers always has a JSON form
    serde_json::to_vec(&FloorFile { format: FORMAT, roles, before, aside, gone, root }).unwrap_or_default()
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
    let keys = |ids: &[String]| ids.iter().map(|id| CanonicalKeyId::from_hex(id)).collect::<Option<_>>();
    let seen = |entry: &SeenEntry| {
        let keys = entry.keys.as_deref().map(keys);
        let keys = if let Some(keys) = keys { Some(keys?) } else { None };
        Some(Seen { version: Version::new(entry.version)?, sha256: Sha256::from_hex(&entry.sha256)?, keys })
    };
    let role = |name: &String| RoleName::parse(name).ok();
    let mut roles: BTreeMap<RoleName, Vec<Seen>> = BTreeMap::new();
    for (name, earlier) in &file.before {
        roles.insert(role(name)?, earlier.iter().map(seen).collect::<Option<_>>()?);
    }
    for (name, last) in &file.roles {
        roles.entry(role(name)?).or_default().push(seen(last)?);
    }
    let gone = file.gone.iter().map(role).collect::<Option<_>>()?;
    let aside = file.aside.iter().map(|(name, sha256)| Some((role(name)?, Sha256::from_hex(sha256)?))).collect::<Option<_>>()?;
    let floor = Floor::new(roles, gone).with_aside(aside);
    match file.root {
        None => Some(floor),
        Some(root) => Some(floor.with_root(Base64::decode_vec(&root).ok()?.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::arbitrary::{role, sha256, version},
        *,
    };
    use proptest::{
        collection::{btree_map, btree_set, vec},
        option::of,
        prelude::*,
    };

    fn seen() -> impl Strategy<Value = Seen> {
        let keys = of(btree_set(sha256().prop_map(CanonicalKeyId::new), 0..3));
        (version(), sha256(), keys).prop_map(|(version, sha256, keys)| Seen { version, sha256, keys })
    }

    proptest! {
        #[test]
        fn any_floor_reads_as_it_was_written(
            seen in btree_map(role(), vec(seen(), 1..4), 0..4),
            gone in btree_set(role(), 0..3),
            aside in btree_map(role(), sha256(), 0..3),
            root in of(vec(any::<u8>(), 0..40)),
        ) {
            let floor = Floor::new(seen, gone).with_aside(aside);
            let floor = if let Some(root) = root { floor.with_root(root.into()) } else { floor };
            prop_assert_eq!(parse(&encode(&floor)), Some(floor));
        }
    }

    fn floor(versions: &[(&str, u64)]) -> Floor {
        let seen = |v| vec![Seen { version: Version::new(v).unwrap(), sha256: Sha256::of(&[]), keys: None }];
        Floor::new(versions.iter().map(|(role, v)| (RoleName::parse(role).unwrap(), seen(*v))).collect(), [].into())
    }

    #[test]
    fn a_floor_reads_as_it_was_written() {
        let floor = floor(&[("root", 1), ("targets/jeff", 1 << 53)]);
        assert_eq!(parse(&encode(&floor)).unwrap(), floor);
        let jeff = || RoleName::parse("targets/jeff").unwrap();
        let key = |text: &str| CanonicalKeyId::new(Sha256::of(text.as_bytes()));
        let mut seen: BTreeMap<_, _> = floor.iter().map(|(role, seen)| (role.clone(), seen.to_vec())).collect();
        let keys = |names: &[&str]| Some(names.iter().map(|name| key(name)).collect());
        let again = |v, keys| Seen { version: Version::new(v).unwrap(), sha256: Sha256::of(b"2"), keys };
        seen.insert(jeff(), vec![again(1 << 53, keys(&["a", "b"])), again(7, keys(&["c"])), again(2, keys(&[]))]);
        let floor = Floor::new(seen, [jeff()].into()).with_root(b"a root".as_slice().into());
        let floor = floor.with_aside([(jeff(), Sha256::of(b"junk"))].into());
        assert_eq!(parse(&encode(&floor)).unwrap(), floor);
    }

    #[test]
    fn a_floor_of_before_the_keys_were_kept_is_read() {
        let hash = "0".repeat(64);
        let text = format!(r#"{{"format":1,"roles":{{"targets":{{"version":7,"sha256":"{hash}"}}}},"gone":["targets/jeff"]}}"#);
        let floor = parse(text.as_bytes()).unwrap();
        let seen = floor.of(&RoleName::targets()).unwrap();
        assert!(seen.version.get() == 7 && seen.keys.is_none() && floor.gone().len() == 1 && floor.aside().is_empty());
        assert_eq!(encode(&floor), text.as_bytes());
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
