//! The order in which Docker lists tags and signers: numbers within names count as numbers, so `v2` stands before `v10`.
//!
//! The rules are those of `fvbommel/sortorder`, which the peers use; the test's list was sorted by the real `docker` client.

use std::cmp::Ordering;

/// Compares two names: digits before other bytes, runs of digits by value and then by the fewer leading zeros, all else bytewise.
#[must_use]
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        let order = match (x.is_ascii_digit(), y.is_ascii_digit()) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => {
                (a, b) = (rest(a, 1), rest(b, 1));
                x.cmp(y)
            }
            (true, true) => {
                let (left, right) = (Number::at_start(a), Number::at_start(b));
                (a, b) = (rest(a, left.len()), rest(b, right.len()));
                left.cmp(&right)
            }
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// A run of digits. The derived order is by value (more significant digits are more), then by leading zeros.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Number<'a> {
    significant: usize,
    digits: &'a [u8],
    zeros: usize,
}

impl<'a> Number<'a> {
    fn at_start(text: &'a [u8]) -> Self {
        let zeros = text.iter().take_while(|b| **b == b'0').count();
        let digits = rest(text, zeros);
        let significant = digits.iter().take_while(|b| b.is_ascii_digit()).count();
        Self { significant, digits: digits.get(..significant).unwrap_or_default(), zeros }
    }

    fn len(&self) -> usize {
        self.zeros + self.significant
    }
}

fn rest(text: &[u8], from: usize) -> &[u8] {
    text.get(from..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docker context ls` (28.2.2) with contexts of these names.
    const DOCKERS_ORDER: [&str; 18] = [
        "10", "V3", "a1a", "a1b", "a01a", "default", "v1", "v1.2", "v1.10", "v1a", "v01.3", "v01b", "v2", "v2.0", "v2a", "v02",
        "v10", "v-1",
    ];

    #[test]
    fn names_stand_as_docker_sorts_them() {
        let mut names = DOCKERS_ORDER;
        names.reverse();
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(names, DOCKERS_ORDER);
    }

    #[test]
    fn it_is_a_total_order() {
        for (i, a) in DOCKERS_ORDER.iter().enumerate() {
            for (j, b) in DOCKERS_ORDER.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(compare("", ""), Ordering::Equal);
        assert_eq!(compare("", "0"), Ordering::Less);
        assert_eq!(compare("18446744073709551616", "18446744073709551615"), Ordering::Greater);
    }
}
