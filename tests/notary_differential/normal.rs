//! Sets equal what has to differ between two runs: usage pages, homes and repositories, IDs of keys, and the log.

use crate::{
    differential::{warning, without_count, without_ids},
    support::home::Run,
};

/// A run, ready to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Normal {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// Texts of one side, and what stands for them on both.
pub(crate) type Names<'a> = &'a [(String, &'static str)];

/// How many digits of a key's ID are shown: all, or the first of them in a prompt.
const SHOWN: &[usize] = &[64, 7];

impl Normal {
    /// Its log of errors is the cause that ours tells.
    pub(crate) fn of_notary(run: &Run, names: Names<'_>, digests: &[String]) -> Self {
        let logged = run.stderr.lines().filter(|line| !line.contains(" level=error msg="));
        let stderr: Vec<_> = logged.map(|line| warning(line.trim_end())).collect();
        Self::new(&run.stdout, &stderr.join("\n"), run.code, names, digests)
    }

    pub(crate) fn of_dct(run: &Run, names: Names<'_>, digests: &[String]) -> Self {
        // that a root key was made is said by dct alone
        let added = |line: &&str| ["cause: ", "hint: ", "warning: made root key "].iter().any(|begin| line.starts_with(begin));
        let stderr: Vec<_> = run.stderr.lines().filter(|line| !added(line)).map(without_count).collect();
        Self::new(&run.stdout, &stderr.join("\n"), run.code, names, digests)
    }

    fn new(stdout: &str, stderr: &str, code: i32, names: Names<'_>, digests: &[String]) -> Self {
        let equal = |text: &str| {
            let text = names.iter().fold(text.to_owned(), |text, (name, stands)| text.replace(name.as_str(), stands));
            let lines: Vec<_> = without_ids(&text, SHOWN, digests)
                .lines()
                .map(|line| line.split("    ").map(str::trim).collect::<Vec<_>>().join("    "))
                .collect();
            without_pem(&lines).join("\n")
        };
        Self { stdout: equal(&without_usage(stdout)), stderr: equal(stderr), code }
    }
}

/// A page of usage stands before an error; its wording is for people.
fn without_usage(text: &str) -> String {
    match text.rsplit_once("\n\n* fatal: ") {
        Some((page, error)) if page.starts_with("Usage:\n") => format!("USAGE\n\n* fatal: {error}"),
        None if text.contains("\nUsage:\n") || text.starts_with("Usage:\n") => "USAGE".to_owned(),
        _ => text.to_owned(),
    }
}

/// Keys in PEM without their content, which each program encrypts anew.
fn without_pem(lines: &[String]) -> Vec<String> {
    let mut inside = false;
    let mut kept = Vec::new();
    for line in lines {
        inside = (inside || line.starts_with("-----BEGIN")) && !line.starts_with("-----END");
        if !inside || line.contains(": ") || line.starts_with('-') {
            kept.push(line.clone());
        }
    }
    kept
}

#[test]
fn ids_are_set_equal_and_digests_are_not() {
    let (id, digest) = ("ab".repeat(32), "cd".repeat(32));
    let text = format!("with ID abcdef0: {id} sha256:{digest} deadbeef 1234567x");
    assert_eq!(
        without_ids(&text, SHOWN, std::slice::from_ref(&digest)),
        format!("with ID ID: ID sha256:{digest} deadbeef 1234567x")
    );
    assert_eq!(warning(r#"time="2026-11-21T15:00:00Z" level=warning msg="role \"x\"""#), "warning: role \"x\"");
    assert_eq!(without_usage("Usage:\n  notary x\n\nFlags:\n\n* fatal: no\n"), "USAGE\n\n* fatal: no\n");
    assert_eq!(without_usage("\n* fatal: no\n"), "\n* fatal: no\n");
}
