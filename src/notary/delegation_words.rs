//! What a person is told of a change of a delegation.

use crate::term::ui::Ui;
use trust::model::{gun::Gun, role::RoleName};

/// Tells what is staged of a role, with which keys and paths, between empty lines.
pub(super) fn staged(ui: &Ui, what: &str, role: &RoleName, with: &[String], gun: &Gun) {
    let with = with.concat();
    let words = format!("{what} of delegation role {role} {with}to repository \"{gun}\" staged for next publish.");
    ui.line("");
    ui.lines(words.lines());
    ui.line("");
}

/// The keys among that.
pub(super) fn with_keys(ids: &[String]) -> String {
    format!("with keys [{}], ", ids.join(" "))
}

/// The paths among that: sorted, with a word for the empty one, which every name begins with.
pub(super) fn with_paths(paths: &[String]) -> String {
    let mut paths = paths.to_vec();
    paths.sort();
    let shown = |path: &String| if path.is_empty() { "\"\" <all paths>".to_owned() } else { path.clone() };
    format!("with paths [{}], ", paths.iter().map(shown).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_in_order() {
        let paths = ["x".to_owned(), String::new(), "a".to_owned()];
        assert_eq!(with_paths(&paths), "with paths [\"\" <all paths>\na\nx], ");
    }
}
