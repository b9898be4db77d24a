//! The ports: what the use cases need of the world. Adapters implement them; `cli::wiring` chooses which.

mod changelist;
mod engine;
mod keys;
mod notary;
mod person;
mod registry;
mod trust_store;

pub use self::{
    changelist::{ChangeFile, Changelist},
    engine::{Engine, EngineError},
    keys::{KeyInfo, KeyStore, KeyStoreError},
    notary::{NotaryRemote, RemoteError, TlsFault, Withheld},
    person::{DecisionError, Decisions, Events, PassphrasePurpose, PassphraseRequest},
    registry::{Accounts, Registry, RegistryError},
    trust_store::{Commit, PassedOver, Repositories, StoreError, Stored, TrustSet, TrustStore, WriterGuard},
};
pub use super::{
    bytes::Bytes,
    image::Manifest,
    sent::{Decided, DecidedNames, Sent, SentFile},
    transfer::{Amount, Progress, Pushed, PushedContent},
};
pub use crate::tuf::model::file_ref::FileRef;
