//! Signs tags of a repository, as one update.

use std::{collections::BTreeSet, thread};

use serde::Serialize;

use super::{
    co_sign::Again,
    inspect_image::released_rows,
    sign_content::{Served, ask_of_released, ask_registry, push, released_contents, unanswered},
    signable::{account_role, displaced, signable_roles, unreleased},
};
pub use super::{
    co_sign::Unserved,
    sign_content::{ContentChoice, ContentSource, RequestedTag},
};
use crate::{
    error::OpsError,
    image::error::ImageError,
    keys::{keyring::Keyring, making_lock::Alone},
    outcome::{Outcome, PublishedVersions},
    ports::{Engine, Manifest, RegistryError, events::Event},
    repo::{init::initialize, signer::delegation_to},
    session::Session,
    state::{
        publish::{Changes, ServerState as _, publish, unlock},
        refresh::{WritableRepo, for_writing},
    },
    unreleased::UnreleasedTag,
};
use trust::{
    edit::{change::Change, local::LocalRepo},
    model::{digest::Sha256, gun::Gun, hashes::FileMeta, key::Key, key_name::KeyName, role::RoleName, tag::Tag, targets},
    verify::trusted::TrustedRepo,
};

/// What is to be signed.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The repository.
    pub gun: &'a Gun,
    /// The tags.
    pub wanted: &'a [RequestedTag<'a>],
    /// Where a new content comes from.
    pub source: ContentSource<'a>,
    /// Who signs where the repository is not there yet.
    pub first: FirstSigner,
    /// What becomes of a released content that the registry does not serve.
    pub unserved: Unserved,
    /// Whether a role of which it is not known what it signs may begin anew, without that.
    pub anew: bool,
}

/// Who signs first in a new repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstSigner {
    /// A signer named after the account at the registry (`docker trust sign`).
    Account,
    /// The repository's own key (`docker push`).
    Repository,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignReport {
    /// The repository.
    pub repository: Gun,
    /// The tags, in the order in which they were wanted.
    pub tags: Vec<SignedTag>,
    /// Whether the repository was made for this.
    pub initialized: bool,
    /// The versions of the files that were signed here; empty where all of it was so already.
    pub versions: PublishedVersions,
}

/// A tag that is signed now, and the content that a pull takes for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SignedTag {
    /// The tag.
    pub tag: Tag,
    /// The digest of its manifest or index.
    pub digest: Sha256,
    /// The length of that, in bytes.
    pub length: u64,
    /// The roles that sign it here.
    pub roles: Vec<RoleName>,
}

/// Signs tags with every signer's key on this machine, and releases them, as one update.
/// `ImageError::SignedUnreleased` where the update is through, and no pull takes all of what it signs.
///
/// A repository that is not there yet is initialised. The registry is asked while the trust data is brought up to date. The Engine pushes
/// last, when it is known that what it pushes can be signed; an error after a push says that the image is pushed and not signed.
pub fn sign(session: &Session<'_>, request: &Request<'_>) -> Result<Outcome<SignReport>, OpsError> {
    Outcome::of(session, |session| sign_tags(session, request))
}

fn sign_tags(session: &Session<'_>, request: &Request<'_>) -> Result<SignReport, OpsError> {
    let gun = request.gun;
    let writer = session.store.writer(gun)?;
    let keyring = Keyring::new(session);
    let (state, served) = keyring.beside(
        |info| info.name.is_signers(),
        || {
            thread::scope(|scope| {
                let registry = session.registry;
                let served = scope.spawn(move || ask_registry(registry, gun, request.wanted, request.source));
                let state = for_writing(session, gun);
                let unanswered = |_| request.wanted.iter().map(|_| Some(Err(unanswered(gun)))).collect();
                (state, served.join().unwrap_or_else(unanswered))
            })
        },
    )?;
    let mut ready = match state? {
        Some(WritableRepo::Published(repo)) => published(session, request, repo, served)?,
        Some(WritableRepo::Unpublished(local)) => first_signature(session, &keyring, request, served, || Ok(*local))?,
        None => first_signature(session, &keyring, request, served, || initialize(session, &keyring, gun))?,
    };
    let ContentSource::Engine(engine) = request.source else { return publish_all(session, &keyring, gun, ready) };
    if ready.tags.iter().all(|tag| tag.meta.is_some()) {
        return publish_all(session, &keyring, gun, ready);
    }
    // what cannot be signed is not pushed
    let any = FileMeta::of_image(0, Sha256::of(b""));
    unlock(session, &keyring, ready.target.base(), &ready.changes(|tag| Some(tag.meta.clone().unwrap_or_else(|| any.clone()))))?;
    // a push may take long, and others may publish meanwhile: that is met as any other publisher's work is
    drop(writer);
    let pushed = push_all(session, engine, gun, &mut ready.tags)?;
    let signed = session.store.writer(gun).map_err(OpsError::from).and_then(|writer| {
        let signed = publish_all(session, &keyring, gun, ready);
        drop(writer);
        signed
    });
    signed.map_err(|error| match error {
        signed @ OpsError::Image(ImageError::SignedUnreleased { .. }) => signed,
        error => OpsError::Image(ImageError::PushedUnsigned { gun: gun.clone(), pushed, error: Box::new(error) }),
    })
}

/// What is ready to be signed, but for contents that are to be pushed yet.
struct Ready<'a> {
    target: WritableRepo,
    /// What goes out with the tags.
    changes: Vec<Change>,
    tags: Vec<TagToSign<'a>>,
    /// Whether the repository was made for this, and the person is to be told of it with the first signature.
    tell_initialized: bool,
}

struct TagToSign<'a> {
    tag: &'a Tag,
    roles: Vec<RoleName>,
    /// None until it is pushed.
    meta: Option<FileMeta>,
}

impl TagToSign<'_> {
    /// What it is once the update is through.
    fn signed(self) -> Option<SignedTag> {
        let FileMeta { sha256: digest, length, .. } = self.meta?;
        Some(SignedTag { tag: self.tag.clone(), digest, length, roles: self.roles })
    }
}

/// A content of a repository that is there.
enum ToSign {
    /// The released one.
    Again(FileMeta),
    /// The one that the registry has; none where it is to be pushed yet.
    Anew(Option<Manifest>),
}

impl Ready<'_> {
    /// All that goes out, with these contents of the tags.
    fn changes(&self, content: impl Fn(&TagToSign<'_>) -> Option<FileMeta>) -> Vec<Change> {
        let mut changes = self.changes.clone();
        for tag in &self.tags {
            let Some(meta) = content(tag) else { continue };
            let (name, target) = (tag.tag.to_string(), targets::Target { meta, custom: None });
            let add = |role: &RoleName| Change::AddTarget { role: role.clone(), name: name.clone(), target: target.clone() };
            changes.extend(tag.roles.iter().map(add));
        }
        changes
    }

    /// Of what is signed, that which no pull will take.
    fn unreleased(&self) -> Vec<UnreleasedTag> {
        let WritableRepo::Published(repo) = &self.target else { return Vec::new() };
        self.tags.iter().filter_map(|tag| unreleased(repo, tag.tag, &tag.roles, tag.meta.as_ref()?.sha256)).collect()
    }
}

fn publish_all(session: &Session<'_>, keyring: &Keyring<'_>, gun: &Gun, ready: Ready<'_>) -> Result<SignReport, OpsError> {
    if ready.tell_initialized {
        session.events.tell(Event::Initialized { gun });
    }
    let (changes, mut unreleased) = (ready.changes(|tag| tag.meta.clone()), ready.unreleased());
    let initialized = matches!(ready.target, WritableRepo::Unpublished(_));
    let outcome = publish(session, gun, &mut Changes::new(session, keyring, gun, &changes), ready.target)?;
    let versions = outcome.versions();
    let found = outcome.shown(gun)?;
    if let Some(WritableRepo::Published(now)) = found {
        // what others published meanwhile is in the state in which it was found
        let others = ready.tags.iter().filter(|tag| unreleased.iter().all(|known| known.tag != *tag.tag));
        unreleased
            .extend(others.filter_map(|tag| displaced(&now, tag.tag, &tag.roles, tag.meta.as_ref()?.sha256)).collect::<Vec<_>>());
    }
    if unreleased.is_empty() {
        let tags = ready.tags.into_iter().filter_map(TagToSign::signed).collect();
        return Ok(SignReport { repository: gun.clone(), tags, initialized, versions });
    }
    let released = ready.tags.iter().map(|tag| tag.tag).filter(|tag| unreleased.iter().all(|other| other.tag != **tag));
    Err(OpsError::Image(ImageError::SignedUnreleased { released: released.cloned().collect(), unreleased }))
}

fn published<'a>(
    session: &Session<'_>,
    request: &Request<'a>,
    repo: Box<TrustedRepo>,
    served: Served,
) -> Result<Ready<'a>, OpsError> {
    let released = released_contents(&repo, request.wanted);
    let new: Vec<_> = request.wanted.iter().zip(&released).filter(|(_, meta)| meta.is_none()).map(|(wanted, _)| *wanted).collect();
    inspect_local(request.source, &new)?;
    let served = ask_of_released(session.registry, request.gun, request.wanted, &released, served);
    let mut judged = Vec::new();
    // all of them are judged before anything is said of one
    for ((wanted, released), served) in request.wanted.iter().zip(released).zip(served) {
        let (tag, roles) = (wanted.tag, signable_roles(session, &repo, wanted.tag));
        let content = match released {
            Some(meta) => {
                if let Ok(roles) = &roles {
                    let again = Again { repo: &repo, tag, roles, released: meta.sha256 };
                    again.check(session, served.unwrap_or_else(|| Err(unanswered(request.gun))), request.unserved)?;
                }
                ToSign::Again(meta)
            }
            None => ToSign::Anew(served.transpose()?),
        };
        judged.push((wanted, roles, content));
    }
    let mut tags = Vec::new();
    for (wanted, roles, content) in judged {
        let tag = wanted.tag;
        let (roles, meta) = match content {
            ToSign::Again(meta) => {
                session.events.tell(Event::Resigning { tag });
                let roles = roles?;
                let rows = released_rows(&repo.entries(Some(tag.as_str())));
                let mut signers = rows.into_iter().find(|row| row.digest == meta.sha256).map(|row| row.signers).unwrap_or_default();
                signers.sort();
                session.events.tell(Event::ExistingSignatures { tag, digest: meta.sha256, signers: &signers });
                (roles, Some(meta))
            }
            ToSign::Anew(manifest) => (roles?, manifest.map(|manifest| as_served(session, wanted, &manifest))),
        };
        tags.push(TagToSign { tag, roles, meta });
    }
    let roles: BTreeSet<&RoleName> = tags.iter().flat_map(|tag| &tag.roles).filter(|_| request.anew).collect();
    let changes = roles.into_iter().map(|role| Change::BeginAnew { role: role.clone() }).collect();
    Ok(Ready { target: WritableRepo::Published(repo), changes, tags, tell_initialized: false })
}

/// The first update of a repository.
fn first_signature<'a>(
    session: &Session<'_>,
    keyring: &Keyring<'_>,
    request: &Request<'a>,
    served: Served,
    local: impl FnOnce() -> Result<LocalRepo, OpsError>,
) -> Result<Ready<'a>, OpsError> {
    let gun = request.gun;
    let served = served.into_iter().map(Option::transpose).collect::<Result<Vec<Option<Manifest>>, RegistryError>>()?;
    inspect_local(request.source, request.wanted)?;
    let account = match request.first {
        FirstSigner::Account => Some(account_role(session, gun)?),
        FirstSigner::Repository => None,
    };
    let alone = Alone::wait(session, gun)?;
    let local = local()?;
    let (mut changes, mut roles) = (Vec::new(), vec![RoleName::targets()]);
    if let Some((name, role)) = account {
        let kept_as = KeyName::of(&name);
        let known = match session.keys.list()?.into_iter().find(|info| info.name == kept_as) {
            Some(info) => keyring.get(info.id)?,
            None => None,
        };
        let key = known.map_or_else(|| keyring.create(&kept_as, None), Ok)?;
        changes = delegation_to(&role, &[Key::of(&*key)]);
        session.events.tell(Event::SignerCreated { name: &name });
        session.events.tell(Event::Initialized { gun });
        roles = vec![role, RoleName::releases()];
    }
    drop(alone);
    let tags = request.wanted.iter().zip(served).map(|(wanted, manifest)| TagToSign {
        tag: wanted.tag,
        roles: roles.clone(),
        meta: manifest.map(|manifest| as_served(session, wanted, &manifest)),
    });
    let tags = tags.collect();
    let tell_initialized = request.first == FirstSigner::Repository;
    Ok(Ready { target: WritableRepo::Unpublished(Box::new(local)), changes, tags, tell_initialized })
}

/// Makes sure that the Engine has what it is to push, before anything is made or sent.
fn inspect_local(source: ContentSource<'_>, wanted: &[RequestedTag<'_>]) -> Result<(), OpsError> {
    let ContentSource::Engine(engine) = source else { return Ok(()) };
    let local = wanted.iter().filter(|wanted| !matches!(wanted.content, ContentChoice::Digest(_)));
    Ok(local.map(|wanted| wanted.typed).try_for_each(|typed| engine.inspect(typed))?)
}

/// Pushes what has no content yet. Where one fails, those before it are in the registry.
fn push_all(
    session: &Session<'_>,
    engine: &dyn Engine,
    gun: &Gun,
    tags: &mut [TagToSign<'_>],
) -> Result<Vec<(Tag, Option<Sha256>)>, OpsError> {
    let mut pushed = Vec::new();
    for TagToSign { tag, meta, .. } in tags.iter_mut().filter(|tag| tag.meta.is_none()) {
        match push(session, engine, gun, tag) {
            Ok(content) => {
                pushed.push(((*tag).clone(), Some(content.digest)));
                *meta = Some(FileMeta::of_image(content.length, content.digest));
            }
            Err(failed) => {
                if failed.may_be_pushed {
                    pushed.push(((*tag).clone(), None));
                }
                let error = failed.error;
                if pushed.is_empty() {
                    return Err(error);
                }
                return Err(OpsError::Image(ImageError::PushedUnsigned { gun: gun.clone(), pushed, error: Box::new(error) }));
            }
        }
    }
    Ok(pushed)
}

fn as_served(session: &Session<'_>, wanted: &RequestedTag<'_>, manifest: &Manifest) -> FileMeta {
    let tag = wanted.tag;
    session.events.tell(match wanted.content {
        ContentChoice::Digest(_) => Event::SigningDigest { tag, manifest },
        ContentChoice::Released | ContentChoice::Source => Event::SigningFromRegistry { tag, manifest },
    });
    FileMeta::of_image(manifest.length, manifest.digest)
}
