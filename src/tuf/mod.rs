//! Trust metadata: parse, verify, update, look up, edit, sign. Pure: bytes, `now` and a signer come in, values go out.

pub mod digest;
pub mod floor;
pub mod gun;
pub mod key_id;
pub mod role;
pub mod version;
