//! When metadata ends.

use std::fmt;

use jiff::{SignedDuration, Timestamp, Unit, civil, tz::TimeZone};

/// The moment from which a file no longer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expires(Timestamp);

/// Days that a root counts from its signing (Notary `notary.NotaryDefaultExpiries`).
pub const ROOT_DAYS: i64 = 3650;

/// Days that targets and delegations count from their signing.
pub const TARGETS_DAYS: i64 = 1095;

impl Expires {
    /// So many days of 24 hours from `now`, in whole seconds. At the end of time where that is beyond it.
    #[must_use]
    pub fn after_days(now: Timestamp, days: i64) -> Self {
        let later = now.saturating_add(SignedDuration::from_hours(days.saturating_mul(24))).unwrap_or(Timestamp::MAX);
        Self(later.round(Unit::Second).unwrap_or(later))
    }

    /// Reads RFC 3339 as Go's `time.Time` does: upper-case `T` and `Z`, seconds below 60, an offset below 24 hours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        has_strict_form(text).then(|| text.parse().ok().map(Self))?
    }

    /// The form in which Go writes it, in UTC: a fraction without trailing zeros, and `Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        self.0.to_string()
    }

    /// The moment.
    #[must_use]
    pub fn moment(self) -> Timestamp {
        self.0
    }

    /// Whether it is past at `now`.
    #[must_use]
    pub fn is_past(self, now: Timestamp) -> bool {
        self.0 <= now
    }

    /// Whether it comes within six months of `now`: the peers warn from then on.
    #[must_use]
    pub fn is_near(self, now: Timestamp) -> bool {
        is_near(self.0, now)
    }
}

/// Whether the end of a file or of a certificate comes within six months of `now`: the peers warn from then on.
#[must_use]
pub fn is_near(end: Timestamp, now: Timestamp) -> bool {
    end.duration_since(now) < SignedDuration::from_hours(183 * 24)
}

/// In the form of Go's `time.UnixDate`, which the peers' messages have: `Mon Jan  2 15:04:05 UTC 2006`.
impl fmt::Display for Expires {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.to_zoned(TimeZone::UTC).strftime("%a %b %e %H:%M:%S UTC %Y"))
    }
}

fn has_strict_form(text: &str) -> bool {
    let Some((date_time, rest)) = text.split_at_checked(19) else { return false };
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let shape: String = date_time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape != "0000-00-00T00:00:00"
        || civil::DateTime::strptime("%Y-%m-%dT%H:%M:%S", date_time).is_err()
        || date_time.ends_with("60")
    {
        return false;
    }
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (fraction, zone) = rest.split_at(end);
            if !(1..=9).contains(&fraction.len()) {
                return false;
            }
            zone
        }
    };
    if zone == "Z" {
        return true;
    }
    let Some((hours, minutes)) = zone.strip_prefix(['+', '-']).and_then(|offset| offset.split_once(':')) else { return false };
    let below = |text: &str, limit: u8| text.len() == 2 && digits(text) && text.parse::<u8>().is_ok_and(|n| n < limit);
    below(hours, 24) && below(minutes, 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_reads_is_read() {
        for (text, utc) in [
            ("2036-11-18T02:50:32.626907986-05:00", "2036-11-18T07:50:32.626907986Z"),
            ("2036-11-18T02:50:32Z", "2036-11-18T02:50:32Z"),
            ("2036-11-18T02:50:32.5+14:00", "2036-11-17T12:50:32.5Z"),
        ] {
            assert_eq!(Expires::parse(text).unwrap().to_rfc3339(), utc);
        }
    }

    #[test]
    fn nothing_else_is_read() {
        for text in [
            "",
            "0",
            "2036-11-18",
            "2036-11-18T02:50:32",
            "2036-13-18T02:50:32Z",
            "2036-11-18T25:50:32Z",
            "2036-11-18T02:50:60Z",
            "12036-11-18T02:50:32Z",
            "2036-11-18t02:50:32Z",
            "2036-11-18T02:50:32z",
            "2036-11-18 02:50:32Z",
            "2036-11-18T02:50:32.Z",
            "2036-11-18T02:50:32,5Z",
            "2036-11-18T02:50:32+2400",
            "2036-11-18T02:50:32+24:00",
            "2036-11-18T02:50:32+01:00[Europe/Paris]",
            "2036-02-30T02:50:32Z",
            "２036-11-18T02:50:32Z",
        ] {
            assert_eq!(Expires::parse(text), None, "{text}");
        }
    }

    #[test]
    fn it_is_past_from_its_very_moment() {
        let end = Expires::parse("2026-11-21T00:00:00Z").unwrap();
        assert!(end.is_past("2026-11-21T00:00:00Z".parse().unwrap()));
        assert!(!end.is_past("2026-11-20T23:59:59.999Z".parse().unwrap()));
        assert_eq!(end.to_string(), "Sat Nov 21 00:00:00 UTC 2026");
        assert!(end.is_near("2026-06-01T00:00:00Z".parse().unwrap()) && !end.is_near("2026-01-01T00:00:00Z".parse().unwrap()));
    }
}
