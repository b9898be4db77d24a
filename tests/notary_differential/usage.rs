//! Mistakes on the command line, and help.

use crate::session::Session;

/// Every command, and what it is told too little.
const TOO_FEW: [&[&str]; 40] = [
    &["list"],
    &["lookup"],
    &["lookup", "a"],
    &["verify"],
    &["verify", "a"],
    &["add"],
    &["add", "a"],
    &["add", "a", "b"],
    &["addhash"],
    &["addhash", "a", "b"],
    &["addhash", "a", "b", "3"],
    &["remove"],
    &["remove", "a"],
    &["status"],
    &["reset"],
    &["reset", "a"],
    &["publish"],
    &["witness"],
    &["witness", "a"],
    &["init"],
    &["delete"],
    &["key", "generate", "a", "b"],
    &["key", "generate", "rsa"],
    &["key", "list", "x"],
    &["key", "passwd"],
    &["key", "passwd", "x"],
    &["key", "remove"],
    &["key", "remove", "x"],
    &["key", "import"],
    &["key", "export", "--gun", "a", "--key", "b"],
    &["key", "rotate"],
    &["key", "rotate", "a"],
    &["delegation", "list"],
    &["delegation", "list", "a", "b"],
    &["delegation", "add"],
    &["delegation", "add", "a"],
    &["delegation", "add", "a", "targets/b"],
    &["delegation", "remove"],
    &["delegation", "remove", "a"],
    &["delegation", "purge"],
];

const MISTAKES: [&[&str]; 16] = [
    &["delegation", "purge", "a"],
    &["foo"],
    &["lisst"],
    &["list", "--foo"],
    &["list", "--foo=bar"],
    &["list", "-x"],
    &["list", "-r"],
    &["list", "--roles"],
    &["-s"],
    &["reset", "-n", "x", "a"],
    &["key", "rotate", "a", "targets", "-l", "x"],
    &["init", "--publish=maybe", "a"],
    &["list", "-D=perhaps", "a"],
    &["addhash", "a", "b", "x", "--sha256", "aa"],
    &["addhash", "a", "b", "3", "--sha256", "aa"],
    &["addhash", "a", "b", "3", "--sha512", "aa"],
];

pub(crate) fn chapter(session: &mut Session<'_>) {
    for line in TOO_FEW.iter().chain(&MISTAKES) {
        session.same(line);
    }
    for line in
        [&[] as &[&str], &["--help"], &["help"], &["help", "list"], &["key"], &["delegation"], &["key", "--help"], &["list", "-h"]]
    {
        session.same(line);
    }
    for line in [&["key", "foo"] as &[&str], &["delegation", "foo"]] {
        session.differs("unknown-subcommand", line, |notary, dct| {
            notary.code == 0 && dct.code == 1 && dct.stdout.contains("* fatal: unknown command \"foo\" for \"notary ")
        });
    }
    for line in [&["version"] as &[&str], &["--version"]] {
        session.differs("version", line, |notary, dct| {
            notary.code == 0
                && dct.code == 0
                && dct.stdout.contains(&format!(
                    "ersion: {}{} (dct)",
                    if line.len() == 1 && line[0] == "version" { "   " } else { "" },
                    env!("CARGO_PKG_VERSION")
                ))
        });
    }
}
