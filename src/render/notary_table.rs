//! Tables as notary lays them out: a line of dashes below the header, and four spaces between the columns.

use crate::term::table::{Layout, laid_out};

const NOTARY: Layout = Layout { min_width: 4, padding: 4 };

/// Lays out a header and rows; the answer has one entry a line.
#[must_use]
pub(crate) fn lines<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Vec<String> {
    let head = [header.map(str::to_owned), header.map(|title| "-".repeat(title.len()))];
    laid_out(NOTARY, head.into_iter().chain(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_dashes_stands_below_the_header() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned);
        assert_eq!(
            lines(["#", "ACTION", "PATH"], [row(["0", "create", "latest"]), row(["10", "delete", ""])]),
            ["#     ACTION    PATH", "-     ------    ----", "0     create    latest", "10    delete    "]
        );
    }
}
