//! Tables as Go's `text/tabwriter` lays them out for the peers.
//!
//! A column is as wide as its longest cell and the padding, and never narrower than a least width; the last column has no padding. Widths count
//! terminal columns, not bytes.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};

use client::safe_text;

/// The measures of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// The least width of a column, its padding counted.
    pub min_width: u16,
    /// The spaces behind the longest cell.
    pub padding: u16,
}

/// Those of `docker trust`.
const DOCKER: Layout = Layout { min_width: 10, padding: 3 };

/// Longest cell shown whole, in characters: `comfy-table` counts columns in 16 bits, and panics beyond.
const MAX_CELL: usize = 8_000;

/// Lays out a header and rows as `docker trust` does; the answer has one entry a line, each cell made safe for a terminal.
#[must_use]
pub(crate) fn lines<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Vec<String> {
    laid_out(DOCKER, std::iter::once(header.map(str::to_owned)).chain(rows))
}

/// The same with other measures, and without telling the header from the rows.
#[must_use]
pub(crate) fn laid_out<const N: usize>(layout: Layout, rows: impl IntoIterator<Item = [String; N]>) -> Vec<String> {
    let mut padded = Table::new();
    padded.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    // the last column stands outside of the table, which would pad it
    let mut last_column = Vec::new();
    for row in rows {
        let mut cells = row.iter().map(|cell| shorten(&safe_text::field(cell))).collect::<Vec<_>>();
        last_column.push(cells.pop().unwrap_or_default());
        padded.add_row(cells);
    }
    for column in padded.column_iter_mut() {
        column.set_padding((0, layout.padding)).set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(layout.min_width)));
    }
    padded.lines().zip(last_column).map(|(cells, last)| cells + &last).collect()
}

fn shorten(cell: &str) -> String {
    let mut shown: String = cell.chars().take(MAX_CELL).collect();
    if shown.len() < cell.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(rows: &[[&str; 3]]) -> Vec<String> {
        lines(["SIGNED TAG", "DIGEST", "SIGNERS"], rows.iter().map(|row| row.map(str::to_owned)))
    }

    #[test]
    fn columns_are_three_spaces_apart() {
        let rows = tags(&[["1", &"a".repeat(64), "ian, jeff"], ["release-2026-11", &"b".repeat(64), "(Repo Admin)"]]);
        let (a, b) = ("a".repeat(64), "b".repeat(64));
        assert_eq!(
            rows,
            [
                format!("SIGNED TAG        DIGEST{}SIGNERS", " ".repeat(61)),
                format!("1                 {a}   ian, jeff"),
                format!("release-2026-11   {b}   (Repo Admin)"),
            ]
        );
    }

    #[test]
    fn a_column_is_at_least_ten_wide() {
        let rows = lines(["SIGNER", "KEYS"], [["ian".to_owned(), "47caae5b3e61, a50fbd30fd85".to_owned()]]);
        assert_eq!(rows, ["SIGNER    KEYS", "ian       47caae5b3e61, a50fbd30fd85"]);
        let rows = lines(["SIGNER", "KEYS"], [["1234567".to_owned(), "x".to_owned()], ["12345678".to_owned(), "y".to_owned()]]);
        assert_eq!(rows, ["SIGNER     KEYS", "1234567    x", "12345678   y"]);
    }

    #[test]
    fn an_empty_last_cell_leaves_the_padding_before_it() {
        assert_eq!(lines(["SIGNER", "KEYS"], [["bob".to_owned(), String::new()]])[1], "bob       ");
    }

    #[test]
    fn a_wide_letter_takes_two_columns() {
        let rows = lines(["SIGNER", "KEYS"], [["日本語日本語".to_owned(), "x".to_owned()]]);
        assert_eq!(rows, ["SIGNER         KEYS", "日本語日本語   x"]);
    }

    #[test]
    fn a_hostile_name_stays_in_its_cell() {
        let rows = lines(["SIGNER", "KEYS"], [["a\u{1b}[2J\nb".to_owned(), "x".to_owned()]]);
        assert_eq!(rows[1], "a\\u{1b}[2J\\u{a}b   x");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_cell_without_measure_is_cut() {
        let long = "日".repeat(70_000);
        let rows = tags(&[[&long, &long, &long]]);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].matches('日').count(), 3 * MAX_CELL);
        assert!(rows[1].ends_with("日…"));
    }
}
