//! What the differential runs share: how their steps are counted, and how the log of a peer's is read.

use std::fmt::{Display, Write as _};

/// The steps so far.
pub(crate) struct Score {
    /// What differs on purpose, each with its reason.
    intended: &'static [(&'static str, &'static str)],
    same: usize,
    differences: Vec<&'static str>,
    faults: Vec<String>,
}

pub(crate) struct Report {
    pub(crate) text: String,
    pub(crate) all_good: bool,
}

impl Score {
    pub(crate) fn new(intended: &'static [(&'static str, &'static str)]) -> Self {
        Self { intended, same: 0, differences: Vec::new(), faults: Vec::new() }
    }

    /// A step that must be the same; `what` was seen.
    pub(crate) fn same(&mut self, is_same: bool, what: impl FnOnce() -> String) {
        if is_same {
            self.same += 1;
        } else {
            self.faults.push(what());
        }
    }

    /// A step that must differ, as `intended.rs` says, and in the way that is right.
    pub(crate) fn differs(&mut self, why: &'static str, is_same: bool, is_right: impl FnOnce() -> bool, runs: [&dyn Display; 2]) {
        let [peer, dct] = runs;
        self.intended(
            why,
            if is_same {
                Err(format!("no difference any more ({why}):\n{peer}\n{dct}\n"))
            } else if is_right() {
                Ok(())
            } else {
                Err(format!("differs in another way than is intended ({why}):\n{peer}\n{dct}\n"))
            },
        );
    }

    /// A step that shows an intended difference, or what it shows instead.
    pub(crate) fn intended(&mut self, why: &'static str, seen: Result<(), String>) {
        assert!(self.intended.iter().any(|(name, _)| *name == why), "{why} is no intended difference");
        match seen {
            Ok(()) => self.differences.push(why),
            Err(fault) => self.faults.push(fault),
        }
    }

    /// What has come of the run of this name.
    pub(crate) fn report(&self, name: &str) -> Report {
        let good = self.same + self.differences.len();
        let all = good + self.faults.len();
        let mut text = String::new();
        for fault in &self.faults {
            writeln!(text, "{fault}").unwrap();
        }
        for (why, reason) in self.intended {
            let steps = self.differences.iter().filter(|found| *found == why).count();
            writeln!(text, "intended, {steps} steps: {why}: {reason}").unwrap();
        }
        let unused: Vec<_> = self.intended.iter().filter(|(why, _)| !self.differences.contains(why)).map(|(why, _)| *why).collect();
        if !unused.is_empty() {
            writeln!(text, "no step shows: {}", unused.join(", ")).unwrap();
        }
        let (same, intended) = (self.same, self.differences.len());
        writeln!(text, "{name}: {good} of {all} steps identical or intended ({same} identical, {intended} intended)").unwrap();
        Report { text, all_good: self.faults.is_empty() && unused.is_empty() }
    }
}

/// A warning without the number of keys that have signed, which ours adds.
pub(crate) fn without_count(line: &str) -> String {
    match line.rsplit_once(": ") {
        Some((words, count)) if words.contains("did not meet threshold") && count.contains(" of ") => words.to_owned(),
        _ => line.to_owned(),
    }
}

/// A line of a peer's log as ours words it.
pub(crate) fn warning(line: &str) -> String {
    match line.split_once("level=warning msg=") {
        Some((time, message)) if time.starts_with("time=") => {
            let message = message.strip_prefix('"').and_then(|message| message.strip_suffix('"')).unwrap_or(message);
            format!("warning: {}", message.replace("\\\"", "\""))
        }
        _ => line.to_owned(),
    }
}

/// Key IDs, whole or cut to these numbers of digits; the digests of what is signed stay.
pub(crate) fn without_ids(text: &str, shown: &[usize], digests: &[String]) -> String {
    let mut normal = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(from.len()));
        normal.push_str(before);
        let hex = word.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        let is_id = hex && shown.contains(&word.len()) && !digests.iter().any(|digest| digest == word);
        normal.push_str(if is_id { "ID" } else { word });
        rest = after;
    }
    normal + rest
}
