//! What was sent from this machine, and is not in the state that the server shows.

use super::Refresh;
use crate::ports::{Warning, sent::SentFile};
use trust::{
    model::role::RoleName,
    verify::{ends::ExpiryCheck, threshold::Verified, trusted::TrustedRepo},
};

impl<E: ExpiryCheck> Refresh<'_, E> {
    /// Says once what was sent from here and is not in the server's state.
    pub(super) fn look_for_sent(&self, repo: &TrustedRepo<E>) {
        let missing = self.stored.sent.missing_in(repo);
        for (role, file) in missing.files.iter().filter(|(_, file)| !file.told) {
            self.session.warn(not_there(repo, role, file));
        }
        let missing = missing.told();
        if missing != self.stored.sent {
            // what cannot be noted now is said once more
            let _ = self.session.store.replace_sent(self.gun, &self.stored.sent, &missing);
        }
    }
}

fn not_there<E: ExpiryCheck>(repo: &TrustedRepo<E>, role: &RoleName, file: &SentFile) -> Warning {
    let version = file.version;
    let later = repo.targets(role).map(Verified::version).filter(|now| *now > version);
    Warning::SentNotThere { role: role.clone(), version, later }
}
