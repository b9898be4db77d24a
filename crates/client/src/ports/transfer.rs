//! Images on their way between a Docker Engine and a registry.

use trust::model::digest::Sha256;

/// What a push says of the tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// One content.
    One(PushedContent),
    /// Several, such as an index and the manifests in it (containerd's image store), or in words for people alone: the registry has to say
    /// which of these the tag is.
    Among(Vec<PushedContent>),
}

/// A content that was pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushedContent {
    /// The manifest's or index' digest.
    pub digest: Sha256,
    /// Its length in bytes.
    pub length: u64,
}

/// How far a push or a pull is. All texts are the Engine's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Which layer or tag; none for what concerns all.
    pub id: Option<String>,
    /// What happens.
    pub status: String,
    /// How far that is; none for a line that stands by itself. All 0 where it has a line of its own and no number yet.
    pub amount: Option<Amount>,
}

/// So much of so much.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// What is done.
    pub current: i64,
    /// The whole; 0 where it is not known.
    pub total: i64,
    /// What is counted; none for bytes.
    pub units: Option<String>,
}
