//! The bytes of a file.

use std::sync::Arc;

/// The bytes of a file, shared and never changed: what was signed or verified is kept, stored and sent as it is.
pub type Bytes = Arc<[u8]>;
