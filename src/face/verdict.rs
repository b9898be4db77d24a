//! The exit codes of the verbs that answer whether an image may be used: a script can tell "not signed" from "no answer". Where others have such
//! codes they are the same (Cosign's 10 to 12).

use crate::term::error::{CliError, ExitStatus};
use client::not_used::NotUsed;

/// The verbs that end so.
const VERBS: [&str; 1] = ["resolve"];

/// What is wrong, by exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Verdict {
    /// Nobody who counts has signed it.
    NotSigned = 10,
    /// The registry does not have it.
    NoSuchTag = 11,
    /// Another content is signed than the one that was named.
    Conflict = 13,
    /// It has expired.
    Expired = 14,
    /// What came is not what it must be, or less than was verified here before.
    Tampering = 15,
    /// The root is not one that is trusted here.
    RootNotPinned = 16,
    /// No answer, or none of this protocol.
    Unreachable = 20,
    /// The login does not do.
    NotAuthorised = 21,
}

/// The table: which failures, by their codes, end with which exit code. What is not in it ends with 1.
const TABLE: [(Verdict, &[&str]); 8] = [
    (Verdict::NotSigned, &["digest-not-released", "no-trust-data", "no-trusted-tags", "not-initialized", "unreleased"]),
    (Verdict::NoSuchTag, &["no-such-digest", "no-such-tag"]),
    (Verdict::Conflict, &["other-digest-released"]),
    (Verdict::Expired, &["expired"]),
    (
        Verdict::Tampering,
        &[
            "bad-key-id",
            "checksum",
            "equivocation",
            "malformed",
            "no-signatures",
            "not-found",
            "releases-unusable",
            "replaced",
            "role-removed",
            "role-unusable",
            "rollback",
            "root-gap",
            "root-missing",
            "root-moved",
            "root-rotation",
            "root-sequence",
            "threshold",
            "too-many-delegations",
            "too-many-signatures",
            "version-leap",
        ],
    ),
    (Verdict::RootNotPinned, &["no-valid-root-certificate", "nothing-pinned", "root-not-pinned", "root-not-signed"]),
    (Verdict::Unreachable, &["bad-answer", "connection-lost", "proxy", "server-error", "tls", "unreachable"]),
    (Verdict::NotAuthorised, &["credentials-withheld", "forbidden", "unauthorized"]),
];

/// What a command line cannot mean.
const MISUSE: [&str; 2] = ["invalid-reference", "usage"];

impl Verdict {
    /// Of a failure; none where it says nothing of the image.
    fn of(error: &CliError) -> Option<Self> {
        let why = error.facts().get("why").filter(|_| error.code() == "releases-unusable");
        let is = |wanted: NotUsed| why.is_some_and(|why| why.is(wanted.name()));
        if is(NotUsed::Expired) {
            return Some(Self::Expired);
        }
        if is(NotUsed::NoSigner) || is(NotUsed::OtherSigners) {
            return Some(Self::NotSigned);
        }
        TABLE.iter().find(|(_, codes)| codes.contains(&error.code())).map(|(verdict, _)| *verdict)
    }
}

/// The failure of a verb, by its words, with the exit code that its kind has there. Other verbs end as ever.
pub(crate) fn judged(words: &str, error: CliError) -> CliError {
    if !VERBS.contains(&words) || error.status() != ExitStatus::Failed {
        return error;
    }
    if MISUSE.contains(&error.code()) {
        return error.with_status(ExitStatus::BadFlag);
    }
    match Verdict::of(&error) {
        Some(verdict) => error.with_status(ExitStatus::Verdict(verdict as u8)),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the documentation: code, exit code.
    fn documented() -> Vec<(u8, Vec<String>)> {
        let page = include_str!("../../docs/exit-codes.md");
        let rows = page.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let code = cells.next()?.trim().parse().ok().filter(|code| (10..30).contains(code))?;
            let codes = cells.nth(1)?.split('`').skip(1).step_by(2).map(str::to_owned);
            Some((code, codes.collect()))
        });
        rows.collect()
    }

    #[test]
    fn the_documentation_has_the_table() {
        let here = TABLE.map(|(verdict, codes)| (verdict as u8, codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>()));
        assert_eq!(documented(), here);
    }

    #[test]
    fn a_failure_has_its_exit_code_at_the_verbs_that_judge_alone() {
        let failure = |code| CliError::new("").coded(code);
        for (code, status) in [("no-trust-data", 10), ("rollback", 15), ("unreachable", 20), ("usage", 125), ("io", 1)] {
            assert_eq!(judged("resolve", failure(code)).status().code(), status);
            assert_eq!(judged("inspect", failure(code)).status().code(), 1);
        }
        let lost = CliError::silent(ExitStatus::Unread).coded("rollback");
        assert_eq!(judged("resolve", lost).status(), ExitStatus::Unread);
    }
}
