//! Sets equal what has to differ between two runs: names of programs, homes and repositories, and IDs of keys.

use std::collections::BTreeSet;

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

/// How many digits of a key's ID are shown: all, or the first of them in a table and in a prompt.
const SHOWN: &[usize] = &[64, 12, 7];

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
        // and under which name a key is stored
        let name = |line: &str| line.starts_with("Key ") && line.contains(" is stored as ");
        // and that a root key was made
        let root = |line: &str| line.starts_with("warning: made root key ");
        // and what a "no" comes to
        let declined = |line: &str| ["nothing was removed", "the signer was not removed"].contains(&line);
        let ours = |line: &str| source(line) || name(line) || root(line) || declined(line);
        let added = |line: &&str| line.starts_with("cause: ") || line.starts_with("hint: ") || ours(line);
        let stderr: Vec<_> =
            run.stderr.lines().filter(|line| !added(line)).map(as_docker_warns).map(|line| without_count(&line)).collect();
        Self::new(&run.stdout, &stderr.join("\n"), run.code, names, digests)
    }

    fn new(stdout: &str, stderr: &str, code: i32, names: Names<'_>, digests: &[String]) -> Self {
        let equal = |text: &str| {
            let text = names.iter().fold(text.to_owned(), |text, (name, stands)| text.replace(name.as_str(), stands));
            without_ids(&text, SHOWN, digests)
        };
        Self { stdout: equal(stdout), stderr: equal(stderr), code }
    }
}

/// Where no signer of a role is left, docker tells of a threshold, which reads as an attack.
fn as_docker_warns(line: &str) -> String {
    let role =
        line.strip_prefix("warning: no signer of ").and_then(|rest| rest.strip_suffix(" is left: what it signed counts no more"));
    let docker = |role| format!("warning: Error getting {role}: valid signatures did not meet threshold for {role}");
    role.map_or_else(|| line.to_owned(), docker)
}

#[test]
fn ids_are_set_equal_and_digests_are_not() {
    let (id, digest) = ("ab".repeat(32), "cd".repeat(32));
    let text = format!("with ID abcdef0: {id} {digest} deadbeef 1234567x");
    let normal = format!("with ID ID: ID {digest} deadbeef 1234567x");
    assert_eq!(without_ids(&text, SHOWN, &[digest]), normal);
    assert_eq!(warning(r#"time="2026-11-21T15:00:00Z" level=warning msg="role \"x\"""#), "warning: role \"x\"");
}
