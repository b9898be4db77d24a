//! The `Range` of a request (RFC 9110, 14.2).

use std::ops::Range;

/// What of a content a request wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RequestedRange {
    /// All of it. Several ranges at once count as this; a server may say so.
    All,
    /// A part that it has.
    Part(Range<usize>),
    /// A part that it has not, or none that makes sense.
    Outside,
}

/// Reads a header such as `bytes=0-99`, `bytes=100-` or `bytes=-100` against a content of this length.
#[must_use]
pub(super) fn read(header: &str, length: usize) -> RequestedRange {
    let Some(ranges) = header.strip_prefix("bytes=") else { return RequestedRange::Outside };
    let mut ranges = ranges.split(',').map(str::trim).filter(|range| !range.is_empty());
    match (ranges.next(), ranges.next()) {
        (Some(range), None) => part(range, length).map_or(RequestedRange::Outside, RequestedRange::Part),
        _ => RequestedRange::All,
    }
}

fn part(range: &str, length: usize) -> Option<Range<usize>> {
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    let (from, to) = match (first.is_empty(), last.is_empty()) {
        (true, true) => return None,
        (true, false) => (length.saturating_sub(number(last)?), length),
        (false, true) => (number(first)?, length),
        (false, false) => (number(first)?, number(last)?.checked_add(1)?.min(length)),
    };
    (from < to).then_some(from..to)
}

/// Digits alone: `parse` would take a sign too.
fn number(text: &str) -> Option<usize> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_ten_bytes() {
        for (header, wanted) in [
            ("bytes=0-3", RequestedRange::Part(0..4)),
            ("bytes=4-", RequestedRange::Part(4..10)),
            ("bytes=-3", RequestedRange::Part(7..10)),
            ("bytes=-100", RequestedRange::Part(0..10)),
            ("bytes=0-999", RequestedRange::Part(0..10)),
            ("bytes= 0-3 ,", RequestedRange::Part(0..4)),
            ("bytes=0-1,3-4", RequestedRange::All),
            ("bytes=", RequestedRange::All),
            ("bytes=10-", RequestedRange::Outside),
            ("bytes=5-2", RequestedRange::Outside),
            ("bytes=-0", RequestedRange::Outside),
            ("bytes=-", RequestedRange::Outside),
            ("bytes=+1-2", RequestedRange::Outside),
            ("bytes=0-18446744073709551615", RequestedRange::Outside),
            ("bytes=99999999999999999999-", RequestedRange::Outside),
            ("bytes=x", RequestedRange::Outside),
            ("0-3", RequestedRange::Outside),
        ] {
            assert_eq!(read(header, 10), wanted, "{header}");
        }
        assert_eq!(read("bytes=0-3", 0), RequestedRange::Outside);
    }
}
