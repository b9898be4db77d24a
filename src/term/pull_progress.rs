//! How far a push or a pull is, as docker shows it: on a terminal a line for each layer, written over in place; elsewhere the plain lines.

use std::cell::RefCell;

use super::ui::Ui;
use client::ports::{Amount, Progress};

/// Most lines that are written over; further ones are plain.
const MAX_ROWS: usize = 1024;

/// Terminals that are narrower get no bar (docker's `jsonmessage`).
const BAR_FROM: u16 = 110;

/// Shows one push or pull.
pub(crate) struct LayersView<'a> {
    ui: &'a Ui,
    /// What stands on the last lines of the terminal, by its id.
    rows: RefCell<Vec<String>>,
}

impl<'a> LayersView<'a> {
    /// Shows on `ui`.
    #[must_use]
    pub(crate) fn new(ui: &'a Ui) -> Self {
        Self { ui, rows: RefCell::default() }
    }

    /// Shows a message.
    pub(crate) fn show(&self, progress: &Progress) {
        let named = progress.id.as_ref().map_or_else(|| progress.status.clone(), |id| format!("{id}: {}", progress.status));
        let mut rows = self.rows.borrow_mut();
        match (self.ui.columns(), &progress.amount, &progress.id) {
            (None, Some(amount), _) if amount.current > 0 || amount.total > 0 => {}
            (Some(columns), Some(amount), Some(id)) if rows.len() < MAX_ROWS || rows.contains(id) => {
                let row = rows.iter().position(|row| row == id).unwrap_or_else(|| {
                    self.ui.line("");
                    rows.push(id.clone());
                    rows.len() - 1
                });
                self.ui.redraw(rows.len() - row, &format!("{named} {}", shown(amount, columns)));
            }
            _ => {
                rows.clear();
                self.ui.line(&named);
            }
        }
    }
}

/// `[====>    ]  33.79kB/2MB`, the bar where there is room for it.
fn shown(amount: &Amount, columns: u16) -> String {
    let Amount { current, total, units } = amount;
    if *current <= 0 && *total <= 0 {
        return String::new();
    }
    if let Some(units) = units {
        return if *total > 0 { format!("{current}/{total} {units}") } else { format!("{current} {units}") };
    }
    if *total <= 0 {
        return format!("{:>8}", size(*current));
    }
    let numbers =
        if current > total { format!("{:>8}", size(*current)) } else { format!("{:>8}/{}", size(*current), size(*total)) };
    if columns <= BAR_FROM {
        return numbers;
    }
    let done = usize::try_from(current.saturating_mul(50) / total).unwrap_or(0).min(50);
    format!("[{}>{}] {numbers}", "=".repeat(done), " ".repeat(50 - done))
}

/// Bytes in four digits: `33.79kB` (go-units `HumanSize`).
fn size(bytes: i64) -> String {
    #[allow(clippy::cast_precision_loss, reason = "four digits are shown")]
    let mut value = bytes as f64;
    let mut units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while value >= 1000.0 {
        let Some(next) = units.next() else { break };
        value /= 1000.0;
        unit = next;
    }
    let decimals = if value >= 999.95 {
        0
    } else if value >= 99.995 {
        1
    } else if value >= 9.9995 {
        2
    } else {
        3
    };
    let digits = format!("{value:.decimals$}");
    let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    format!("{digits}{unit}")
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn message(id: &str, status: &str, amount: Option<(i64, i64)>) -> Progress {
        let id = (!id.is_empty()).then(|| id.to_owned());
        let amount = amount.map(|(current, total)| Amount { current, total, units: None });
        Progress { id, status: status.to_owned(), amount }
    }

    fn on(columns: Option<u16>, messages: &[Progress]) -> String {
        let out = Shared::default();
        let ui = Ui::to(out.clone(), io::sink()).with_columns(columns);
        let view = LayersView::new(&ui);
        for message in messages {
            view.show(message);
        }
        let bytes = out.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    fn push() -> Vec<Progress> {
        vec![
            message("", "The push refers to repository [localhost:5999/p/n]", None),
            message("b6e11d3ab2cc", "Preparing", Some((0, 0))),
            message("b6e11d3ab2cc", "Pushing", Some((33792, 2_000_000))),
            message("b6e11d3ab2cc", "Pushing", Some((2_007_040, 2_000_000))),
            message("b6e11d3ab2cc", "Pushed", Some((0, 0))),
            message("", "1: digest: sha256:1d size: 527", None),
        ]
    }

    #[test]
    fn a_pipe_gets_docker_s_plain_lines() {
        let lines = "The push refers to repository [localhost:5999/p/n]\nb6e11d3ab2cc: Preparing\nb6e11d3ab2cc: Pushed\n\
                     1: digest: sha256:1d size: 527\n";
        assert_eq!(on(None, &push()), lines);
    }

    #[test]
    fn a_terminal_gets_one_line_a_layer() {
        let shown = on(Some(80), &push());
        let row = |text: &str| format!("\u{1b}[1A\u{1b}[2K\r{text}\r\u{1b}[1B");
        let rows = [
            row("b6e11d3ab2cc: Preparing "),
            row("b6e11d3ab2cc: Pushing  33.79kB/2MB"),
            row("b6e11d3ab2cc: Pushing  2.007MB"),
            row("b6e11d3ab2cc: Pushed "),
        ];
        let first = "The push refers to repository [localhost:5999/p/n]\n\n";
        assert_eq!(shown, format!("{first}{}1: digest: sha256:1d size: 527\n", rows.concat()));
        let two = on(
            Some(200),
            &[message("a", "Waiting", Some((0, 0))), message("b", "x", Some((0, 0))), message("a", "y", Some((1, 2)))],
        );
        assert!(
            two.ends_with(&format!("\u{1b}[2A\u{1b}[2K\ra: y [{}>{}]       1B/2B\r\u{1b}[2B", "=".repeat(25), " ".repeat(25))),
            "{two:?}"
        );
    }

    #[test]
    fn sizes_have_four_digits() {
        for (bytes, text) in
            [(0, "0B"), (999, "999B"), (1000, "1kB"), (33792, "33.79kB"), (2_000_000, "2MB"), (123_456_789, "123.5MB")]
        {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size(i64::MAX), "9.223EB");
    }
}
