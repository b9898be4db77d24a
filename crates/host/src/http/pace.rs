//! How long an exchange may take.

use std::time::{Duration, Instant};

/// Up to this many bytes an exchange has the whole time-out and no more.
const FREE: u64 = 1 << 20;

/// A total time for an exchange of up to 1 MiB, both ways together; beyond that a least throughput.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// The total time, from the first look-up of the name to the last byte.
    pub(super) timeout: Duration,
    /// Bytes a second.
    pub(super) least_rate: u64,
}

impl Pace {
    /// The time that an exchange of so many bytes may take.
    pub(super) fn allowed(&self, bytes: u64) -> Duration {
        let above = bytes.saturating_sub(FREE);
        self.timeout.saturating_add(Duration::from_secs(above / self.least_rate.max(1)))
    }

    /// What is left of it, and zero where nothing is.
    pub(super) fn left(&self, start: Instant, bytes: u64) -> Duration {
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
