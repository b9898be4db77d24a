//! What a payload is read with: that its reader is verification.

/// Made in `verify/threshold.rs` alone, which `tests/architecture.rs` sees to; outside of this room it cannot be made at all.
#[derive(Clone, Copy, Debug)]
pub struct Verification(());

impl Verification {
    pub(crate) const fn begin() -> Self {
        Self(())
    }
}
