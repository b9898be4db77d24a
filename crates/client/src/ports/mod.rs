//! The ports: what the use cases need of the world. The crate `host` has their ends; the composition root chooses which.

mod asked;
pub mod bytes;
mod changelist;
mod engine;
pub mod events;
mod key_files;
mod keys;
mod notary;
mod person;
mod proxy;
mod registry;
pub mod sent;
mod status;
mod tls;
pub mod trace;
pub mod transfer;
mod trust_store;
pub mod warning;

pub use self::{
    asked::{Asked, Service, Step},
    bytes::Bytes,
    changelist::{ChangeFile, Changelist},
    engine::{Engine, EngineError},
    key_files::KeyFiles,
    keys::{GunHeader, KeyInfo, KeyStoreError, Keys},
    notary::{ConnectFault, NotaryRemote, RemoteError, Withheld},
    person::{DecisionError, Decisions, Events, PassphrasePurpose, PassphraseRequest},
    proxy::{ProxyFault, ProxyName},
    registry::{Accounts, Manifest, Registry, RegistryError},
    sent::{Decided, DecidedNames, Sent, SentFile},
    status::StatusFacts,
    tls::{CertificateFault, NotTaken, RefusedCertificate, TlsFault},
    transfer::{Amount, Progress, Pushed, PushedContent},
    trust_store::{Commit, PassedOver, Repositories, StoreError, Stored, TrustSet, TrustStore, WriterGuard},
    warning::{Ending, StillUsed, Warning},
};
pub use trust::model::file_ref::FileRef;
