//! The Notary endpoint: trust data below `/v2/GUN/_trust/`, judged and served as Notary's server does.
//!
//! `route` says what a request wants; `upload` takes a form apart, `judge` holds it against the `history` in a `repository`, `server_signed` adds
//! what the server signs with its `server_keys`. `go_json`, `metadata` and `signed_file` read as Go does, which is leniently: what a client of ours may
//! trust is not for this room to say.

mod change_feed;
mod go_json;
mod history;
mod judge;
mod metadata;
mod multipart;
mod replies;
mod repository;
mod root_rules;
mod route;
mod server_keys;
mod server_signed;
mod signed_file;
mod upload;

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use hyper::{Request, Response, body::Bytes};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::{
    history::{History, NotStored},
    metadata::GoRoot,
    replies::Keep,
    route::{Edition, NotaryRoute},
    server_keys::{NoKey, ServerKeys},
    server_signed::NotServed,
    signed_file::SignedFile,
};
use super::{errcode::ApiError, scope::Scope, shelf::Shelf};
use trust::model::role::RoleName;

/// Trust data of all repositories.
#[derive(Debug)]
pub struct TrustEndpoint {
    history: History,
    keys: ServerKeys,
    /// One request at a time: an upload is judged against what is there, and nothing may come between.
    turn: Mutex<()>,
}

impl TrustEndpoint {
    /// The endpoint over what a shelf holds.
    #[must_use]
    pub fn new(shelf: Arc<Shelf>) -> Self {
        Self { history: History { shelf: Arc::clone(&shelf) }, keys: ServerKeys { shelf }, turn: Mutex::new(()) }
    }

    /// What a request's token must allow, where it needs one at all.
    #[must_use]
    pub fn scopes(&self, request: &Request<Bytes>) -> Option<Vec<Scope>> {
        NotaryRoute::of(request).scopes()
    }

    /// Answers a request that is allowed. The answer to HEAD may have a body; the server leaves it out.
    #[must_use]
    pub fn answer(&self, request: &Request<Bytes>, now: Timestamp) -> Response<Bytes> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match NotaryRoute::of(request) {
            NotaryRoute::Update(gun) => self.update(&gun, request, now),
            NotaryRoute::Delete(gun) => self.delete(&gun, now),
            NotaryRoute::File(gun, role, edition) => self.file(&gun, &role, &edition, now),
            NotaryRoute::Key(gun, role) => self.key(&gun, &role),
            NotaryRoute::RotateKey(..) => self.keys.create().map(|key| json_text(&key)).map_err(no_key),
            NotaryRoute::Changes(gun) => {
                change_feed::answer(&self.history.shelf, request.uri().query().unwrap_or_default(), gun.as_deref())
                    .map(|feed| replies::text(feed.into()))
                    .map_err(|detail| replies::invalid_parameters(Some(detail)))
            }
            NotaryRoute::Base => Ok(replies::text(Bytes::from_static(b"{}"))),
            NotaryRoute::Health => Ok(replies::well()),
            NotaryRoute::Elsewhere(path) => Ok(replies::elsewhere(&path)),
            NotaryRoute::NoSuchMethod => Ok(replies::no_such_method()),
            NotaryRoute::Unknown => Err(replies::metadata_not_found(None)),
        };
        answer.unwrap_or_else(|error| error.answer())
    }

    fn update(&self, gun: &str, request: &Request<Bytes>, now: Timestamp) -> Result<Response<Bytes>, ApiError> {
        let uploaded = upload::read(request)?;
        let updates = judge::judge(gun, uploaded, &self.history, &self.keys, now);
        let updates = updates.map_err(|refusal| replies::invalid_update(refusal.detail()))?;
        self.history.store(gun, &updates, now).map_err(|error| match error {
            NotStored::OldVersion => replies::old_version(Some(replies::no_facts())),
            NotStored::Failed(error) => replies::updating(Some(told(&error))),
        })?;
        Ok(Response::new(Bytes::new()))
    }

    fn delete(&self, gun: &str, now: Timestamp) -> Result<Response<Bytes>, ApiError> {
        self.history.delete(gun, now).map_err(|error| not_stored(&error))?;
        Ok(Response::new(Bytes::new()))
    }

    fn file(&self, gun: &str, role: &str, edition: &Edition, now: Timestamp) -> Result<Response<Bytes>, ApiError> {
        let keep = if *edition == Edition::Current { Keep::Short } else { Keep::Long };
        let stored = match edition {
            Edition::Hash(hash) => self.history.by_hash(gun, hash),
            Edition::Version(version) => {
                let too_large = || replies::metadata_not_found(Some(json!({"Func": "Atoi", "Num": version, "Err": {}})));
                let version = version.parse::<i64>().map_err(|_| too_large())?;
                self.history.by_version(gun, role, u64::try_from(version).unwrap_or_default())
            }
            Edition::Current => match role {
                "timestamp" => Some(server_signed::current_timestamp(gun, &self.history, &self.keys, now).map_err(not_served)?),
                "snapshot" => Some(server_signed::current_snapshot(gun, &self.history, &self.keys, now).map_err(not_served)?),
                role => self.history.current(gun, role),
            },
        };
        let stored = stored.ok_or_else(|| replies::metadata_not_found(Some(replies::no_facts())))?;
        Ok(replies::file(stored.bytes, stored.at, keep))
    }

    fn key(&self, gun: &str, role: &str) -> Result<Response<Bytes>, ApiError> {
        let root = self.history.current(gun, "root");
        let root = root.map(|root| SignedFile::read(&root.bytes).and_then(|file| file.payload::<GoRoot>(&RoleName::root())));
        let root = root.transpose().map_err(|fault| replies::unknown(Some(fault.facts)))?;
        let key = self.keys.current(role, root.as_ref()).map_err(no_key)?;
        Ok(json_text(&key))
    }
}

fn json_text(key: &trust::model::key::Key) -> Response<Bytes> {
    replies::text(server_keys::to_json(key).into())
}

fn not_served(error: NotServed) -> ApiError {
    match error {
        NotServed::NotFound => replies::metadata_not_found(Some(replies::no_facts())),
        NotServed::Fault(fault) => replies::unknown(Some(fault.facts)),
        NotServed::NotStored(error) => not_stored(&error),
    }
}

fn not_stored(error: &NotStored) -> ApiError {
    replies::unknown(Some(match error {
        NotStored::OldVersion => replies::no_facts(),
        NotStored::Failed(error) => told(error),
    }))
}

fn no_key(NoKey(cause): NoKey) -> ApiError {
    replies::unknown(Some(json!(cause)))
}

/// The folder cannot be written; the words go to the client, who started this server.
fn told(error: &io::Error) -> Value {
    json!(error.to_string())
}
