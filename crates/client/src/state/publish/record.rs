//! The record of what is sent. It is written before anything is, so that whatever is cut off then leaves a trace; and taken back when the server has
//! refused it.

use super::files::{self, Files};
use crate::{
    error::OpsError,
    overtaken::Overtaken,
    ports::{Bytes, DecidedNames, Sent, SentFile, Warning},
    session::Session,
};
use trust::model::{gun::Gun, role::RoleName};

/// The record of one update.
pub(super) struct Record<'a> {
    session: &'a Session<'a>,
    gun: &'a Gun,
    /// What was sent before this update.
    earlier: Sent,
    now: Sent,
    /// What is decided by what is sent now.
    decided: DecidedNames,
}

impl<'a> Record<'a> {
    pub(super) fn open(session: &'a Session<'a>, gun: &'a Gun) -> Result<Self, OpsError> {
        let earlier = session.store.sent(gun)?;
        Ok(Self { session, gun, now: earlier.clone(), earlier, decided: DecidedNames::new() })
    }

    /// What earlier commands have sent, and never saw.
    pub(super) fn earlier(&self) -> &Sent {
        &self.earlier
    }

    /// Keeps what is sent next. It is sent whether or not that can be done.
    pub(super) fn sending(&mut self, files: &Files, decided: DecidedNames) {
        self.now = self.earlier.clone();
        for (role, file) in files::listed(files) {
            let file = SentFile { version: file.version, sha256: file.sha256, seen: false, told: false };
            self.now.files.insert(role.clone(), file);
        }
        for (role, names) in &decided {
            self.now.decided.entry(role.clone()).or_default().extend(names.clone());
        }
        self.decided = decided;
        let bytes: Vec<Bytes> = files.values().map(|file| Bytes::clone(&file.bytes)).collect();
        self.write(&bytes);
    }

    /// Nothing of it is in the server's state.
    pub(super) fn refused(&mut self) {
        self.now = self.earlier.clone();
        self.write(&[]);
    }

    /// Whether it is there is not known, and the person is told so.
    pub(super) fn person_knows(&mut self) {
        self.now = std::mem::take(&mut self.now).told();
        self.write(&[]);
    }

    /// The person knows what others have decided about these names, and decides anew.
    pub(super) fn forget(&mut self, names: &[Overtaken]) {
        let is_known = |role: &RoleName, name: &String| names.iter().any(|known| (&known.role, &known.name) == (role, name));
        self.now.retain_decided(|role, name, _| !is_known(role, name));
        self.write(&[]);
    }

    /// It was found in the server's state, of which the new files are kept, so that the next read need not ask for them. The floor is not raised to it
    /// before that read: what is displaced yet is no attack.
    pub(super) fn confirmed(&mut self, files: &Files, new: &[Bytes]) {
        for (role, file) in &mut self.now.files {
            file.seen |= files.contains_key(role);
        }
        let is_seen = |role: &RoleName, name: &String| self.decided.get(role).is_some_and(|names| names.contains_key(name));
        self.now.retain_decided(|role, name, _| !is_seen(role, name));
        if let Err(error) = self.session.store.keep_sent(self.gun, new, &self.now) {
            self.session.warn(Warning::NotKeptHere { reason: error.to_string() });
        }
    }

    /// An update is sent whether or not this can be kept: a disk that takes nothing now takes nothing when the update was seen, and that is told.
    fn write(&self, files: &[Bytes]) {
        let _ = self.session.store.keep_sent(self.gun, files, &self.now);
    }
}
