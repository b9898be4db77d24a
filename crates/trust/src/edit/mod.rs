//! What is signed next: changes, the plan of what they touch, and the signing.

pub mod apply;
pub mod change;
pub mod changelist;
pub mod local;
pub mod plan;
pub mod recovery;
pub mod reissue;
pub mod root_edit;
pub mod sign;
