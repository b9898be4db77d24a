//! Hints: what a person could do about a failure. They never suggest loosening a check; what a person may allow by name they name.

use super::{
    asked::{host_of, is_notary},
    proxy_words, status_words, tls_words,
};
use client::{
    error::OpsError,
    image::error::ImageError,
    keys::error::KeysError,
    not_used::NotUsed,
    ports::{ConnectFault, EngineError, KeyStoreError, RegistryError, RemoteError, StoreError, Withheld},
    repo::error::RepoError,
    state::error::{Origin, StateError},
};
use trust::{
    edit::plan::PlanError,
    model::{digest::Sha256, gun::Gun, key_id::CanonicalKeyId, role::RoleName, tag::Tag},
    verify::{error::UpdateError, pinning::PinError},
};

/// The hint for a failure, where one helps.
#[must_use]
pub fn hint(failure: &OpsError) -> Option<String> {
    match failure {
        OpsError::State(StateError::NotInitialized { server, .. }) => Some(format!(
            "`dct signer add` and `dct sign` initialize a repository; where {server} is not its Notary server, name that one in \
             DOCKER_CONTENT_TRUST_SERVER"
        )),
        OpsError::State(StateError::Gone { .. }) => Some(
            "this machine has seen trust data of the repository; ask who administers the server why it is gone".to_owned(),
        ),
        OpsError::State(StateError::AnotherIsPublished { gun, .. }) => {
            Some(format!("`dct delete {gun}` forgets the one that was never published; its keys stay"))
        }
        OpsError::Repo(RepoError::NotAChange { gun, number, .. }) => Some(format!("`dct notary reset {gun} -n {number}` removes that file; nothing was published")),
        OpsError::Repo(RepoError::Staged { gun, number, file, .. }) => {
            Some(format!("this is change {number}, staged as {file}; `dct notary reset {gun} -n {number}` takes it back; nothing was published"))
        }
        OpsError::Repo(RepoError::AlreadyHere { gun }) => {
            Some(format!("`dct notary publish {gun}` publishes it, where that has not been done; `dct notary delete {gun}` forgets it here"))
        }
        OpsError::State(StateError::Untrusted { origin: Origin::Store, error: UpdateError::Malformed { .. } | UpdateError::RootMissing { .. } }) => Some(
            "restore ~/.docker/trust from a copy; or begin anew with `dct delete REPOSITORY`, once the repository's owner has told you \
             the ID of its root key"
                .to_owned(),
        ),
        OpsError::State(StateError::Untrusted { origin: Origin::Server, error: UpdateError::Expired { role, .. } }) if *role != RoleName::timestamp() => {
            Some(format!("whoever has the keys of {role} can sign it anew with `dct renew`"))
        }
        OpsError::State(StateError::Untrusted { error: UpdateError::Pin(error), .. }) => pin_hint(error),
        OpsError::State(StateError::Untrusted { error: UpdateError::ManyRoots(_), .. }) => Some("run it again".to_owned()),
        OpsError::Repo(RepoError::NoPinnedKey { .. }) => Some(
            "load the pinned root key with `dct key load`; a new certificate of a key is pinned by the key's ID alone".to_owned(),
        ),
        OpsError::State(StateError::NeverSeen { gun, .. }) => Some(format!(
            "where you know the ID of its root key, name it: `dct renew --root ID {gun}`; `dct key list` shows those of the root keys on this machine"
        )),
        OpsError::Plan(PlanError::SetAside { role, .. }) => Some(format!(
            "it comes back when the server has the file that was signed; `dct notary witness` signs as your own what that of {role} holds, where it \
             lacks signatures alone; `dct sign --begin-anew` signs without all that it holds"
        )),
        OpsError::Plan(PlanError::OutOfReach { .. } | PlanError::LastVersion(_)) => Some(
            "where a key has signed it that should not, take that key from the role first; then `dct renew --recreate` publishes the repository anew, \
             whose versions begin again"
                .to_owned(),
        ),
        OpsError::Image(ImageError::Unreleased { gun }) => Some(format!(
            "ask a signer whether anything is released there; unreleased = \"refuse\" in dct/config.toml, for the registry {}, refuses this",
            gun.host()
        )),
        OpsError::Repo(RepoError::Unrenewable { .. }) => Some("one of its signers signs it anew with `dct sign`".to_owned()),
        OpsError::Image(ImageError::NoAccount { host }) => Some(format!("`docker login {host}`, or begin with `dct signer add`")),
        OpsError::Image(ImageError::AccountNamesNoSigner { .. }) => Some("begin with `dct signer add`, and a name of its own for the signer".to_owned()),
        OpsError::Image(ImageError::NoSignableRole { roles, .. }) if nobody_is_left(roles) => {
            Some("add a signer with `dct signer add`".to_owned())
        }
        OpsError::Image(ImageError::NoSignableRole { .. }) => {
            Some("load the private key of one of its signers with `dct key load`, or become one with `dct signer add`".to_owned())
        }
        OpsError::Keys(KeysError::NoSigningKeys { role, .. }) => Some(format!(
            "this takes the private key of {role}, which lies in ~/.docker/trust/private where the repository was initialized"
        )),
        OpsError::Repo(RepoError::RootCertificateEnded { gun, .. }) => {
            Some(format!("`dct renew --recreate {gun}` deletes it there and publishes all of it under a new certificate"))
        }
        OpsError::Repo(RepoError::RootCertificateCounts { gun, .. }) => Some(format!("`dct renew {gun} root` suffices")),
        OpsError::Repo(RepoError::DeletedAlone { gun, .. }) => {
            Some(format!("all of it is on this machine: run `dct renew --recreate {gun}` again"))
        }
        OpsError::Repo(RepoError::PublishedMeanwhile(_)) => Some("nothing was deleted; run it again".to_owned()),
        OpsError::Repo(RepoError::RotatedMeanwhile(_)) => Some("nothing was published; run it again where these keys are to be replaced too".to_owned()),
        OpsError::State(StateError::Unconfirmed { .. }) => {
            Some("look with `dct inspect` in a while; where it is not there then, run the command again".to_owned())
        }
        OpsError::State(StateError::Overtaken(_) | StateError::TakenBack { .. }) => {
            Some("it is not published over that; `dct inspect` shows what is signed now".to_owned())
        }
        OpsError::Engine(error) => engine_hint(error),
        OpsError::Image(ImageError::PushedUnsigned { gun, pushed, error }) => {
            let signed = if matches!(**error, OpsError::State(StateError::Unconfirmed { .. })) { "not known to be signed" } else { "not signed" };
            let image = |(tag, digest): &(_, Option<_>)| match digest {
                Some(digest) => format!("{gun}:{tag}@sha256:{digest} is pushed and {signed}"),
                None => format!("{gun}:{tag} may be pushed, and is {signed}"),
            };
            let images: Vec<String> = pushed.iter().map(image).collect();
            let why = hint(error).map(|hint| format!("; {hint}")).unwrap_or_default();
            Some(format!("{}{why}", images.join("; ")))
        }
        OpsError::Image(ImageError::ReleasesUnusable { why: NotUsed::NoSigner, .. }) => {
            Some("`dct signer add` adds a signer, who signs anew with `dct sign`".to_owned())
        }
        OpsError::Image(ImageError::ReleasesUnusable { .. }) => Some("one of its signers can sign anew with `dct sign`; where none is left, `dct signer add` comes first".to_owned()),
        OpsError::Image(ImageError::NoTrustData { .. }) => Some("`dct inspect` shows what is signed".to_owned()),
        OpsError::Registry(RegistryError::NoSuchDigest { .. }) => {
            Some("push it first; its registry must have what is signed".to_owned())
        }
        OpsError::Registry(RegistryError::NoSuchTag { .. }) => {
            Some("push the image first; its registry must have what is signed".to_owned())
        }
        OpsError::Image(ImageError::ReleasedUnserved { gun, tag, released, served }) => unserved_hint(gun, tag, *released, served),
        OpsError::Store(StoreError::Io { source, .. }) | OpsError::KeyStore(KeyStoreError::Io { source, .. }) => disk_hint(source),
        OpsError::Remote(error) => notary_hint(error).or_else(|| remote_hint(error)),
        OpsError::Registry(RegistryError::Remote(error)) => remote_hint(error),
        _ => None,
    }
}

fn pin_hint(error: &PinError) -> Option<String> {
    match error {
        PinError::NothingPinned(gun) => {
            let path = gun.as_str().get(gun.host().len() + 1..).unwrap_or_default();
            Some(format!(
                "pin the root that its owner tells you of, in dct/config.toml: [registry.\"{}\".root.pins], \"{path}\" = {{ keys = [\"ID\"] }}",
                gun.host()
            ))
        }
        PinError::NotPinned(_) => {
            Some("where its owner tells of another root key or certificate, pin that one in dct/config.toml".to_owned())
        }
        _ => None,
    }
}

/// The same where the Engine is to pull, which no flag does without one.
#[must_use]
pub fn hint_of_pull(failure: &OpsError) -> Option<String> {
    match failure {
        OpsError::Engine(EngineError::Unreachable { fault: ConnectFault::Other, .. }) => Some(
            "DOCKER_HOST or a context names the Engine; where there is none, another tool can pull by the digest that `dct resolve` prints"
                .to_owned(),
        ),
        _ => hint(failure),
    }
}

/// The ways on, each by the content that it means.
fn unserved_hint(gun: &Gun, tag: &Tag, released: Sha256, served: &Result<Sha256, RegistryError>) -> Option<String> {
    let engine = "`dct sign --local` pushes and signs what the Docker Engine has";
    match served {
        Ok(_) => Some(format!(
            "`dct sign {gun}:{tag}@sha256:{released}` signs what is released; `dct sign --registry` what the registry serves; {engine}"
        )),
        Err(RegistryError::Remote(error)) => remote_hint(error),
        Err(_) => {
            Some(format!("`dct sign {gun}:{tag}@sha256:{released}` signs what is released, where the registry has it; {engine}"))
        }
    }
}

/// Whether the roles that admit a tag have lost all their keys.
pub(crate) fn nobody_is_left(roles: &[(RoleName, Vec<CanonicalKeyId>)]) -> bool {
    !roles.is_empty() && roles.iter().all(|(_, keys)| keys.is_empty())
}

fn engine_hint(error: &EngineError) -> Option<String> {
    let hint = match error {
        EngineError::NoSuchImage(_) => "where the registry has the image already, `dct sign --registry` signs it as it is there",
        EngineError::Unreachable { fault: ConnectFault::Denied, .. } => {
            "your user may not speak to the Engine; its socket belongs to the group docker"
        }
        EngineError::Unreachable { fault: ConnectFault::Other, .. } => {
            "DOCKER_HOST or a context names the Engine; `dct sign --registry` signs without one what the registry has"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn disk_hint(error: &std::io::Error) -> Option<String> {
    use std::io::ErrorKind;
    let hint = match error.kind() {
        ErrorKind::StorageFull => "nothing that was there is lost; make room on that disk, and run the command again",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "Docker's folder must be one that you may write to: DOCKER_CONFIG or --config names another; after sudo, what is root's in it can be \
             given back with chown"
        }
        ErrorKind::NotADirectory => "a file stands where a folder must be",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// What is true of the Notary server alone, and not of a registry or a token server.
fn notary_hint(error: &RemoteError) -> Option<String> {
    let hint = match error {
        RemoteError::NoServerKey { asked } if is_notary(asked) => {
            return Some(format!(
                "no Notary server answers there: one makes that key when it is asked for it. {} may be a registry alone; name the Notary server in \
                 DOCKER_CONTENT_TRUST_SERVER",
                host_of(&asked.url).unwrap_or_default()
            ));
        }
        RemoteError::BadAnswer { asked, .. } if is_notary(asked) => {
            "if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER"
        }
        RemoteError::Unreachable { asked, .. } if is_notary(asked) => {
            "another server can be named in DOCKER_CONTENT_TRUST_SERVER, a proxy in HTTPS_PROXY"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}

fn remote_hint(error: &RemoteError) -> Option<String> {
    let hint = match error {
        RemoteError::Unauthorized { .. } => {
            "log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in \
             DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG"
        }
        RemoteError::Forbidden { .. } => {
            "ask the owner of the repository for access, or log in as another user with `docker login`"
        }
        RemoteError::Withheld { withheld, .. } => return Some(withheld_hint(withheld)),
        RemoteError::Proxy { asked, proxy, fault } => return Some(proxy_words::hint(asked, proxy, fault)),
        RemoteError::Status { asked, status, facts } => {
            return status_words::hint(asked, *status, facts, "in DOCKER_CONTENT_TRUST_SERVER");
        }
        RemoteError::Tls { asked, fault } => return tls_words::hint(asked, fault),
        RemoteError::Unreachable { .. } => "a proxy can be named in HTTPS_PROXY",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// The setting by which a host of another site is allowed what it did not get.
pub(crate) fn withheld_hint(withheld: &Withheld) -> String {
    let (what, key, registry, host) = match withheld {
        Withheld::Credentials { registry, host } => ("logins for it", "token-realms", registry, host),
        Withheld::Tokens { registry, host } => ("the tokens that a login for it buys", "token-receivers", registry, host),
    };
    format!(
        "ask who runs {registry} whether {host} may see {what}; if so, name it: {key} = [\"{host}\"] below [registry.\"{registry}\"] in \
         dct/config.toml"
    )
}
