//! What is signed anew without another content, as an update.

use super::{
    files::{Files, SignedFile},
    state::ServerState,
    update::Update,
};
use crate::{error::OpsError, keys::keyring::Keyring, ports::RemoteError, state::refresh::read_back::Look};
use trust::{
    edit::{
        reissue::Reissue,
        sign::{sign, sign_next_root},
    },
    model::{payload::Payload as _, role::RoleName, role_keys::RoleKeys},
    verify::threshold::Verified,
};

/// A use case that signs something anew: what it makes of a state, and where it finds the next.
pub(crate) trait Renews {
    /// The kind of state that it begins with.
    type State: ServerState;

    /// What is signed anew of a state; none where nothing is to be. It looks at each state as if it were the first: others may have done some of it, or given
    /// the root other keys.
    fn reissue(&mut self, state: &Self::State) -> Result<Option<Reissue>, OpsError>;

    /// The state as the server has it now.
    fn read(&self) -> Result<Self::State, OpsError>;

    /// The state that the server shows after an update; none while it shows none but `before`.
    fn read_back(&self, before: &Self::State, look: Look) -> Result<Option<Self::State>, OpsError>;
}

/// Files that are signed anew, with every key at hand.
pub(crate) struct Anew<'a, R: Renews> {
    keyring: &'a Keyring<'a>,
    /// Keys of earlier roots, which sign a new root too as far as they are here.
    legacy: &'a [RoleKeys],
    renews: R,
    reissue: Option<Reissue>,
}

impl<'a, R: Renews> Anew<'a, R> {
    /// What a use case signs anew.
    pub(crate) fn new(keyring: &'a Keyring<'a>, legacy: &'a [RoleKeys], renews: R) -> Self {
        Self { keyring, legacy, renews, reissue: None }
    }

    /// The use case, with what it knows when it is through.
    pub(crate) fn into_inner(self) -> R {
        self.renews
    }
}

impl<R: Renews> Update for Anew<'_, R> {
    type State = R::State;

    fn sign(&mut self, state: &R::State) -> Result<Option<Files>, OpsError> {
        self.reissue = self.renews.reissue(state)?;
        self.reissue.as_ref().map(|reissue| signed_files(self.keyring, reissue, self.legacy)).transpose()
    }

    fn read(&mut self) -> Result<R::State, OpsError> {
        self.renews.read()
    }

    fn read_back(&self, before: &R::State, look: Look) -> Result<Option<R::State>, OpsError> {
        self.renews.read_back(before, look)
    }

    /// Whether the root has the same keys for each role, and each file the same end or a later one.
    fn holds_in(&self, state: &R::State) -> bool {
        let Some(reissue) = &self.reissue else { return false };
        let same_keys = reissue.root().is_none_or(|root| root.roles == state.base().root().roles);
        same_keys && reissue.files().iter().all(|(file, keys)| state.base().expires(keys.role()) >= Some(file.header().expires))
    }

    fn check_may_follow(&mut self, _before: &R::State, _now: &R::State) -> Result<(), OpsError> {
        // each state is looked at anew
        Ok(())
    }

    /// Where someone else gave the root other keys, the server looks at the signatures before it looks at versions.
    fn after_refusal(&mut self, state: &R::State, error: RemoteError) -> Result<R::State, OpsError> {
        if self.reissue.as_ref().is_none_or(|reissue| reissue.root().is_none()) {
            return Err(error.into());
        }
        let newer = self.renews.read()?;
        if newer.base().root().version() == state.base().root().version() { Err(error.into()) } else { Ok(newer) }
    }
}

/// Signs each file with every key at hand; the snapshot where its key is here, else the server signs it.
pub(crate) fn signed_files(keyring: &Keyring<'_>, reissue: &Reissue, legacy: &[RoleKeys]) -> Result<Files, OpsError> {
    let mut files = Files::new();
    if let Some(root) = reissue.root() {
        let previous = reissue.previous_root();
        let mut signers = keyring.signers(&previous.role_keys(&RoleName::root()))?;
        signers = signers.and(keyring.signers(&root.role_keys(&RoleName::root()))?);
        for keys in legacy {
            if let Some(more) = keyring.signers_here(keys)? {
                signers = signers.and(more);
            }
        }
        let root = sign_next_root(root, previous, &signers.list())?;
        files.insert(RoleName::root(), (&root).into());
    }
    for (file, keys) in reissue.files() {
        let signed = sign(file, keys, &keyring.signers(keys)?.list())?;
        files.insert(keys.role().clone(), (&signed).into());
    }
    let keys = reissue.snapshot_keys();
    if let Some(signers) = keyring.signers_here(&keys)? {
        let listed = files.iter().map(|(role, file)| (role.clone(), file.bytes.clone())).collect();
        let snapshot: Verified<_> = sign(&reissue.snapshot(&listed), &keys, &signers.list())?;
        files.insert(RoleName::snapshot(), SignedFile::from(&snapshot));
    }
    Ok(files)
}
