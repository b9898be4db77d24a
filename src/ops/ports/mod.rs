//! The ports: what the use cases need of the world. Adapters implement them; `cli::wiring` chooses which.

mod keys;
mod notary;
mod person;
mod registry;
mod trust_store;

pub use self::{
    keys::{KeyInfo, KeyStore, KeyStoreError},
    notary::{NotaryRemote, RemoteError, TlsFault},
    person::{DecisionError, Decisions, Events, PassphrasePurpose, PassphraseRequest},
    registry::{Accounts, Registry, RegistryError},
    trust_store::{StoreError, Stored, TrustSet, TrustStore, WriterGuard},
};
pub use super::{bytes::Bytes, image::Manifest};
pub use crate::tuf::file_ref::FileRef;
