//! What the repositories on this machine say of keys: their public halves, and the roles that they may sign for.

use std::collections::BTreeMap;

use crate::{ports::Warning, session::Session};
use trust::{
    model::{
        gun::Gun,
        key::Key,
        key_id::{CanonicalKeyId, TufKeyId},
        role::RoleName,
    },
    verify::named_keys::named_keys,
};

/// The keys that repositories on this machine name.
#[derive(Default)]
pub struct KnownKeys {
    keys: BTreeMap<CanonicalKeyId, KnownKey>,
    is_partial: bool,
}

/// A key that at least one repository names.
pub struct KnownKey {
    /// Its public half, without a certificate.
    pub public: Key,
    /// Where it may sign.
    pub uses: Vec<KeyUse>,
}

/// A role of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// The repository.
    pub gun: Gun,
    /// The role.
    pub role: RoleName,
    /// The ID by which it names the key: that of the key in its certificate, where it stands in one.
    pub named: TufKeyId,
}

impl KnownKeys {
    /// Reads all repositories on this machine; no server is asked. One that cannot be read is told of, and passed over; so is a folder in which
    /// there may be others.
    #[must_use]
    pub fn read(session: &Session<'_>) -> Self {
        let mut known = Self::default();
        let found = session.store.repositories();
        for folder in &found.passed_over {
            known.passes_over(session, None, folder.to_string());
        }
        for gun in &found.guns {
            if let Err(reason) = known.add(session, gun) {
                known.passes_over(session, Some(gun.clone()), reason);
            }
        }
        known
    }

    /// Whether no repository was passed over: then a key that has no use here has none in any of them.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.is_partial
    }

    fn passes_over(&mut self, session: &Session<'_>, gun: Option<Gun>, reason: String) {
        self.is_partial = true;
        session.warn(Warning::KeysPartlyKnown { gun, reason });
    }

    /// What is known of a key.
    #[must_use]
    pub fn get(&self, id: CanonicalKeyId) -> Option<&KnownKey> {
        self.keys.get(&id)
    }

    /// Where a key may sign, as far as it is known.
    #[must_use]
    pub fn uses(&self, id: CanonicalKeyId) -> &[KeyUse] {
        self.get(id).map_or(&[], |known| &known.uses)
    }

    fn add(&mut self, session: &Session<'_>, gun: &Gun) -> Result<(), String> {
        let stored = session.store.load(gun).map_err(|error| error.to_string())?;
        let published: Vec<_> = stored.published.values().cloned().collect();
        for keys in named_keys(&stored.files, &published).map_err(|error| error.to_string())? {
            for (_, key) in keys.iter() {
                // a key that cannot be read is nobody's here
                let (Ok(id), Ok(public)) = (key.canonical_id(), key.bare()) else { continue };
                let known = self.keys.entry(id).or_insert(KnownKey { public, uses: Vec::new() });
                known.uses.push(KeyUse { gun: gun.clone(), role: keys.role().clone(), named: key.id() });
            }
        }
        Ok(())
    }
}
