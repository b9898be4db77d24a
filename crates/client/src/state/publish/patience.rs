//! How long one update is tried.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{error::OpsError, ports::RemoteError, state::error::StateError};
use trust::model::gun::Gun;

/// How often an update is tried.
const MAX_ATTEMPTS: u32 = 40;

/// No attempt begins after this time.
const MAX_TIME: Duration = Duration::from_secs(60);

/// Longest wait before the next attempt.
const MAX_PAUSE: Duration = Duration::from_millis(500);

/// The attempts of one update.
pub(super) struct Patience {
    began: Instant,
    attempts: u32,
    losses: u32,
}

impl Patience {
    pub(super) fn begin() -> Self {
        Self { began: Instant::now(), attempts: 0, losses: 0 }
    }

    /// How many attempts the server has refused.
    pub(super) fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Whether no attempt begins any more.
    pub(super) fn is_over(&self) -> bool {
        self.attempts + self.losses >= MAX_ATTEMPTS || self.began.elapsed() >= MAX_TIME
    }

    /// Waits for the next attempt, after another publisher was faster.
    pub(super) fn lost_against(&mut self, gun: &Gun, last: RemoteError) -> Result<RemoteError, OpsError> {
        self.attempts += 1;
        if self.is_over() {
            return Err(OpsError::State(StateError::Contended { gun: gun.clone(), attempts: self.attempts, last }));
        }
        thread::sleep(pause(self.attempts));
        Ok(last)
    }

    /// Waits for the next attempt, after the server took one and did not keep it.
    pub(super) fn lost_by_server(&mut self, gun: &Gun) -> Result<(), OpsError> {
        self.losses += 1;
        if self.is_over() {
            return Err(OpsError::State(StateError::NotKept { gun: gun.clone(), times: self.losses }));
        }
        thread::sleep(pause(self.losses));
        Ok(())
    }

    /// Counts an attempt after which nothing is waited for.
    pub(super) fn again(&mut self) {
        self.attempts += 1;
    }
}

/// Grows with the attempts, and differs from process to process, so that a crowd spreads.
fn pause(attempts: u32) -> Duration {
    let mut random = [0; 2];
    // without random bytes the pause is only less even
    let _ = getrandom::fill(&mut random);
    let share = f64::from(u16::from_le_bytes(random)) / f64::from(u16::MAX);
    MAX_PAUSE.min(Duration::from_millis(30) * attempts).mul_f64(share)
}
