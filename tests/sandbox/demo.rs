//! What `make demo` shows.

use std::path::Path;

use snapbox::{Assert, Data};

use crate::verb::{home, left_behind, shell, text};

#[test]
fn the_demo_plays_the_documented_flow() {
    let home = home();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let run = shell(home.path(), &[], &format!("echo $SANDBOX; sh {}", root.join("docs/demo.sh").display()));
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    let printed = text(&run.stdout);
    let (host, shown) = printed.split_once('\n').unwrap();
    let shown = without_key_ids(&shown.replace(host, "localhost:PORT"));
    let expected = Data::read_from(&root.join("testdata/transcripts/demo.txt"), None).raw();
    Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(shown, expected);
    assert_eq!(left_behind(home.path()), [""; 0]);
}

/// Key IDs, whole and as tables show them, are others each time.
fn without_key_ids(text: &str) -> String {
    let word = |word: &str| match word.len() {
        12 | 64 if word.bytes().all(|byte| byte.is_ascii_hexdigit()) => "[ID]".to_owned(),
        _ => word.to_owned(),
    };
    let parts = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    parts
        .map(|part| {
            word(part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()))
                + part.trim_start_matches(|c: char| c.is_ascii_alphanumeric())
        })
        .collect()
}
