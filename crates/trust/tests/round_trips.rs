//! What is written is read as the same again, for every form that is both written and read here, whatever stands in it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::{collections::BTreeMap, fs, num::NonZeroU64, path::Path, sync::LazyLock};

use proptest::{collection, option, prelude::*, sample};
use trust::{
    crypto::{
        key_file,
        key_format::KeyFormatError,
        pem::{self, PemBlock},
        pkcs8,
        private_key::PrivateKey,
        public_key_file::{self, InDoubt, PublicKeyFile},
        secret::Passphrase,
        signing_key::SigningKey as _,
    },
    edit::{
        change::Change,
        changelist::StagedChange,
        sign::{Signer, sign},
    },
    json::value::{Json, MAX_EXACT_INTEGER},
    model::{
        digest::Sha256,
        expiry::Expires,
        gun::Gun,
        hashes::FileMeta,
        image_name::{ImageName, Selector},
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
        payload::Header,
        role::RoleName,
        role_keys::RoleSpec,
        tag::Tag,
        targets::{Delegation, Target, Targets},
        version::Version,
    },
};

/// One key of each kind.
const KINDS: [&str; 5] = ["p256-pkcs8", "p384-sec1", "p521-sec1", "rsa2048-pkcs8", "ed25519-pkcs8"];

/// The public half of each.
static PUBLIC: LazyLock<BTreeMap<&str, Key>> = LazyLock::new(|| KINDS.map(|kind| (kind, Key::of(&key_of(kind)))).into());

fn key_of(kind: &str) -> PrivateKey {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../testdata/keys/openssl/{kind}.pem"));
    PrivateKey::from_pem_block(&pem::first_block(&fs::read(path).unwrap()).unwrap(), None).unwrap()
}

/// Text that signed metadata can carry: none of it is a control character.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,12}", "[<>&\"\\\\/\u{2028}\u{2029}e\u{301}\u{7f}\u{85}]{0,6}"]
}

fn json() -> impl Strategy<Value = Json> {
    let most = i64::try_from(MAX_EXACT_INTEGER).unwrap();
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        prop_oneof![-most..=most, Just(most), Just(-most), -9i64..9].prop_map(Json::Integer),
        text().prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..5).prop_map(Json::Array),
            collection::btree_map(text(), inner, 0..5).prop_map(Json::Object),
        ]
    })
}

fn sha256() -> impl Strategy<Value = Sha256> {
    any::<[u8; 32]>().prop_map(|bytes| Sha256::from_slice(&bytes).unwrap())
}

fn delegation_name() -> impl Strategy<Value = RoleName> {
    "targets/[a-z0-9][a-z0-9_-]{0,9}".prop_map(|name| RoleName::parse(&name).unwrap())
}

fn header() -> impl Strategy<Value = Header> {
    (1..=MAX_EXACT_INTEGER, 0i64..4_000_000_000).prop_map(|(version, seconds)| Header {
        version: Version::new(version).unwrap(),
        expires: Expires::parse(&jiff::Timestamp::from_second(seconds).unwrap().to_string()).unwrap(),
    })
}

fn meta() -> impl Strategy<Value = FileMeta> {
    let others = collection::btree_map("[a-z][a-z0-9]{0,5}x", collection::vec(any::<u8>(), 0..40), 0..2);
    (0..=MAX_EXACT_INTEGER, sha256(), option::of(collection::vec(any::<u8>(), 64)), others).prop_map(
        |(length, sha256, sha512, mut others)| {
            others.extend(sha512.map(|hash| ("sha512".to_owned(), hash)));
            FileMeta { length, sha256, others }
        },
    )
}

fn target() -> impl Strategy<Value = Target> {
    let custom = json().prop_filter("null is none", |json| *json != Json::Null);
    (meta(), option::of(custom)).prop_map(|(meta, custom)| Target { meta, custom })
}

fn targets() -> impl Strategy<Value = Targets> {
    let unusable = collection::btree_map("no[a-z]{1,5}", Just(Json::object([("length", Json::Integer(1))])), 0..2);
    let usable =
        collection::btree_map(text().prop_filter("is no name of the others", |name| !name.starts_with("no")), target(), 0..4);
    let ids = sample::subsequence(KINDS.to_vec(), 0..=KINDS.len());
    let delegation = (ids, 1u64..9, collection::vec(text(), 0..3));
    let roles = collection::btree_map(delegation_name(), delegation, 0..3);
    (header(), usable, unusable, roles).prop_map(|(header, targets, unusable, roles)| {
        let roles = roles.into_iter().map(|(name, (kinds, threshold, paths))| {
            let keyids = kinds.into_iter().map(|kind| PUBLIC[kind].id().to_string()).collect();
            Delegation { name, spec: RoleSpec { keyids, threshold: NonZeroU64::new(threshold).unwrap() }, paths }
        });
        let roles: Vec<Delegation> = roles.collect();
        let mut all = Targets { header, targets, unusable, keys: BTreeMap::new(), roles };
        all.keys = PUBLIC.values().map(|key| (key.id().to_string(), key.clone())).collect();
        all.prune_keys();
        all
    })
}

/// Every change that has a form in a file.
fn change() -> impl Strategy<Value = Change> {
    let role = delegation_name;
    let name = || "[A-Za-z0-9_.<>&-]{1,12}";
    let names = || collection::vec("[a-z/]{1,6}", 1..3);
    let ids = || collection::vec(sha256().prop_map(CanonicalKeyId::new), 1..3);
    let keys = sample::subsequence(KINDS.to_vec(), 1..=KINDS.len())
        .prop_map(|kinds| kinds.into_iter().map(|kind| PUBLIC[kind].clone()).collect::<Vec<_>>());
    prop_oneof![
        (role(), name(), meta()).prop_map(|(role, name, meta)| Change::AddTarget {
            role,
            name,
            target: Target { meta, custom: None }
        }),
        (role(), name()).prop_map(|(role, name)| Change::RemoveTarget { role, name }),
        (role(), keys, names()).prop_map(|(role, keys, paths)| Change::Delegate { role, keys, paths }),
        (role(), ids()).prop_map(|(role, keys)| Change::RemoveKeys { role, keys }),
        (role(), ids()).prop_map(|(below, keys)| Change::PurgeKeys { below, keys }),
        (role(), names()).prop_map(|(role, paths)| Change::RemovePaths { role, paths }),
        role().prop_map(|role| Change::ClearPaths { role }),
        role().prop_map(|role| Change::Undelegate { role }),
        role().prop_map(|role| Change::Witness { role }),
    ]
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned())
}

/// A key on P-256 of this number, also of one that begins with zeros.
fn p256_of(scalar: [u8; 32], zeros: usize) -> Option<PrivateKey> {
    use p256::pkcs8::EncodePrivateKey as _;
    let mut bytes = scalar;
    bytes[..zeros].fill(0);
    let der = p256::SecretKey::from_slice(&bytes).ok()?.to_pkcs8_der().unwrap();
    Some(pkcs8::parse_plain(der.as_bytes()).unwrap())
}

/// So many cases; what fails is told, and becomes a test of its own.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_tree_of_json_is_read_from_each_of_its_forms(json in json()) {
        for form in [json.canonical(), json.in_file()] {
            let again = Json::parse(&form).unwrap();
            prop_assert_eq!(&again, &json);
            prop_assert_eq!(again.canonical(), json.canonical());
        }
    }

    #[test]
    fn a_staged_change_is_read_from_its_file(
        [action, role, kind, path] in [any::<String>(), any::<String>(), any::<String>(), any::<String>()],
        data in option::of(collection::vec(any::<u8>(), 0..40)),
    ) {
        let staged = StagedChange { action, role, kind, path, data };
        prop_assert_eq!(StagedChange::parse(&staged.to_bytes()).unwrap(), staged);
    }

    #[test]
    fn what_is_staged_comes_to_the_change_that_it_was(change in change()) {
        let staged = StagedChange::parse(&StagedChange::of(&change).unwrap().to_bytes()).unwrap();
        // every update of a delegation begins by taking keys away, none where there is no need
        let is_one = |change: &Change| !matches!(change, Change::RemoveKeys { keys, .. } if keys.is_empty());
        let changes: Vec<Change> = staged.changes().unwrap().into_iter().filter(is_one).collect();
        prop_assert_eq!(changes, [change]);
    }

    #[test]
    fn hashes_and_ids_are_read_from_their_digits(hash in sha256()) {
        prop_assert_eq!(Sha256::from_hex(&hash.to_string()), Some(hash));
        prop_assert_eq!(TufKeyId::from_hex(&TufKeyId::new(hash).to_string()), Some(TufKeyId::new(hash)));
        prop_assert_eq!(CanonicalKeyId::from_hex(&CanonicalKeyId::new(hash).to_string()), Some(CanonicalKeyId::new(hash)));
    }

    #[test]
    fn an_end_is_read_from_its_text(header in header()) {
        prop_assert_eq!(Expires::parse(&header.expires.to_rfc3339()), Some(header.expires));
    }

    #[test]
    fn a_name_that_is_taken_is_taken_again_as_it_is_shown(typed in "[a-zA-Z0-9._:/@-]{1,40}") {
        if let Ok(gun) = Gun::parse(&typed) {
            prop_assert_eq!(Gun::parse(&gun.to_string()), Ok(gun));
        }
        if let Some(tag) = Tag::parse(&typed) {
            prop_assert_eq!(Tag::parse(&tag.to_string()), Some(tag));
        }
        if let Ok(role) = RoleName::parse(&typed) {
            prop_assert_eq!(RoleName::parse(role.as_str()), Ok(role));
        }
    }

    #[test]
    fn an_image_is_found_by_the_name_that_is_made_of_its_parts(
        gun in "[a-z0-9]{1,8}\\.example(:[1-9][0-9]{0,3})?(/[a-z0-9]{1,8}([._-][a-z0-9]{1,5})?){1,3}",
        tag in option::of("[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}"),
        digest in option::of(sha256()),
    ) {
        let (gun, tag) = (Gun::parse(&gun).unwrap(), tag.map(|tag| Tag::parse(&tag).unwrap()));
        let mut typed = gun.to_string();
        typed.extend(tag.iter().map(|tag| format!(":{tag}")));
        typed.extend(digest.iter().map(|digest| format!("@sha256:{digest}")));
        let selector = match (tag, digest) {
            (None, None) => Selector::Whole,
            (Some(tag), None) => Selector::Tag(tag),
            (None, Some(digest)) => Selector::Digest(Some(digest)),
            (Some(tag), Some(digest)) => Selector::TagAndDigest(tag, Some(digest)),
        };
        prop_assert_eq!(ImageName::parse(&typed).unwrap(), ImageName { typed, gun, selector });
    }
}

proptest! {
    // a key is read or derived in each
    #![proptest_config(cases(12))]

    #[test]
    fn a_signed_file_holds_what_was_signed(payload in targets(), signer in sample::select(KINDS.to_vec())) {
        let private = key_of(signer);
        let id = Key::of(&private).id();
        let mut parent = Targets::empty(payload.header);
        parent.keys.insert(id.to_string(), Key::of(&private));
        let role = Delegation { name: RoleName::releases(), spec: RoleSpec::any_of([id]), paths: Vec::new() };
        // what a role delegates to lies below it
        let mut payload = payload;
        for delegation in &mut payload.roles {
            delegation.name = RoleName::parse(&delegation.name.as_str().replacen("targets", "targets/releases", 1)).unwrap();
        }
        let file = sign(&payload, &parent.role_keys(&role), &[Signer { id, key: &private }]).unwrap();
        prop_assert_eq!(&*file, &payload);
    }

    #[test]
    fn a_key_is_read_from_its_file(scalar in any::<[u8; 32]>(), zeros in 0usize..31, role in "[a-z0-9_.-]{1,12}") {
        let Some(key) = p256_of(scalar, zeros) else { return Ok(()) };
        let mut block = PemBlock::new("PRIVATE KEY", pkcs8::write_plain(&key).unwrap().to_vec());
        block.headers.insert("role".to_owned(), role);
        let read = key_file::parse(pem::encode(&block).unwrap().as_bytes()).unwrap();
        prop_assert!(read == [block]);
        let again = PrivateKey::from_pem_block(&read[0], None).unwrap();
        prop_assert_eq!(again.verifying_key().public_bytes(), key.verifying_key().public_bytes());
        prop_assert_eq!(pkcs8::write_plain(&again).unwrap(), pkcs8::write_plain(&key).unwrap());
    }

    #[test]
    fn an_encrypted_key_is_read_by_its_passphrase_alone(
        kind in sample::select(KINDS.to_vec()),
        right in any::<String>(),
        wrong in any::<String>(),
    ) {
        let key = key_of(kind);
        let block = PemBlock::encrypt(&key, &passphrase(&right), 1).unwrap();
        let block = pem::first_block(pem::encode(&block).unwrap().as_bytes()).unwrap();
        let again = PrivateKey::from_pem_block(&block, Some(&passphrase(&right))).unwrap();
        prop_assert_eq!(pkcs8::write_plain(&again).unwrap(), pkcs8::write_plain(&key).unwrap());
        if wrong != right {
            let refused = PrivateKey::from_pem_block(&block, Some(&passphrase(&wrong))).err();
            prop_assert_eq!(refused, Some(KeyFormatError::WrongPassphrase));
        }
    }

    #[test]
    fn a_public_key_is_read_from_its_file(scalar in any::<[u8; 32]>(), role in "[a-z0-9_.-]{0,12}") {
        let Some(key) = p256_of(scalar, 0) else { return Ok(()) };
        let written = public_key_file::write(&key.verifying_key(), &role).unwrap();
        let read = public_key_file::parse(written.as_bytes(), jiff::Timestamp::UNIX_EPOCH, InDoubt::Refuse).unwrap();
        let PublicKeyFile::Spki(der) = read.taken else { panic!("a bare key was written") };
        prop_assert_eq!(der, key.verifying_key().public_bytes());
    }
}
