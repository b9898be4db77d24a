//! Sets equal what has to differ between two runs: names of programs, homes and repositories, and IDs of keys.

use std::collections::BTreeSet;

use crate::support::home::Run;

/// A run, ready to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Normal {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

/// Texts of one side, and what stands for them on both.
pub(crate) type Names<'a> = &'a [(String, &'static str)];

impl Normal {
    pub(crate) fn of_docker(run: &Run, names: Names<'_>, digests: &[String]) -> Self {
        let ours = |text: &str| text.replace("docker trust", "dct").replace("docker: ", "dct: ");
        let stderr: Vec<_> = ours(&run.stderr).lines().map(|line| warning(line.trim_end())).collect();
        // each of its updates of one command warns anew
        let mut stderr = stderr;
        let mut seen = BTreeSet::new();
        stderr.retain(|line| !line.starts_with("warning: ") || seen.insert(line.clone()));
        Self::new(&ours(&run.stdout), &stderr.join("\n"), run.code, names, digests)
    }

    pub(crate) fn of_dct(run: &Run, names: Names<'_>, digests: &[String]) -> Self {
        // which content was signed, and where it is from, is said by dct alone
        let source = |line: &str| line.starts_with("Signing ") && line.contains(": sha256:");
        let added = |line: &&str| line.starts_with("cause: ") || line.starts_with("hint: ") || source(line);
        let stderr: Vec<_> = run.stderr.lines().filter(|line| !added(line)).map(without_count).collect();
        Self::new(&run.stdout, &stderr.join("\n"), run.code, names, digests)
    }

    fn new(stdout: &str, stderr: &str, code: i32, names: Names<'_>, digests: &[String]) -> Self {
        let equal = |text: &str| {
            let text = names.iter().fold(text.to_owned(), |text, (name, stands)| text.replace(name.as_str(), stands));
            without_ids(&text, digests)
        };
        Self { stdout: equal(stdout), stderr: equal(stderr), code }
    }
}

/// A warning without the number of keys that have signed, which dct adds.
fn without_count(line: &str) -> String {
    match line.rsplit_once(": ") {
        Some((words, count)) if words.contains("did not meet threshold") && count.contains(" of ") => words.to_owned(),
        _ => line.to_owned(),
    }
}

/// A line of docker's log as dct words it.
fn warning(line: &str) -> String {
    match line.split_once("level=warning msg=") {
        Some((time, message)) if time.starts_with("time=") => {
            let message = message.strip_prefix('"').and_then(|message| message.strip_suffix('"')).unwrap_or(message);
            format!("warning: {}", message.replace("\\\"", "\""))
        }
        _ => line.to_owned(),
    }
}

/// Key IDs, whole or cut to the 12 or 7 digits that are shown of them; digests of images stay.
fn without_ids(text: &str, digests: &[String]) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len()));
        normal.push_str(before);
        let hex = word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let id = hex && matches!(word.len(), 7 | 12 | 64) && !digests.iter().any(|digest| digest == word);
        normal.push_str(if id { "ID" } else { word });
        rest = after;
    }
    normal + rest
}

#[test]
fn ids_are_set_equal_and_digests_are_not() {
    let (id, digest) = ("ab".repeat(32), "cd".repeat(32));
    let text = format!("with ID abcdef0: {id} {digest} deadbeef 1234567x");
    let normal = format!("with ID ID: ID {digest} deadbeef 1234567x");
    assert_eq!(without_ids(&text, &[digest]), normal);
    assert_eq!(warning(r#"time="2026-11-21T15:00:00Z" level=warning msg="role \"x\"""#), "warning: role \"x\"");
}
