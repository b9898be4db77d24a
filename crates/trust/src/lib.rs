//! Trust metadata: parse, verify, update, look up, edit, sign. Pure: bytes, `now` and a signer come in, values go out.
//!
//! # The one way in
//!
//! A digest comes of a chain of stages, each of which consumes the one before it: root, timestamp, snapshot, targets, delegations.
//!
//! ```
//! use trust::verify::{bootstrap::RootWalk, error::UpdateError, pinning::TrustPinning, trusted::TrustedRepo, update::Freshness};
//! use std::{collections::BTreeMap, sync::Arc};
//!
//! fn update(walk: RootWalk, now: jiff::Timestamp, [timestamp, snapshot, targets]: [Arc<[u8]>; 3]) -> Result<TrustedRepo, UpdateError> {
//!     let chain = walk.settle(&TrustPinning::default(), now)?;
//!     chain.timestamp(timestamp, Freshness::Fetched)?.snapshot(snapshot)?.targets(targets, &BTreeMap::new())
//! }
//!
//! fn look_up(repo: &TrustedRepo) -> usize {
//!     repo.entries(None).len()
//! }
//! ```
//!
//! The other ways from bytes to content do not compile. A payload is read by verification alone:
//!
//! ```compile_fail,E0061
//! use trust::{json::{members::FormatError, value::Json}, model::{payload::Payload, role::RoleName, targets::Targets}};
//! fn read(signed: &Json) -> Result<Targets, FormatError> {
//!     Targets::read(&RoleName::targets(), signed)
//! }
//! ```
//!
//! ```compile_fail,E0624
//! let verification = trust::model::verification::Verification::begin();
//! ```
//!
//! Keys are those that a verified parent names, and a threshold is met in verification alone:
//!
//! ```compile_fail,E0624
//! use trust::model::{role::RoleName, role_keys::{RoleKeys, RoleSpec}};
//! fn keys(spec: &RoleSpec) -> RoleKeys {
//!     RoleKeys::new(RoleName::targets(), spec, &Default::default())
//! }
//! ```
//!
//! ```compile_fail,E0603
//! use trust::verify::threshold::verify;
//! ```
//!
//! ```compile_fail,E0603
//! use trust::verify::threshold::verify_own_root;
//! ```
//!
//! ```compile_fail,E0603
//! use trust::verify::threshold::verify_next_root;
//! ```
//!
//! ```compile_fail,E0603
//! use trust::verify::threshold::meet_threshold;
//! ```
//!
//! A root is trusted by way of the keys that count, and no other makes one:
//!
//! ```compile_fail,E0624
//! use trust::{model::root::Root, verify::{counted_keys::CountedKeys, ends::Judged, threshold::Verified, trusted_root::TrustedRoot}};
//! fn trust(root: Verified<Root>, counted: &CountedKeys, ends: Judged) {
//!     let _ = TrustedRoot::verify(root, counted, ends);
//! }
//! ```
//!
//! What was taken up without a question for its end is signed anew, and nothing is looked up in it:
//!
//! ```compile_fail,E0599
//! use trust::verify::{ends::Overlooked, trusted::TrustedRepo};
//! fn look_up(repo: &TrustedRepo<Overlooked>) -> usize {
//!     repo.entries(None).len()
//! }
//! ```
//!
//! ```compile_fail,E0308
//! use trust::verify::{ends::Overlooked, trusted::TrustedRepo};
//! fn pass_off(repo: TrustedRepo<Overlooked>) -> TrustedRepo {
//!     repo
//! }
//! ```
//!
//! ```compile_fail,E0603
//! let ends = trust::verify::ends::Judged(jiff::Timestamp::MIN);
//! ```

pub mod crypto;
pub mod edit;
pub mod json;
pub mod model;
pub mod verify;
