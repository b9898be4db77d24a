//! Section H: publishing. The number of a case begins the name of its test.

use std::{cell::Cell, collections::BTreeMap};

use base64ct::{Base64, Encoding as _};
use client::{
    error::OpsError,
    image::{
        error::ImageError,
        sign_image::{self, ContentChoice, ContentSource, FirstSigner, Request, RequestedTag, Unserved},
    },
    keys::keyring::Keyring,
    outcome::HeardWarnings,
    ports::{
        Accounts, DecisionError, Decisions, Engine, KeyFiles as _, Keys as _, Manifest, PassphrasePurpose, PassphraseRequest,
        RemoteError, Warning,
    },
    repo::rotate::{self, Holder, Legacy, RotateError},
    session::{RefuseUnreleased, Session},
};
use p256::pkcs8::{EncodePrivateKey as _, LineEnding};
use sha2::Digest as _;
use trust::{
    crypto::{pem, private_key::PrivateKey, secret::Passphrase, signing_key::SigningKey as _},
    json::value::Json,
    model::{digest::Sha256, gun::Gun, key::Key as PublicKey, key_id::CanonicalKeyId, key_name::KeyName, role::RoleName, tag::Tag},
    verify::pinning::TrustPinning,
};

use crate::{
    support::{
        forge::{Forge, NOW, key::Key},
        keys::MemoryKeys,
        memory::{MemoryRegistry, MemoryRemote, MemoryStore, Nobody},
    },
    world::{GUN, gun},
};

/// A signer, ian, with a key of `targets/ian` and `targets/releases`, and a registry that serves tag `2`.
pub(crate) struct Signer {
    pub(crate) store: MemoryStore,
    pub(crate) remote: MemoryRemote,
    pub(crate) registry: MemoryRegistry,
    keys: MemoryKeys,
    pub(crate) heard: HeardWarnings,
    pins: TrustPinning,
    unreleased: RefuseUnreleased,
}

fn sign_tags(
    session: &Session<'_>,
    source: ContentSource<'_>,
    content: ContentChoice,
    unserved: Unserved,
    tags: &[&str],
    anew: bool,
) -> Result<Vec<Sha256>, OpsError> {
    let (gun, tags) = (gun(), tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect::<Vec<_>>());
    let wanted: Vec<_> = tags.iter().map(|tag| RequestedTag { tag, typed: tag.as_str(), content }).collect();
    let request = Request { gun: &gun, wanted: &wanted, source, first: FirstSigner::Account, unserved, anew };
    sign_image::sign(session, &request).map(|signed| signed.result.tags.iter().map(|tag| tag.digest).collect())
}

struct Account(&'static str);

impl Accounts for Account {
    fn user_name(&self, _: &Gun) -> Result<Option<String>, RemoteError> {
        Ok(Some(self.0.to_owned()))
    }
}

/// The same passphrase for every key; one that is wrong is wrong for good.
struct Always(&'static str);

impl Decisions for Always {
    fn passphrase(&self, request: &PassphraseRequest) -> Result<Passphrase, DecisionError> {
        match request.purpose {
            PassphrasePurpose::Unlock { attempt: 1.. } => Err(DecisionError::AttemptsExceeded),
            _ => Ok(Passphrase::new(self.0.to_owned())),
        }
    }
}

/// A passphrase that is known beforehand, and how often another was asked for.
struct Known(&'static str, Cell<u32>);

impl Decisions for Known {
    fn passphrase(&self, request: &PassphraseRequest) -> Result<Passphrase, DecisionError> {
        self.1.set(self.1.get() + 1);
        Always("passphrase").passphrase(request)
    }

    fn known_passphrase(&self, name: &KeyName, _: CanonicalKeyId) -> Option<Passphrase> {
        assert_eq!(name.as_str(), "ian");
        Some(Passphrase::new(self.0.to_owned()))
    }
}

impl Signer {
    /// The signer, and the repository that knows them.
    pub(crate) fn ian() -> (Self, Forge) {
        let (keys, private) = (MemoryKeys::default(), PrivateKey::generate_p256().unwrap());
        keys.add(&private, &KeyName::of("ian"), None, &Passphrase::new("passphrase".to_owned())).unwrap();
        let mut forge = Forge::new(GUN);
        let jeff = Key::p256("jeff");
        // jeff signs for both: the forge has no private half of ian's key
        let ian = jeff.with_public(private.verifying_key().public_bytes());
        assert_eq!(ian.id(), PublicKey::of(&private).id().to_string());
        forge.delegate("targets/ian", &[jeff, ian.clone()], &[""]);
        forge.edit("targets", |targets| {
            let releases =
                targets["delegations"]["roles"].as_array_mut().unwrap().iter_mut().find(|role| role["name"] == "targets/releases");
            releases.unwrap()["keyids"].as_array_mut().unwrap().push(ian.id().into());
        });
        forge.publish();
        let tag = Tag::parse("2").unwrap();
        let manifest = Manifest { digest: Sha256::of(b"mine"), length: 4, media_type: String::new() };
        let signer = Self {
            store: MemoryStore::default(),
            remote: MemoryRemote::default(),
            registry: MemoryRegistry { tags: BTreeMap::from([(tag, manifest)]), fault: None },
            keys,
            heard: HeardWarnings::default(),
            pins: TrustPinning::default(),
            unreleased: RefuseUnreleased::default(),
        };
        signer.remote.host(&forge);
        (signer, forge)
    }

    /// The same person where there is no repository yet.
    pub(crate) fn of_nothing() -> Self {
        let (signer, _) = Self::ian();
        signer.remote.host(&Forge::of_nothing(GUN));
        for role in [RoleName::timestamp(), RoleName::snapshot()] {
            signer.remote.set_key(role.clone(), Key::p256(role.as_str()).json().to_string().into_bytes());
        }
        signer
    }

    pub(crate) fn sign(&self, tag: &str) -> Result<Vec<Sha256>, OpsError> {
        self.sign_as(&Nobody, tag)
    }

    fn sign_as(&self, accounts: &dyn Accounts, tag: &str) -> Result<Vec<Sha256>, OpsError> {
        self.sign_with(accounts, &Always("passphrase"), tag)
    }

    fn sign_with(&self, accounts: &dyn Accounts, decisions: &dyn Decisions, tag: &str) -> Result<Vec<Sha256>, OpsError> {
        self.sign_from(ContentSource::Registry, accounts, decisions, tag, false)
    }

    /// Signs a tag though it is not known what its roles sign.
    pub(crate) fn sign_anew(&self, tag: &str) -> Result<Vec<Sha256>, OpsError> {
        self.sign_from(ContentSource::Registry, &Nobody, &Always("passphrase"), tag, true)
    }

    /// Signs a tag by an Engine, with the passphrase that is right.
    pub(crate) fn sign_by(&self, engine: &dyn Engine, tag: &str) -> Result<Vec<Sha256>, OpsError> {
        self.sign_by_with(engine, "passphrase", tag)
    }

    /// The same with this passphrase.
    pub(crate) fn sign_by_with(&self, engine: &dyn Engine, passphrase: &'static str, tag: &str) -> Result<Vec<Sha256>, OpsError> {
        self.sign_from(ContentSource::Engine(engine), &Account("ian"), &Always(passphrase), tag, false)
    }

    fn sign_from(
        &self,
        source: ContentSource<'_>,
        accounts: &dyn Accounts,
        decisions: &dyn Decisions,
        tag: &str,
        anew: bool,
    ) -> Result<Vec<Sha256>, OpsError> {
        let session = self.session(accounts, decisions);
        sign_tags(&session, source, ContentChoice::Released, Unserved::Refused, &[tag], anew)
    }

    /// Signs several tags with the passphrase that is right.
    pub(crate) fn sign_each(
        &self,
        source: ContentSource<'_>,
        content: ContentChoice,
        unserved: Unserved,
        tags: &[&str],
    ) -> Result<Vec<Sha256>, OpsError> {
        sign_tags(&self.session(&Account("ian"), &Always("passphrase")), source, content, unserved, tags, false)
    }

    fn session<'a>(&'a self, accounts: &'a dyn Accounts, decisions: &'a dyn Decisions) -> Session<'a> {
        Session {
            store: &self.store,
            remote: &self.remote,
            registry: &self.registry,
            accounts,
            keys: &self.keys,
            key_files: &self.keys,
            events: &self.heard,
            decisions,
            pins: &self.pins,
            unreleased: &self.unreleased,
            now: NOW.parse().unwrap(),
        }
    }

    /// What the last upload says of a tag: the SHA-256 by role.
    pub(crate) fn uploaded(&self, tag: &str) -> BTreeMap<String, String> {
        let files = self.remote.uploads().pop().unwrap_or_default();
        let entries = files.iter().filter_map(|(role, bytes)| {
            let json = Json::parse(bytes).unwrap();
            let entry = json.as_object()?["signed"].as_object()?.get("targets")?.as_object()?.get(tag)?;
            Some((role.to_string(), entry.as_object()?["hashes"].as_object()?["sha256"].as_str()?.to_owned()))
        });
        entries.collect()
    }

    /// The version of a role's file in the last upload.
    pub(crate) fn uploaded_version(&self, role: &str) -> Option<u64> {
        let files = self.remote.uploads().pop()?;
        let (_, bytes) = files.iter().find(|(uploaded, _)| uploaded.as_str() == role)?;
        serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["signed"]["version"].as_u64()
    }
}

impl Signer {
    pub(crate) fn revoke(&self, tag: &str) -> Result<(), client::image::revoke_image::RevokeError> {
        let session = self.session(&Nobody, &Always("passphrase"));
        client::image::revoke_image::revoke(&session, &gun(), Some(&Tag::parse(tag).unwrap())).map(drop)
    }
}

impl Signer {
    /// Has the private half of a key of the forge, made of its name.
    fn holds(&self, name: &str, role: &str, gun: Option<&Gun>) {
        let key = p256::SecretKey::from_slice(&sha2::Sha256::digest(name)).unwrap().to_pkcs8_pem(LineEnding::LF).unwrap();
        let key = PrivateKey::from_pem_block(&pem::first_block(key.as_bytes()).unwrap(), None).unwrap();
        self.keys.add(&key, &KeyName::of(role), gun, &Passphrase::new("passphrase".to_owned())).unwrap();
    }

    /// Gives targets another key, and lets the keys of so many earlier roots sign the new one.
    fn rotate(&self, legacy: Legacy) -> Result<(), RotateError> {
        let session = self.session(&Nobody, &Always("passphrase"));
        rotate::rotate(&session, &Keyring::new(&session), &gun(), "targets", &Holder::Person(&[]), legacy).map(drop)
    }
}

/// A root's version is what its owner, or a thief of the root key, says that it is.
#[test]
fn the_keys_of_earlier_roots_are_looked_for_within_a_bound() {
    for (version, legacy, asked) in [(1 << 40, Legacy::All, 1024), (1 << 40, Legacy::Last(3), 3), (5, Legacy::All, 4)] {
        let (ian, mut forge) = Signer::ian();
        ian.holds("root", "root", None);
        ian.holds("targets", "targets", Some(&gun()));
        ian.remote.host(forge.set_version("root", version).publish());
        ian.rotate(legacy).unwrap();
        let rounds = ian.remote.take_requests();
        let of_roots =
            |round: &Vec<String>| round.iter().filter(|name| name.as_str() != "root.json" && name.ends_with(".root.json")).count();
        assert_eq!(rounds.iter().map(of_roots).sum::<usize>(), asked, "version {version}");
        assert!(rounds.iter().all(|round| of_roots(round) <= 16));
        let is_told = ian.heard.warnings().iter().any(|it| matches!(it, Warning::FewerEarlierRoots { taken: 1024, .. }));
        assert_eq!(is_told, asked == 1024);
    }
}

/// Whose certificate names another repository had no word in any root of this one, and gets none.
#[test]
fn the_keys_of_earlier_roots_are_those_that_could_sign_the_next() {
    let (ian, mut forge) = Signer::ian();
    for name in ["root", "old", "stranger"] {
        ian.holds(name, "root", None);
    }
    ian.holds("targets", "targets", Some(&gun()));
    let (root, old) = (forge.keys["root"][0].clone(), Key::p256("old").certified(GUN));
    let stranger = Key::p256("stranger").certified("example.com/other");
    forge.give("root", &[old.clone(), stranger.clone(), Key::p256("jeff")]);
    forge.rotate("root", std::slice::from_ref(&root)).publish();
    ian.remote.host(&forge);
    ian.rotate(Legacy::All).unwrap();
    let (_, bytes) = ian.remote.uploads().pop().unwrap().into_iter().find(|(role, _)| *role == RoleName::root()).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let mut signed: Vec<&str> = file["signatures"].as_array().unwrap().iter().map(|it| it["keyid"].as_str().unwrap()).collect();
    signed.sort_unstable();
    let mut expected = [root.id(), old.id()];
    expected.sort_unstable();
    assert_eq!(signed, expected, "and not {}", stranger.id());
}

pub(crate) fn everywhere(content: &[u8]) -> BTreeMap<String, String> {
    let sha256 = Base64::encode_string(Sha256::of(content).as_bytes());
    ["targets/ian", "targets/releases"].map(|role| (role.to_owned(), sha256.clone())).into()
}

#[test]
fn h144_a_faster_publisher_of_another_tag_or_of_the_same_content() {
    for (tag, content) in [("3", "theirs"), ("2", "mine")] {
        let (ian, mut forge) = Signer::ian();
        ian.remote.overtake(forge.add_target("targets/releases", tag, content).publish());
        ian.sign("2").unwrap();
        assert_eq!(ian.uploaded("2"), everywhere(b"mine"));
    }
}

#[test]
fn an_update_that_the_server_took_and_lost_from_its_snapshot_is_no_obstacle_for_good() {
    // not where strangers signed it, nor where the state is not the server's newest
    for (signed_by_the_role, newest) in [(true, true), (false, true), (true, false)] {
        let (ian, mut forge) = Signer::ian();
        let listed = forge.version("targets/releases");
        forge.add_target("targets/releases", "3", "lost");
        if !signed_by_the_role {
            forge.sign_with("targets/releases", &[Key::p256("stranger")]);
        }
        forge.raw("targets/releases", |bytes| {
            ian.remote.put(&format!("{}.targets/releases.json", listed + 1), bytes.clone());
            bytes
        });
        if !newest {
            ian.remote.put(&format!("{}.timestamp.json", forge.version("timestamp") + 1), Vec::new());
        }
        for _ in 0..10 {
            ian.remote.refuse_upload(|url| RemoteError::Conflict { asked: url, message: "VERSION".to_owned() });
        }
        ian.sign("2").unwrap();
        assert_eq!(ian.uploaded("2"), everywhere(b"mine"));
        assert!(ian.uploaded("3").is_empty(), "no snapshot names it");
        let passed_over = signed_by_the_role && newest;
        let next = listed + if passed_over { 2 } else { 1 };
        assert_eq!(ian.uploaded_version("targets/releases"), Some(next));
        let heard = ian.heard.warnings();
        let is_told = |it: &&Warning| matches!(it, Warning::LostByServer { role, version } if role.as_str() == "targets/releases" && version.get() == listed + 1);
        assert_eq!(heard.iter().filter(is_told).count(), usize::from(passed_over), "{heard:?}");
    }
}

#[test]
fn what_was_published_is_published_though_nothing_more_can_be_kept_here() {
    let (mut ian, _forge) = Signer::ian();
    ian.sign("2").unwrap();
    client::state::refresh::for_reading(&ian.session(&Nobody, &Always("passphrase")), &gun()).unwrap();
    ian.store.is_full = true;
    assert_eq!(ian.sign("2").unwrap(), [Sha256::of(b"mine")]);
    assert_eq!(ian.uploaded("2"), everywhere(b"mine"));
    let heard = ian.heard.warnings();
    let is_told = |it: &&Warning| matches!(it, Warning::NotKeptHere { .. });
    assert_eq!(heard.iter().filter(is_told).count(), 1, "{heard:?}");
}

/// What is released under tag 2 is withdrawn by another before the next upload.
fn another_revokes(ian: &Signer, forge: &mut Forge) {
    forge
        .edit("targets/releases", |releases| drop(releases["targets"].as_object_mut().unwrap().remove("2")))
        .bump("targets/releases");
    ian.remote.overtake(forge.publish());
}

#[test]
fn h146_a_newer_content_of_the_same_tag_is_not_overwritten() {
    let (ian, mut forge) = Signer::ian();
    ian.remote.overtake(forge.add_target("targets/releases", "2", "theirs").publish());
    let error = ian.sign("2").unwrap_err().to_string();
    assert!(error.contains("targets/releases") && error.contains(&Sha256::of(b"theirs").to_string()), "{error}");
    assert!(ian.remote.uploads().is_empty());
    // and whoever signs again does not sign it unseen
    let error = ian.sign("2").unwrap_err();
    assert!(
        matches!(error, OpsError::Image(ImageError::ReleasedUnserved { released, .. }) if released == Sha256::of(b"theirs")),
        "{error}"
    );
    assert!(ian.remote.uploads().is_empty());
}

#[test]
fn h146_a_tag_that_was_revoked_meanwhile_does_not_come_back() {
    let (ian, mut forge) = Signer::ian();
    ian.remote.host(forge.add_target("targets/releases", "2", "mine").publish());
    another_revokes(&ian, &mut forge);
    let error = ian.sign("2").unwrap_err().to_string();
    assert!(error.contains("targets/releases") && error.contains("removed"), "{error}");
    assert!(ian.remote.uploads().is_empty());
}

#[test]
fn h146_a_content_that_someone_releases_meanwhile_is_not_revoked() {
    for role in ["targets/releases", "targets"] {
        let (ian, mut forge) = Signer::ian();
        ian.remote.host(forge.add_target("targets/ian", "2", "mine").add_target("targets/releases", "2", "mine").publish());
        ian.remote.overtake(forge.add_target(role, "2", "theirs").publish());
        let error = ian.revoke("2").unwrap_err().to_string();
        assert!(error.ends_with(&format!(" in {role}")) && error.contains(&Sha256::of(b"theirs").to_string()), "{error}");
        assert!(ian.remote.uploads().is_empty());
    }
}

#[test]
fn h146_a_tag_that_another_revokes_meanwhile_is_revoked() {
    let (ian, mut forge) = Signer::ian();
    ian.remote.host(forge.add_target("targets/releases", "2", "mine").publish());
    another_revokes(&ian, &mut forge);
    ian.revoke("2").unwrap();
    assert!(ian.remote.uploads().is_empty(), "nothing was left to remove");
    let again = ian.revoke("2").unwrap_err().to_string();
    assert_eq!(again, "no role signs tag 2");
}

#[test]
fn a_revocation_leaves_the_other_tags_and_the_other_signers_as_they_are() {
    let (ian, mut forge) = Signer::ian();
    forge.add_target("targets/ian", "2", "mine").add_target("targets/releases", "2", "mine").add_target(
        "targets/jeff",
        "2",
        "mine",
    );
    ian.remote.host(forge.add_target("targets/ian", "3", "kept").publish());
    ian.revoke("2").unwrap();
    let uploads = ian.remote.uploads();
    let roles: Vec<_> = uploads[0].iter().map(|(role, _)| role.as_str()).collect();
    assert_eq!(roles, ["targets/ian", "targets/releases"]);
    assert!(ian.uploaded("2").is_empty());
    assert!(ian.uploaded("3").contains_key("targets/ian") && ian.uploaded("1").contains_key("targets/releases"));
}

#[test]
fn an_entry_outside_a_role_s_paths_is_nothing_to_revoke() {
    let (ian, mut forge) = Signer::ian();
    forge.edit("targets", |targets| {
        let ian = targets["delegations"]["roles"].as_array_mut().unwrap().iter_mut().find(|role| role["name"] == "targets/ian");
        ian.unwrap()["paths"] = serde_json::json!(["only/"]);
    });
    ian.remote.host(forge.bump("targets").add_target("targets/ian", "2", "mine").publish());
    assert_eq!(ian.revoke("2").unwrap_err().to_string(), "no role signs tag 2");
}

#[test]
fn h142_an_account_does_not_name_a_key_of_another_role() {
    for (name, may) in
        [("ian", true), ("root", false), ("targets", false), ("snapshot", false), ("timestamp", false), ("releases", false)]
    {
        let (ian, _) = Signer::ian();
        ian.remote.host(&Forge::of_nothing(GUN));
        for role in [RoleName::timestamp(), RoleName::snapshot()] {
            let key = Key::p256(role.as_str()).json().to_string();
            ian.remote.set_key(role, key.into_bytes());
        }
        let signed = ian.sign_as(&Account(name), "2");
        assert_eq!(signed.is_ok(), may, "{name}: {signed:?}");
        assert_eq!(ian.remote.uploads().len(), usize::from(may), "{name}");
        if let Err(error) = signed {
            assert!(error.to_string().contains("cannot name a signer"), "{error}");
            assert_eq!(ian.keys.list().unwrap().len(), 1, "no key was made for {name}");
        }
    }
}

#[test]
fn an_expired_file_is_signed_anew_with_all_that_it_signs() {
    let (ian, mut forge) = Signer::ian();
    forge.add_target("targets/releases", "old", "old").set_expires("targets/releases", "2020-01-01T00:00:00Z");
    ian.remote.host(forge.publish());
    ian.sign("2").unwrap();
    let sha256 = Base64::encode_string(Sha256::of(b"old").as_bytes());
    assert_eq!(ian.uploaded("old").get("targets/releases"), Some(&sha256));
    assert!(ian.uploaded("2").contains_key("targets/releases"));
}

#[test]
fn a_key_is_unlocked_beside_the_network_where_its_passphrase_is_known() {
    let (ian, _) = Signer::ian();
    let known = Known("passphrase", Cell::new(0));
    ian.sign_with(&Nobody, &known, "2").unwrap();
    assert_eq!(known.1.get(), 0, "nobody is asked");
    let (ian, _) = Signer::ian();
    let wrong = Known("another", Cell::new(0));
    ian.sign_with(&Nobody, &wrong, "2").unwrap();
    assert_eq!(wrong.1.get(), 1, "asked once the key is wanted");
}
