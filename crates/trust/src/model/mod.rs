//! What trust metadata says, and how people name it: repositories, images, tags, roles, keys, versions, and the four payloads.

mod as_text;
pub mod digest;
pub mod expiry;
pub mod file_ref;
pub mod gun;
pub mod hashes;
pub mod image_name;
pub mod key;
pub mod key_id;
pub mod key_name;
pub mod payload;
pub mod role;
pub mod role_keys;
pub mod root;
pub mod snapshot;
pub mod tag;
pub mod targets;
pub mod timestamp;
pub mod verification;
pub mod version;
