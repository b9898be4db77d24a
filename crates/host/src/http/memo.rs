//! Things that are made once a key, by the first who wants one, while others who want the same wait.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What was made so far. Keys do not wait for each other.
pub(in crate::http) struct OnceEach<K, V>(Mutex<BTreeMap<K, Arc<Mutex<Option<V>>>>>);

impl<K, V> Default for OnceEach<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord, V: Clone> OnceEach<K, V> {
    /// The value of a key; made where there is none, or where the one there is not usable.
    pub(in crate::http) fn get(&self, key: K, usable: impl FnOnce(&V) -> bool, make: impl FnOnce() -> V) -> V {
        let slot = Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default());
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = slot.as_ref()
            && usable(value)
        {
            return value.clone();
        }
        slot.insert(make()).clone()
    }
}
