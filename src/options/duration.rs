//! Spans of time as a person types them: `180d`, `26w`, `12h`.

use jiff::{SignedDuration, Timestamp};

/// A span from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Within(SignedDuration);

impl Within {
    /// The moment at its end.
    #[must_use]
    pub(crate) fn from(self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.0).unwrap_or(Timestamp::MAX)
    }
}

/// Reads a number and its unit: hours, days or weeks.
pub(crate) fn within(value: &str) -> Result<Within, String> {
    let refused = || "must be a number of hours, days or weeks, such as 12h, 180d or 26w".to_owned();
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let hours = match value.strip_prefix(digits) {
        Some("h") => 1,
        Some("d") => 24,
        Some("w") => 7 * 24,
        _ => return Err(refused()),
    };
    let number: i64 = digits.parse().map_err(|_| refused())?;
    // beyond the end of time all is within
    if number < 0 { Err(refused()) } else { Ok(Within(SignedDuration::from_hours(number.saturating_mul(hours).min(1 << 30)))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_numbers_with_a_unit() {
        for (text, hours) in [("0d", 0), ("12h", 12), ("180d", 4320), ("26w", 4368), ("99999999999999w", 1 << 30)] {
            assert_eq!(within(text), Ok(Within(SignedDuration::from_hours(hours))), "{text}");
        }
        for text in ["", "d", "180", "-1d", "1.5d", "1 d", "1y", "1dd", "99999999999999999999d", "１d"] {
            assert!(within(text).is_err(), "{text}");
        }
        assert_eq!(within("99999999999999w").unwrap().from(Timestamp::MAX), Timestamp::MAX);
    }
}
