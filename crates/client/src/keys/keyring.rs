//! The private keys of one command: unlocked once each.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, thread};

use super::keys_here;
use crate::{
    error::OpsError,
    in_parallel::in_parallel,
    keys::error::KeysError,
    ports::{GunHeader, KeyInfo, KeyStoreError, Keys, PassphrasePurpose, PassphraseRequest, Warning},
    session::Session,
};
use trust::{
    crypto::{private_key::PrivateKey, secret::Passphrase, signing_key::SigningKey},
    edit::sign::Signer,
    model::{
        gun::Gun,
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
        key_name::KeyName,
        role_keys::RoleKeys,
    },
};

/// Most keys that are unlocked before it is known which are wanted.
const MAX_BESIDE: usize = 4;

/// Private keys that were unlocked or made in this command.
pub struct Keyring<'a> {
    session: &'a Session<'a>,
    unlocked: RefCell<BTreeMap<CanonicalKeyId, Rc<dyn SigningKey>>>,
}

/// The keys at hand that can sign for a role, under the IDs by which the role names them.
pub struct RoleSigners(Vec<(TufKeyId, Rc<dyn SigningKey>)>);

impl RoleSigners {
    /// These keys and others, each once.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        for (id, key) in others.0 {
            if self.0.iter().all(|(known, _)| *known != id) {
                self.0.push((id, key));
            }
        }
        self
    }

    /// What `trust` signs with.
    #[must_use]
    pub fn list(&self) -> Vec<Signer<'_>> {
        self.0.iter().map(|(id, key)| Signer { id: *id, key: &**key }).collect()
    }
}

impl<'a> Keyring<'a> {
    /// An empty ring over a command's key store.
    #[must_use]
    pub fn new(session: &'a Session<'a>) -> Self {
        Self { session, unlocked: RefCell::default() }
    }

    /// Every key of a role that is on this machine, unlocked. At least one.
    pub fn signers(&self, keys: &RoleKeys) -> Result<RoleSigners, OpsError> {
        // a key that cannot be read cannot sign
        let wanted = || keys.canonical_ids().collect();
        self.signers_here(keys)?
            .ok_or_else(|| OpsError::Keys(KeysError::NoSigningKeys { role: keys.role().clone(), keys: wanted() }))
    }

    /// The same for a role that somebody else may sign for, the server its snapshots: none where no key of it is on this machine.
    pub fn signers_here(&self, keys: &RoleKeys) -> Result<Option<RoleSigners>, OpsError> {
        let mut signers = Vec::new();
        for (_, key) in keys.iter() {
            let Ok(canonical) = key.canonical_id() else { continue };
            if let Some(private) = self.get(canonical)? {
                signers.push((key.id(), private));
            }
        }
        Ok((!signers.is_empty()).then_some(RoleSigners(signers)))
    }

    /// Whether a key of a role is on this machine. It is not unlocked, and nothing is asked.
    #[must_use]
    pub fn can_sign(&self, keys: &RoleKeys) -> bool {
        keys_here(self.session.keys, keys).is_ok_and(|here| !here.is_empty())
    }

    /// Waits for the network, and meanwhile unlocks the keys that the command will likely want, where their passphrases are known
    /// without asking. A key that does not open is met again, and told of, when it is wanted.
    pub fn beside<T>(&self, likely: impl Fn(&KeyInfo) -> bool, network: impl FnOnce() -> T) -> Result<T, OpsError> {
        let keys = self.session.keys;
        let known = |info: KeyInfo| {
            let passphrase = self.session.decisions.known_passphrase(&info.name, info.id)?;
            Some((info, passphrase))
        };
        let listed = keys.list()?.into_iter().filter(|info| info.encrypted && likely(info));
        let known: Vec<_> = listed.filter_map(known).take(MAX_BESIDE).collect();
        let unlock = |(info, passphrase): &(KeyInfo, Passphrase)| Some((info.id, open(keys, info, passphrase).ok()?));
        let (answer, unlocked) = thread::scope(|scope| {
            let unlocking = scope.spawn(|| in_parallel(&known, MAX_BESIDE, unlock));
            let answer = network();
            (answer, unlocking.join().unwrap_or_default())
        });
        for (id, key) in unlocked.into_iter().filter_map(|key| key.ok().flatten()) {
            self.keep(id, key.into());
        }
        Ok(answer)
    }

    /// Unlocks a key; none where the store lacks it.
    pub fn get(&self, id: CanonicalKeyId) -> Result<Option<Rc<dyn SigningKey>>, OpsError> {
        if let Some(key) = self.unlocked.borrow().get(&id) {
            return Ok(Some(Rc::clone(key)));
        }
        let Some(info) = self.session.keys.find(id)? else { return Ok(None) };
        Ok(Some(self.keep(id, self.unlock(&info)?.into())))
    }

    /// Makes a P-256 key for a role and stores it.
    pub fn create(&self, name: &KeyName, gun: Option<&Gun>) -> Result<Rc<dyn SigningKey>, OpsError> {
        let key = PrivateKey::generate_p256()?;
        let stored = store(self.session, &key, name, gun)?;
        self.tell_of_made(&stored);
        Ok(self.keep(stored.id, Rc::new(key)))
    }

    /// Stores a key that was made for a role just now.
    pub fn adopt_made(&self, key: &Rc<PrivateKey>, name: &KeyName, gun: Option<&Gun>) -> Result<(), OpsError> {
        let stored = store(self.session, key, name, gun)?;
        self.tell_of_made(&stored);
        self.keep(stored.id, Rc::<PrivateKey>::clone(key));
        Ok(())
    }

    /// A root key is announced however it was made: whoever loses it loses what it signs.
    fn tell_of_made(&self, stored: &KeyInfo) {
        if stored.name.is_root() {
            self.session.warn(Warning::RootKeyMade { id: stored.id, file: stored.path.display().to_string() });
        }
    }

    /// Takes a key for a role, and stores it. One that is stored for the role already stays as it is; one that is stored for another is refused.
    pub fn adopt(&self, key: &Rc<PrivateKey>, name: &KeyName, gun: Option<&Gun>) -> Result<(), OpsError> {
        let stored = match stored_for(self.session, key, name, gun)? {
            Some(stored) => stored,
            None => store(self.session, key, name, gun)?,
        };
        self.keep(stored.id, Rc::<PrivateKey>::clone(key));
        Ok(())
    }

    fn keep(&self, id: CanonicalKeyId, key: Rc<dyn SigningKey>) -> Rc<dyn SigningKey> {
        self.unlocked.borrow_mut().insert(id, Rc::clone(&key));
        key
    }

    fn unlock(&self, info: &KeyInfo) -> Result<Box<dyn SigningKey>, OpsError> {
        if !info.encrypted {
            return Ok(open(self.session.keys, info, &Passphrase::new(String::new()))?);
        }
        until_right(self.session, &info.name, Some(info.id), |passphrase| match open(self.session.keys, info, passphrase) {
            Err(KeyStoreError::WrongPassphrase(_)) => Ok(None),
            result => Ok(Some(result?)),
        })
        .map(|(key, _)| key)
    }
}

/// Opens a key to sign with it. Whatever has it, it is the key that was asked for: by its ID a role names it.
fn open(keys: &dyn Keys, info: &KeyInfo, passphrase: &Passphrase) -> Result<Box<dyn SigningKey>, KeyStoreError> {
    let key = keys.open(info.id, passphrase)?;
    let found = Key::canonical_id_of(&*key);
    if found == info.id { Ok(key) } else { Err(KeyStoreError::WrongKey { path: info.path.clone(), found }) }
}

/// Asks for a new passphrase and stores a key under it.
pub fn store(session: &Session<'_>, key: &PrivateKey, name: &KeyName, gun: Option<&Gun>) -> Result<KeyInfo, OpsError> {
    let passphrase = wanted_passphrase(session, key, name)?;
    Ok(session.key_files.add(key, name, gun, &passphrase)?)
}

/// A key as it is stored for a role; none where the store lacks it. `KeysError::KeyOfAnother` where it is stored for another role or repository: stored
/// anew, it would be lost to what takes it from there.
pub fn stored_for(session: &Session<'_>, key: &PrivateKey, name: &KeyName, gun: Option<&Gun>) -> Result<Option<KeyInfo>, OpsError> {
    let Some(stored) = session.key_files.find(Key::canonical_id_of(key))? else { return Ok(None) };
    if stored.name != *name {
        return Err(OpsError::Keys(KeysError::KeyOfAnother { name: stored.name, gun: None }));
    }
    let is_of_another = |stored: &GunHeader| gun.is_some_and(|gun| !stored.is(gun));
    match stored.gun.clone().filter(is_of_another) {
        Some(other) => Err(OpsError::Keys(KeysError::KeyOfAnother { name: stored.name, gun: Some(other) })),
        None => Ok(Some(stored)),
    }
}

/// Asks for the passphrase that is to protect a new key.
pub fn wanted_passphrase(session: &Session<'_>, key: &PrivateKey, name: &KeyName) -> Result<Passphrase, OpsError> {
    let id = Key::canonical_id_of(key);
    let request = PassphraseRequest { name: name.clone(), key: Some(id), purpose: PassphrasePurpose::Create };
    Ok(session.decisions.passphrase(&request)?)
}

/// Asks for a passphrase until `open` takes it; the one who answers ends it when there were too many attempts.
pub fn until_right<T>(
    session: &Session<'_>,
    name: &KeyName,
    key: Option<CanonicalKeyId>,
    mut open: impl FnMut(&Passphrase) -> Result<Option<T>, OpsError>,
) -> Result<(T, Passphrase), OpsError> {
    let mut attempt = 0;
    loop {
        let purpose = PassphrasePurpose::Unlock { attempt };
        let passphrase = session.decisions.passphrase(&PassphraseRequest { name: name.clone(), key, purpose })?;
        if let Some(opened) = open(&passphrase)? {
            return Ok((opened, passphrase));
        }
        attempt += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What opens another key than the one that is asked for.
    struct Mistaken;

    impl Keys for Mistaken {
        fn list(&self) -> Result<Vec<KeyInfo>, KeyStoreError> {
            Ok(Vec::new())
        }

        fn find(&self, _: CanonicalKeyId) -> Result<Option<KeyInfo>, KeyStoreError> {
            Ok(None)
        }

        fn open(&self, _: CanonicalKeyId, _: &Passphrase) -> Result<Box<dyn SigningKey>, KeyStoreError> {
            Ok(Box::new(PrivateKey::generate_p256().unwrap()))
        }
    }

    #[test]
    fn a_key_that_is_not_the_one_that_was_asked_for_signs_nothing() {
        let id = Key::canonical_id_of(&PrivateKey::generate_p256().unwrap());
        let info = KeyInfo { id, name: KeyName::of("jeff"), gun: None, encrypted: false, path: "/x".into() };
        let opened = open(&Mistaken, &info, &Passphrase::new(String::new()));
        assert!(matches!(opened, Err(KeyStoreError::WrongKey { found, .. }) if found != id));
    }
}
