//! The keys that the server holds, as notary-signer does: by their ID, whatever repository they were made for, and for ever.

use std::sync::Arc;

use hyper::body::Bytes;

use super::metadata::{GoKey, GoRoot};
use crate::shelf::{Shelf, name};
use trust::{
    crypto::{pkcs8, private_key::PrivateKey},
    model::key::Key,
};

/// The server's keys.
#[derive(Debug)]
pub(super) struct ServerKeys {
    pub(super) shelf: Arc<Shelf>,
}

/// No key could be made or kept, and why.
#[derive(Debug)]
pub(super) struct NoKey(pub(super) String);

impl<E: std::error::Error> From<E> for NoKey {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl ServerKeys {
    /// The key of a role that the current root names and the server has; a new one where there is none, which each call makes until a root names it
    /// (Notary `timestamp.GetOrCreateTimestampKey`).
    pub(super) fn current(&self, role: &str, root: Option<&GoRoot>) -> Result<Key, NoKey> {
        let named = root.and_then(|root| root.role(role)).and_then(|spec| spec.keyids.as_ref());
        let known = named.into_iter().flatten().find_map(|id| self.private(id));
        known.map_or_else(|| self.create(), |key| Ok(Key::of(&key)))
    }

    /// A new key on P-256.
    pub(super) fn create(&self) -> Result<Key, NoKey> {
        let private = PrivateKey::generate_p256()?;
        let key = Key::of(&private);
        let der = pkcs8::write_plain(&private)?;
        let record = (name(["trust", "keys", &key.id().to_string()]), Bytes::copy_from_slice(&der));
        self.shelf.put(vec![record])?;
        Ok(key)
    }

    /// The private half of a key of ours.
    pub(super) fn private(&self, id: &str) -> Option<PrivateKey> {
        pkcs8::parse_plain(&self.shelf.get(&name(["trust", "keys", id]))?).ok()
    }
}

/// The ID by which the server would know a key that stands in metadata: that of the bare key.
pub(super) fn canonical_id(key: &GoKey) -> Option<String> {
    Some(key.key()?.canonical_id().ok()?.to_string())
}

/// A key as `json.Marshal` writes Notary's type: the members in the order of their declaration.
pub(super) fn to_json(key: &Key) -> String {
    let json = String::from_utf8_lossy(&key.to_json().canonical()).into_owned();
    // canonical form has `private` first
    json.replacen(r#"{"private":null,"public":"#, r#"{"public":"#, 1).replacen("\"}}", "\",\"private\":null}}", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_again_by_the_id_in_the_root() {
        let keys = ServerKeys { shelf: Arc::new(Shelf::in_memory()) };
        let first = keys.current("timestamp", None).unwrap();
        assert_ne!(first, keys.current("timestamp", None).unwrap());
        let id = first.id().to_string();
        assert_eq!(Key::of(&keys.private(&id).unwrap()), first);
        let root = serde_json::json!({"roles": {"timestamp": {"keyids": ["other", id], "threshold": 1}}});
        let root: GoRoot = serde_json::from_value(root).unwrap();
        assert_eq!(keys.current("timestamp", Some(&root)).unwrap(), first);
        assert!(to_json(&first).starts_with(r#"{"keytype":"ecdsa","keyval":{"public":"#));
        assert!(to_json(&first).ends_with(r#"","private":null}}"#));
    }
}
