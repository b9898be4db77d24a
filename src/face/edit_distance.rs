//! How near two names are to each other: of a slip of the pen more is said than that a name is unknown.

/// In how many letters two texts differ: inserted, left out or replaced.
#[must_use]
pub fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (above, a) in one.chars().enumerate() {
        let mut next = vec![above + 1];
        for ((b, corner), up) in other.chars().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or_default();
            next.push((corner + usize::from(a != b)).min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_are_inserted_left_out_or_replaced_count() {
        for (one, other, letters) in [
            ("", "", 0),
            ("pins", "pins", 0),
            ("pins", "pis", 1),
            ("pins", "pinss", 1),
            ("pins", "pens", 1),
            ("ab", "ba", 2),
            ("", "pins", 4),
        ] {
            assert_eq!(distance(one, other), letters, "{one} {other}");
            assert_eq!(distance(other, one), letters, "{other} {one}");
        }
    }
}
