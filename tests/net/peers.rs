//! The ends of the ports against the real notary-server and docker-registry behind one host name.

use std::{path::Path, sync::Arc};

use base64ct::{Base64, Encoding};
use client::ports::{FileRef, NotaryRemote, Registry, RegistryError, RemoteError};
use host::{
    docker::{credentials::DockerCredentials, tls::TlsFolders},
    http::{Net, NetSettings},
    notary::{Access, NotaryServers, servers::Servers},
    registry::Registries,
};
use trust::model::{digest::Sha256, gun::Gun, role::RoleName, tag::Tag, version::Version};

use crate::support::{Peers, home::Home};

fn net(home: &Home, cache: &Path) -> Arc<Net> {
    let docker = home.path().join(".docker");
    let settings = NetSettings { cache_dir: Some(cache.to_owned()), ..NetSettings::default() };
    Arc::new(Net::new(settings, Box::new(DockerCredentials::new(docker.clone())), Box::new(TlsFolders::of_docker(&docker))))
}

#[test]
fn trust_data_travels_both_ways() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let cache = tempfile::tempdir().unwrap();
    let repository = peers.image("prod/nginx");
    let gun = Gun::parse(&repository).unwrap();
    let notary = |access| NotaryServers::new(net(&home, cache.path()), Servers::default(), access);

    let missing = notary(Access::Read).fetch_all(&gun, &[FileRef::Timestamp, FileRef::CurrentRoot]);
    assert!(missing.iter().all(|answer| matches!(answer, Err(RemoteError::NotFound { .. }))), "{missing:?}");
    let keys = notary(Access::Write).server_keys(&gun, &[RoleName::timestamp(), RoleName::snapshot()]);
    assert!(keys.iter().all(|key| key.as_ref().unwrap().starts_with(b"{\"keytype\"")), "{keys:?}");

    home.notary(&["init", &repository, "-p"]).ok();
    let current = || notary(Access::Write).server_keys(&gun, &[RoleName::timestamp()]).pop().unwrap().unwrap();
    let rotated = notary(Access::Admin).rotate_server_key(&gun, &RoleName::timestamp()).unwrap();
    assert!(rotated.starts_with(b"{\"keytype\""));
    assert_ne!(rotated, current(), "another key, which counts once a root names it");
    let mark = peers.mark();
    let files = notary(Access::Read).fetch_all(
        &gun,
        &[
            FileRef::Timestamp,
            FileRef::CurrentRoot,
            FileRef::RootVersion(Version::FIRST),
            FileRef::RootVersion(Version::new(2).unwrap()),
        ],
    );
    assert_eq!(files[1].as_ref().unwrap(), files[2].as_ref().unwrap());
    assert!(matches!(files[3], Err(RemoteError::NotFound { .. })));
    let wire = peers.wire_since(mark);
    assert_eq!(wire.len(), 5, "a token and four files, the challenge being remembered: {wire:?}");
    assert!(wire.iter().all(|request| request.protocol == "HTTP/2.0"), "{wire:?}");
    assert!(wire.iter().all(|request| request.connection == wire[0].connection), "one connection: {wire:?}");

    let timestamp: serde_json::Value = serde_json::from_slice(files[0].as_ref().unwrap()).unwrap();
    let meta = &timestamp["signed"]["meta"]["snapshot"];
    let hash = Base64::decode_vec(meta["hashes"]["sha256"].as_str().unwrap()).unwrap();
    let snapshot = FileRef::Hashed {
        role: RoleName::snapshot(),
        sha256: Sha256::from_slice(&hash).unwrap(),
        length: meta["length"].as_u64().unwrap(),
    };
    let snapshot = notary(Access::Read).fetch_all(&gun, &[snapshot]).pop().unwrap().unwrap();
    assert_eq!(Sha256::of(&snapshot).as_bytes()[..], hash);

    let root = files[1].as_ref().unwrap();
    let writer = notary(Access::Write);
    let conflict = writer.publish(&gun, &[(RoleName::root(), Arc::clone(root)), (RoleName::snapshot(), snapshot)]);
    assert!(matches!(conflict, Err(RemoteError::Conflict { .. })), "{conflict:?}");
    let rejected = writer.publish(&gun, &[(RoleName::targets(), b"{}"[..].into())]);
    assert!(matches!(rejected, Err(RemoteError::Rejected { .. })), "{rejected:?}");
    let role = RoleName::parse("targets/alice").unwrap();
    let rejected = writer.publish(&gun, &[(role, b"{}"[..].into())]);
    assert!(matches!(&rejected, Err(RemoteError::Rejected { message, .. }) if !message.contains("alice, ")), "{rejected:?}");

    notary(Access::Admin).delete(&gun).unwrap();
    notary(Access::Admin).delete(&gun).unwrap();
    assert!(matches!(notary(Access::Read).fetch_all(&gun, &[FileRef::Timestamp])[0], Err(RemoteError::NotFound { .. })));
}

#[test]
fn who_may_not_is_told_so() {
    let Some(peers) = Peers::start() else { return };
    let gun = Gun::parse(&peers.image("prod/nginx")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    for (home, who) in
        [(Home::new(&peers, "reader"), "user reader from "), (Home::anonymous(&peers), "no credentials for localhost")]
    {
        let remote = NotaryServers::new(net(&home, cache.path()), Servers::default(), Access::Admin);
        let refused = remote.delete(&gun).unwrap_err();
        assert!(matches!(&refused, RemoteError::Unauthorized { reason, .. } if reason.starts_with(who)), "{refused}");
    }
}

#[test]
fn a_tag_is_resolved_in_the_real_registry() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "reader");
    let cache = tempfile::tempdir().unwrap();
    let gun = Gun::parse(&peers.image("prod/nginx")).unwrap();
    let image = peers.images().push("prod/nginx", "1", "one");
    let index = peers.images().push_index("prod/nginx", "2", "two");
    let registries = Registries::new(net(&home, cache.path()));
    for (tag, pushed) in [("1", image), ("2", index)] {
        let manifest = registries.resolve(&gun, &Tag::parse(tag).unwrap()).unwrap();
        assert_eq!((manifest.digest.to_hex(), manifest.length), (pushed.sha256, pushed.length as u64));
    }
    let missing = registries.resolve(&gun, &Tag::parse("3").unwrap());
    assert!(matches!(missing, Err(RegistryError::NoSuchTag { .. })), "{missing:?}");
}
