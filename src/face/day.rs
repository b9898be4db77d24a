//! A day, as people write it.

use jiff::{Timestamp, tz::TimeZone};

/// The day in UTC, such as `2026-11-27`.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}
