//! A repository whose keys are all here: so that what is fed gets past the signatures, as that of a thief or a malicious server would.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use jiff::Timestamp;
use trust::{
    crypto::{
        key_file,
        pem::PemBlock,
        private_key::PrivateKey,
        signing_key::{self, SigningKey as _},
    },
    json::value::Json,
    model::{
        expiry::Expires,
        gun::Gun,
        hashes::FileMeta,
        key::Key,
        payload::{Header, Payload},
        role::RoleName,
        role_keys::RoleSpec,
        snapshot::Snapshot,
        targets::{Delegation, Targets},
        timestamp,
        version::Version,
    },
    verify::{
        bootstrap::RootWalk,
        ends::{ExpiryCheck, Judged},
        envelope::{self, Signature},
        error::UpdateError,
        pinning::TrustPinning,
        trusted::TrustedRepo,
        update::{Freshness, RootChain, WithTimestamp},
    },
};

/// The root, version 1: its key stands in a certificate of ten years, and the three others are Ed25519 keys.
const ROOT: &[u8] = include_bytes!("../forged/root.json");

/// The private half of its root key.
const ROOT_KEY: &[u8] = include_bytes!("../forged/root.pem");

/// RFC 8410: an Ed25519 key in PKCS #8, up to its seed.
const ED25519: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// The repository, and what signs in its name.
pub(crate) struct Forge {
    pub(crate) gun: Gun,
    pub(crate) now: Timestamp,
    pub(crate) root: Arc<[u8]>,
    pub(crate) chain: RootChain<Judged>,
    pub(crate) delegation: RoleName,
    root_key: PrivateKey,
    root_key_id: String,
}

/// The one that there is.
pub(crate) fn forge() -> &'static Forge {
    static FORGE: OnceLock<Forge> = OnceLock::new();
    FORGE.get_or_init(|| {
        let gun = Gun::parse("dtr.example.com/prod/nginx").expect("a name");
        let now: Timestamp = "2026-11-01T00:00:00Z".parse().expect("a time");
        let root: Arc<[u8]> = ROOT.into();
        let walk = RootWalk::first_use(&gun, Arc::clone(&root)).expect("a root");
        let chain = walk.settle(&TrustPinning::default(), now).expect("a root that counts");
        let blocks = key_file::parse(ROOT_KEY).expect("a key file");
        let root_key = PrivateKey::from_pem_block(blocks.first().expect("a block"), None).expect("a key");
        let signatures = Json::parse(ROOT).expect("JSON");
        let signatures = signatures.as_object().and_then(|file| file.get("signatures")?.as_array()).expect("signatures");
        let root_key_id = signatures.first().and_then(|first| first.as_object()?.get("keyid")?.as_str()).expect("an ID").to_owned();
        let delegation = RoleName::releases();
        Forge { gun, now, root, chain, delegation, root_key, root_key_id }
    })
}

/// The key of a role other than the root.
pub(crate) fn key_of(role: &RoleName) -> PrivateKey {
    let seed = [b't', b's', b'n', b'd'];
    let letter = match role.as_str() {
        "timestamp" => seed.first(),
        "snapshot" => seed.get(1),
        "targets" => seed.get(2),
        _ => seed.get(3),
    };
    let der = [ED25519.as_slice(), &[*letter.expect("a letter"); 32]].concat();
    PrivateKey::from_pem_block(&PemBlock::new("PRIVATE KEY", der), None).expect("a key")
}

impl Forge {
    /// A file of a role, signed by its key whatever it says.
    pub(crate) fn sign(&self, role: &RoleName, signed: &Json) -> Arc<[u8]> {
        let message = signed.canonical();
        let (keyid, key) = if *role == RoleName::root() {
            (self.root_key_id.clone(), &self.root_key)
        } else {
            let key = key_of(role);
            (Key::of(&key).id().to_string(), &{ key })
        };
        let scheme = key.verifying_key().kind().scheme();
        let sig = signing_key::sign(key, scheme, &message).expect("a signature");
        envelope::write(signed, &[Signature { keyid, method: scheme.name().to_owned(), sig }])
    }

    /// The stage behind a root: its timestamp names this snapshot.
    pub(crate) fn with_timestamp<E: ExpiryCheck>(
        &self,
        chain: RootChain<E>,
        snapshot: &[u8],
    ) -> Result<WithTimestamp<E>, UpdateError> {
        let file = timestamp::Timestamp { header: self.header(), snapshot: FileMeta::of(snapshot) };
        chain.timestamp(self.sign(&RoleName::timestamp(), &file.to_json()), Freshness::Fetched)
    }

    /// The whole repository with this targets file, and a delegation's file if one is given.
    pub(crate) fn repo<E: ExpiryCheck>(
        &self,
        chain: RootChain<E>,
        targets: &Arc<[u8]>,
        delegation: Option<&Arc<[u8]>>,
    ) -> Result<TrustedRepo<E>, UpdateError> {
        let mut meta = BTreeMap::from([(RoleName::root(), FileMeta::of(&self.root)), (RoleName::targets(), FileMeta::of(targets))]);
        meta.extend(delegation.map(|bytes| (self.delegation.clone(), FileMeta::of(bytes))));
        let snapshot = Snapshot { header: self.header(), meta, unusable: BTreeSet::new() };
        let snapshot = self.sign(&RoleName::snapshot(), &snapshot.to_json());
        let stages = self.with_timestamp(chain, &snapshot)?.snapshot(snapshot)?;
        let repo = stages.targets(Arc::clone(targets), &BTreeMap::new())?;
        match delegation {
            Some(bytes) => repo.delegation(&self.delegation, bytes),
            None => Ok(repo),
        }
    }

    /// A targets file that delegates to one role.
    pub(crate) fn delegating(&self) -> Arc<[u8]> {
        let key = Key::of(&key_of(&self.delegation));
        let spec = RoleSpec::any_of([key.id()]);
        let mut targets = Targets::empty(self.header());
        targets.keys.insert(key.id().to_string(), key);
        targets.roles.push(Delegation { name: self.delegation.clone(), spec, paths: vec![String::new()] });
        self.sign(&RoleName::targets(), &targets.to_json())
    }

    fn header(&self) -> Header {
        Header { version: Version::FIRST, expires: Expires::after_days(self.now, 30) }
    }
}
