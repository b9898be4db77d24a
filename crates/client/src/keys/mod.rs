//! Keys: made, loaded, listed, moved about, and opened to sign.

pub mod change_passphrase;
pub mod error;
pub mod export_key;
pub mod find_key;
pub mod generate_pair;
pub mod import_key;
pub mod keyring;
mod keys_here;
pub mod known_keys;
pub mod load_key;
pub mod making_lock;

pub(crate) use self::keys_here::keys_here;
