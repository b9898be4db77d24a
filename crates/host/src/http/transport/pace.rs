//! How long an exchange may take.

use std::time::{Duration, Instant};

/// Up to this many bytes an exchange has the whole time-out and no more.
const FREE: u64 = 1 << 20;

/// What an exchange of more than that must average, in bytes a second, where nothing else is said.
pub(in crate::http) const LEAST_RATE: u64 = 64 << 10;

/// A total time for an exchange of up to 1 MiB, both ways together; beyond that a least throughput.
#[derive(Clone, Copy, Debug)]
pub(in crate::http) struct Pace {
    /// The total time, from the first look-up of the name to the last byte.
    pub(in crate::http) timeout: Duration,
    /// Bytes a second.
    pub(in crate::http) least_rate: u64,
}

impl Pace {
    /// The time that an exchange of so many bytes may take.
    pub(in crate::http) fn allowed(&self, bytes: u64) -> Duration {
        let above = bytes.saturating_sub(FREE);
        self.timeout.saturating_add(Duration::from_secs(above / self.least_rate.max(1)))
    }

    /// What is left of it, and zero where nothing is.
    pub(in crate::http) fn left(&self, start: Instant, bytes: u64) -> Duration {
        self.allowed(bytes).saturating_sub(start.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_answers_have_a_least_throughput() {
        let pace = Pace { timeout: Duration::from_secs(30), least_rate: 64 << 10 };
        for (bytes, seconds) in [(0, 30), (1 << 20, 30), (2 << 20, 46), (u64::MAX, 281_474_976_710_655 - 16 + 30)] {
            assert_eq!(pace.allowed(bytes).as_secs(), seconds, "{bytes}");
        }
    }
}
