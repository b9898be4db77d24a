//! Moments in reports.

use jiff::Timestamp;
use serde::Serializer;

/// RFC 3339 in UTC, in whole seconds, so that every reader takes it: `2026-11-27T10:00:00Z`. A server's fraction of a second is left out.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The same as a member of a report.
pub(crate) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&rfc3339(*at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_is_left_out() {
        for (at, text) in [
            ("2026-12-12T08:31:50.833047913Z", "2026-12-12T08:31:50Z"),
            ("2026-12-12T08:31:48Z", "2026-12-12T08:31:48Z"),
            ("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(at.parse().unwrap()), text);
        }
    }
}
