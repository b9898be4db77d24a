//! Uploads that are under way. They live in memory: who was interrupted begins again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use hyper::body::Bytes;
use serde_json::json;

use super::{names::RepositoryName, refusal};
use crate::errcode::ApiError;
use trust::model::digest::Sha256;

/// Most bytes of one upload. A request has the same limit.
const MAX_UPLOAD: usize = 1 << 30;
/// Most bytes of all uploads together; beyond them, too, the oldest ends.
const MAX_TOTAL: usize = 4 << 30;
/// Most uploads at once; a further one ends the oldest, which nobody will finish.
const MAX_SESSIONS: usize = 1000;

/// All uploads that are under way.
#[derive(Debug)]
pub(super) struct Sessions {
    /// Signs what clients carry from request to request.
    secret: [u8; 32],
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    sessions: BTreeMap<String, Session>,
    begun: u64,
    total: usize,
}

#[derive(Debug)]
struct Session {
    number: u64,
    pieces: Vec<Bytes>,
    length: usize,
}

/// An upload after a request, as its answer tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    /// A UUID.
    pub(super) id: String,
    /// How many bytes there are.
    pub(super) length: usize,
    /// What the client has to show next time: that it knows how far the upload has come.
    pub(super) state: String,
}

impl Sessions {
    /// None are under way.
    pub(super) fn new() -> Self {
        let mut secret = [0; 32];
        // without randomness the states could be guessed; they guard against mix-ups, not against people
        let _ = getrandom::fill(&mut secret);
        Self { secret, open: Mutex::default() }
    }

    /// Begins an upload.
    pub(super) fn begin(&self, repository: &RepositoryName) -> Progress {
        self.with(|open| {
            open.begun += 1;
            let id = self.uuid(open.begun);
            if open.sessions.len() >= MAX_SESSIONS {
                open.end_oldest_but(&id);
            }
            open.sessions.insert(id.clone(), Session { number: open.begun, pieces: Vec::new(), length: 0 });
            self.progress(repository, &id, 0)
        })
    }

    /// Finds an upload that a client goes on with. Not with the state of before: bytes would be there
    /// twice.
    pub(super) fn resume(&self, repository: &RepositoryName, id: &str, state: Option<&str>) -> Result<Progress, ApiError> {
        let invalid = || refusal::upload_invalid(json!({}));
        let offset = state.and_then(|state| state.split_once('.')?.0.parse().ok()).ok_or_else(invalid)?;
        let progress = self.progress(repository, id, offset);
        if Some(progress.state.as_str()) != state {
            return Err(invalid());
        }
        self.with(|open| match open.sessions.get(id) {
            None => Err(refusal::upload_unknown(json!({}))),
            Some(session) if session.length != offset => Err(refusal::upload_invalid(None)),
            Some(_) => Ok(progress),
        })
    }

    /// Adds bytes to an upload.
    pub(super) fn add(&self, repository: &RepositoryName, id: &str, bytes: Bytes) -> Result<Progress, ApiError> {
        self.with(|open| {
            let session = open.sessions.get_mut(id).ok_or_else(|| refusal::upload_unknown(json!({})))?;
            let length = session.length.saturating_add(bytes.len());
            if length > MAX_UPLOAD {
                open.end(id);
                return Err(refusal::upload_invalid(json!("more than the sandbox takes")));
            }
            open.total = open.total.saturating_add(bytes.len());
            session.length = length;
            if !bytes.is_empty() {
                session.pieces.push(bytes);
            }
            while open.total > MAX_TOTAL && open.end_oldest_but(id) {}
            Ok(self.progress(repository, id, length))
        })
    }

    /// All bytes of an upload so far.
    pub(super) fn content(&self, id: &str) -> Result<Bytes, ApiError> {
        let pieces = self.with(|open| open.sessions.get(id).map(|session| session.pieces.clone()));
        let pieces = pieces.ok_or_else(|| refusal::upload_unknown(json!({})))?;
        Ok(match pieces.as_slice() {
            [whole] => whole.clone(),
            pieces => Bytes::from(pieces.concat()),
        })
    }

    /// Ends an upload, finished or not.
    pub(super) fn end(&self, id: &str) {
        self.with(|open| open.end(id));
    }

    fn with<T>(&self, act: impl FnOnce(&mut Open) -> T) -> T {
        act(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn progress(&self, repository: &RepositoryName, id: &str, length: usize) -> Progress {
        let hash = self.hash(&format!("{repository}\n{id}\n{length}"));
        Progress { id: id.to_owned(), length, state: format!("{length}.{hash}") }
    }

    /// A UUID (version 8 of RFC 9562: made as we like).
    fn uuid(&self, number: u64) -> String {
        let hash = self.hash(&format!("upload {number}"));
        let part = |from, to| hash.get(from..to).unwrap_or_default();
        format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
    }

    fn hash(&self, text: &str) -> String {
        Sha256::of(&[&self.secret, text.as_bytes(), &self.secret].concat()).to_hex()
    }
}

impl Open {
    /// False where there is no other.
    fn end_oldest_but(&mut self, id: &str) -> bool {
        let others = self.sessions.iter().filter(|(other, _)| *other != id);
        let oldest = others.min_by_key(|(_, session)| session.number).map(|(id, _)| id.clone());
        oldest.inspect(|oldest| self.end(oldest)).is_some()
    }

    fn end(&mut self, id: &str) {
        if let Some(session) = self.sessions.remove(id) {
            self.total = self.total.saturating_sub(session.length);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_goes_on_from_where_it_is() {
        let [a, b] = ["a", "b"].map(|name| RepositoryName::parse(name).unwrap());
        let sessions = Sessions::new();
        let first = sessions.begin(&a);
        assert_eq!(first.id.len(), 36);
        assert_eq!(sessions.resume(&a, &first.id, Some(&first.state)).unwrap(), first);
        for (repository, state) in [(&b, Some(first.state.as_str())), (&a, None), (&a, Some("0.0")), (&a, Some("x"))] {
            assert_eq!(sessions.resume(repository, &first.id, state).unwrap_err().code, "BLOB_UPLOAD_INVALID");
        }
        let second = sessions.add(&a, &first.id, Bytes::from_static(b"ab")).unwrap();
        let third = sessions.add(&a, &first.id, Bytes::from_static(b"c")).unwrap();
        assert_eq!((second.length, third.length), (2, 3));
        assert_eq!(sessions.content(&first.id).unwrap(), "abc");
        assert_eq!(sessions.resume(&a, &first.id, Some(&second.state)).unwrap_err().code, "BLOB_UPLOAD_INVALID");
        assert_eq!(sessions.resume(&a, &first.id, Some(&third.state)).unwrap(), third);
        sessions.end(&first.id);
        assert_eq!(sessions.resume(&a, &first.id, Some(&third.state)).unwrap_err().code, "BLOB_UPLOAD_UNKNOWN");
    }

    #[test]
    fn what_nobody_finishes_goes() {
        let a = RepositoryName::parse("a").unwrap();
        let sessions = Sessions::new();
        let first = sessions.begin(&a);
        sessions.add(&a, &first.id, Bytes::from_static(b"x")).unwrap();
        for _ in 0..MAX_SESSIONS {
            sessions.begin(&a);
        }
        assert_eq!(sessions.content(&first.id).unwrap_err().code, "BLOB_UPLOAD_UNKNOWN");
        assert_eq!(sessions.with(|open| (open.sessions.len(), open.total)), (MAX_SESSIONS, 0));
    }
}
