//! Sets equal what has to differ between two runs: usage pages, homes and repositories, IDs of keys, and the log.

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
    /// Its log of errors is the cause that ours tells.
    pub(crate) fn of_notary(run: &Run, names: Names<'_>, digests: &[String]) -> Self {
        let logged = run.stderr.lines().filter(|line| !line.contains(" level=error msg="));
        let stderr: Vec<_> = logged.map(|line| warning(line.trim_end())).collect();
        Self::new(&run.stdout, &stderr.join("\n"), run.code, names, digests)
    }

    pub(crate) fn of_dct(run: &Run, names: Names<'_>, digests: &[String]) -> Self {
        let added = |line: &&str| line.starts_with("cause: ") || line.starts_with("hint: ");
        let stderr: Vec<_> = run.stderr.lines().filter(|line| !added(line)).map(without_count).collect();
        Self::new(&run.stdout, &stderr.join("\n"), run.code, names, digests)
    }

    fn new(stdout: &str, stderr: &str, code: i32, names: Names<'_>, digests: &[String]) -> Self {
        let equal = |text: &str| {
            let text = names.iter().fold(text.to_owned(), |text, (name, stands)| text.replace(name.as_str(), stands));
            let lines: Vec<_> = without_ids(&text, digests)
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

/// A warning without the number of keys that have signed, which ours adds.
fn without_count(line: &str) -> String {
    match line.rsplit_once(": ") {
        Some((words, count)) if words.contains("did not meet threshold") && count.contains(" of ") => words.to_owned(),
        _ => line.to_owned(),
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

/// A line of notary's log as ours words it.
fn warning(line: &str) -> String {
    match line.split_once("level=warning msg=") {
        Some((time, message)) if time.starts_with("time=") => {
            let message = message.strip_prefix('"').and_then(|message| message.strip_suffix('"')).unwrap_or(message);
            format!("warning: {}", message.replace("\\\"", "\""))
        }
        _ => line.to_owned(),
    }
}

/// Key IDs, whole or cut to the 7 digits that a prompt shows; digests of targets stay.
fn without_ids(text: &str, digests: &[String]) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len()));
        normal.push_str(before);
        let hex = word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let is_id = hex && matches!(word.len(), 7 | 64) && !digests.iter().any(|digest| digest == word);
        normal.push_str(if is_id { "ID" } else { word });
        rest = after;
    }
    normal + rest
}

#[test]
fn ids_are_set_equal_and_digests_are_not() {
    let (id, digest) = ("ab".repeat(32), "cd".repeat(32));
    let text = format!("with ID abcdef0: {id} sha256:{digest} deadbeef 1234567x");
    assert_eq!(without_ids(&text, std::slice::from_ref(&digest)), format!("with ID ID: ID sha256:{digest} deadbeef 1234567x"));
    assert_eq!(warning(r#"time="2026-11-21T15:00:00Z" level=warning msg="role \"x\"""#), "warning: role \"x\"");
    assert_eq!(without_usage("Usage:\n  notary x\n\nFlags:\n\n* fatal: no\n"), "USAGE\n\n* fatal: no\n");
    assert_eq!(without_usage("\n* fatal: no\n"), "\n* fatal: no\n");
}
