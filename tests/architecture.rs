//! The rules of the house, read from the source: which room may use which, what a pure room may touch, how long a file may be.

#![allow(
    clippy::needless_range_loop,
    clippy::semicolon_if_nothing_returned,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The crates, and which others each may stand on.
const CRATES: [(&str, &str, &[&str]); 5] = [
    ("trust", "crates/trust", &[]),
    ("client", "crates/client", &["trust"]),
    ("host", "crates/host", &["client", "trust"]),
    ("sandbox", "crates/sandbox", &["trust"]),
    ("dct", ".", &["client", "host", "sandbox", "trust"]),
];

/// The rooms of a crate, from the ground up.
const ROOMS: [(&str, &[&str]); 3] = [
    ("trust", &["crypto", "json", "model", "verify", "edit"]),
    (
        "client",
        &[
            "safe_text",
            "moment",
            "not_used",
            "in_parallel",
            "ports",
            "overtaken",
            "unreleased",
            "error",
            "session",
            "outcome",
            "keys",
            "state",
            "repo",
            "image",
        ],
    ),
    ("dct", &["term", "face", "passphrases", "options", "config", "render", "compose", "notary", "verb", "command_line"]),
];

/// What the pure crate has no business with, among all that it stands on.
const IMPURE_CRATES: [&str; 14] = [
    "clap",
    "dirs",
    "hyper",
    "indicatif",
    "nix",
    "reqwest",
    "rpassword",
    "rustix",
    "rustls",
    "socket2",
    "tempfile",
    "tokio",
    "tracing",
    "url",
];

/// What each command has, and each command line.
const OF_EACH_COMMAND_LINE: [&str; 5] = ["Args", "Arguments", "Command", "GlobalFlags", "KeyCommand"];

/// What stands beside the commands and is none.
const SHARED_BY_COMMANDS: [&str; 13] = [
    "changes",
    "command",
    "definition",
    "delegation_words",
    "consent",
    "given_key",
    "key_choice",
    "key_names",
    "new_target",
    "public_key",
    "signed_target",
    "signer_name",
    "target_file",
];

/// The libraries that draw on a terminal and read it, each with its file.
const OF_THE_TERMINAL: [(&str, &str); 3] =
    [("comfy_table", "src/term/table.rs"), ("indicatif", "src/term/progress.rs"), ("rpassword", "src/term/terminal.rs")];

/// Most lines of a file, its tests left out.
const MAX_LINES: usize = 400;

/// What the ends share, and what of it is for all: it reads, and stands behind no port.
const SHARED_BY_ENDS: [&str; 4] = ["bounded", "http", "pipe", "process"];
const FOR_ALL: &str = "bounded";

/// What docker and notary say of failures. Who would say it asks the face, which makes it from facts.
const OF_THE_PEERS: [&str; 49] = [
    "Cannot connect to the Docker daemon",
    "Cannot have canonical role key without a gun",
    "Could not add all targets",
    "Error importing key",
    "Error response from daemon",
    "Error: error contacting notary server",
    "Invalid key generated",
    "No trusted tags for",
    "No valid trust data for",
    "Warning: potential malicious behavior",
    "action not yet supported",
    "cannot find matching private key id",
    "cannot specify 64-byte hexadecimal strings",
    "client is offline",
    "could not find necessary signing keys",
    "could not obtain public key from IDs",
    "could not parse provided certificate",
    "could not rotate trust to a new trusted root",
    "could not validate the path to a trusted root",
    "delegation does not exist",
    "does not have trust data for",
    "does not specify enough valid signing keys",
    "expected CERTIFICATE or PUBLIC KEY",
    "failed to validate integrity of roots",
    "invalid CA certs provided",
    "invalid certificate: ",
    "invalid checksum digest",
    "invalid delegation role name",
    "invalid paths to add to role",
    "invalid reference format",
    "invalid trust pinning specified",
    "is lower than current version",
    "key with same ID already exists",
    "maximum number of passphrase attempts exceeded",
    "must be lowercase",
    "no signed tags to remove",
    "no valid public key found",
    "no valid signing keys for delegation roles",
    "notary does not",
    "only target meta and delegations changes supported",
    "password invalid, operation has failed",
    "this role is not known",
    "type of root change not yet supported",
    "unable to match any certificates to trust_pinning config",
    "unable to parse pem encoded public key",
    "unable to retrieve valid leaf certificates",
    "unable to rotate remote key",
    "unknown public key format",
    "unsupported action against delegations",
];

/// What a pure room has no business with.
const IMPURE: [&str; 13] = [
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "std::io::std",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "reqwest",
    "rpassword",
    "tracing",
    "println!",
];

struct Source {
    /// From the top of the repository.
    path: PathBuf,
    /// The module's path from its crate on, such as `["trust", "verify", "floor"]`.
    module: Vec<String>,
    /// The text without comments, texts and the tests at the bottom.
    code: String,
}

fn sources() -> Vec<Source> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files)
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path)
            }
        }
    }
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for (name, folder, _) in CRATES {
        let root = top.join(folder).join("src");
        let mut files = Vec::new();
        walk(&root, &mut files);
        files.sort();
        all.extend(files.into_iter().map(|path| {
            let relative = path.strip_prefix(&root).unwrap().with_extension("");
            let parts = relative.iter().map(|part| part.to_string_lossy().into_owned());
            let mut module: Vec<String> = [name.to_owned()].into_iter().chain(parts).collect();
            if module.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
                module.pop();
            }
            let code = without_comments_and_texts(&without_tests(&fs::read_to_string(&path).unwrap()));
            Source { path: path.strip_prefix(top).map_or_else(|_| path.clone(), Path::to_owned), module, code }
        }));
    }
    all
}

fn without_tests(text: &str) -> String {
    text.split("\n#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

fn without_comments_and_texts(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut chars = line.chars().peekable();
        let mut in_text = false;
        while let Some(c) = chars.next() {
            match c {
                '\\' if in_text => drop(chars.next()),
                '"' => in_text = !in_text,
                '/' if !in_text && chars.peek() == Some(&'/') => break,
                c if !in_text => out.push(c),
                _ => {}
            }
        }
        out.push('\n');
    }
    out
}

/// Every module path that a file uses, in `use` trees and in the middle of the code, from the name of its crate on.
fn used_paths(source: &Source) -> BTreeSet<Vec<String>> {
    let mut paths = BTreeSet::new();
    let own = &source.module[..1];
    for start in
        ["crate", "super", "self"].into_iter().chain(CRATES.map(|(name, ..)| name).into_iter().filter(|name| own != [*name]))
    {
        for (at, _) in source.code.match_indices(&format!("{start}::")) {
            let before = source.code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            expand(&source.code[at..], &[], &mut |path| {
                let mut base = source.module.clone();
                let mut rest = path;
                if rest[0] == "crate" {
                    base.truncate(1);
                    rest = &rest[1..];
                } else if CRATES.iter().any(|(name, ..)| *name == rest[0]) {
                    base.clear();
                }
                while rest.first().is_some_and(|part| part == "super" || part == "self") {
                    // what stands in `a/b.rs` is the module a::b, and its `super` is a
                    if rest[0] == "super" {
                        base.pop();
                    }
                    rest = &rest[1..];
                }
                paths.insert(base.into_iter().chain(rest.iter().cloned()).collect());
            });
        }
    }
    paths
}

/// Expands `a::{b, c::{d, e}}` at the beginning of a text; returns how much of it was the tree.
fn expand(text: &str, prefix: &[String], found: &mut impl FnMut(&[String])) -> usize {
    let mut path = prefix.to_vec();
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if let Some(group) = rest.strip_prefix('{') {
            at += 1;
            let mut inner = group;
            loop {
                let skipped = inner.len() - inner.trim_start_matches([' ', '\n', ',']).len();
                at += skipped;
                inner = &inner[skipped..];
                if inner.is_empty() || inner.starts_with('}') {
                    return at + 1;
                }
                let used = expand(inner, &path, found).max(1);
                at += used;
                inner = &inner[used..];
            }
        }
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        path.push(rest[..word].to_owned());
        at += word;
        if text[at..].starts_with("::") {
            at += 2;
        } else {
            found(&path);
            // the rest of an item in a group, such as ` as _`
            let end = text[at..].find([',', '}', ';', '\n', '(', ')']).unwrap_or(0);
            return if text[at..].starts_with(" as ") { at + end } else { at };
        }
    }
}

#[test]
fn every_crate_stands_on_those_that_it_may() {
    for (name, folder, may) in CRATES {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        let dependencies = manifest.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap();
        let ours = |line: &&str| CRATES.iter().any(|(ours, ..)| line.split([' ', '.']).next() == Some(ours));
        let uses: Vec<&str> = dependencies.lines().filter(ours).map(|line| line.split([' ', '.']).next().unwrap()).collect();
        assert_eq!(uses, *may, "{name}");
    }
}

#[test]
fn a_type_s_name_stands_for_one_thing_in_a_crate() {
    let mut places: BTreeMap<(String, String), Vec<PathBuf>> = BTreeMap::new();
    for source in sources() {
        for line in source.code.lines().filter(|line| line.starts_with("pub")) {
            let mut words =
                line.split([' ', '<', '(', ';', '{', ':']).skip_while(|word| !["struct", "enum", "trait"].contains(word));
            if let (Some(_), Some(name)) = (words.next(), words.next()) {
                places.entry((source.module[0].clone(), name.to_owned())).or_default().push(source.path.clone());
            }
        }
    }
    let twice =
        |((_, name), places): &(&(String, String), &Vec<PathBuf>)| places.len() > 1 && !OF_EACH_COMMAND_LINE.contains(&&**name);
    let twice: Vec<_> = places.iter().filter(twice).collect();
    assert!(twice.is_empty(), "{twice:#?}");
}

#[test]
fn nothing_impure_is_below_the_pure_crate() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let tree = std::process::Command::new(cargo)
        .args(["tree", "--package", "trust", "--edges", "normal", "--prefix", "none", "--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains("sha2"), "{tree}");
    let impure: Vec<_> = IMPURE_CRATES.iter().filter(|name| names.contains(**name)).collect();
    assert!(impure.is_empty(), "{impure:?}");
}

#[test]
fn the_rooms_of_a_crate_stand_on_each_other() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module.len() > 1) {
        let Some((name, rooms)) = ROOMS.iter().find(|(name, _)| *name == source.module[0]) else { continue };
        let place = |room: &str| rooms.iter().position(|known| *known == room).unwrap_or_else(|| panic!("{room} has no place"));
        for path in used_paths(source).iter().filter(|path| path.len() > 1 && path[0] == *name) {
            if place(room(path, rooms)) > place(room(&source.module, rooms)) {
                wrong.push(format!("{} uses {}", source.path.display(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The room of a module. A folder's failures belong to the room of the failures, which sums them up below all that fail.
fn room<'a>(path: &'a [String], rooms: &[&str]) -> &'a str {
    match path {
        [_, _, file, ..] if file == "error" && rooms.contains(&file.as_str()) => file,
        path => &path[1],
    }
}

#[test]
fn no_command_knows_another() {
    let mut wrong = Vec::new();
    let commands = sources().into_iter().filter(|source| source.module.len() > 2 && source.module[0] == "dct");
    for source in commands.filter(|source| source.module[1] == "verb" || source.module[1] == "notary") {
        let others = used_paths(&source).into_iter().filter(|path| path.len() > 2 && path[..2] == source.module[..2]);
        let shared = |path: &Vec<String>| SHARED_BY_COMMANDS.contains(&path[2].as_str());
        wrong.extend(others.filter(|path| !shared(path)).map(|path| format!("{} uses {}", source.path.display(), path.join("::"))));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_end_knows_another_but_those_that_are_shared() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module.len() > 1 && source.module[0] == "host") {
        for path in used_paths(source).iter().filter(|path| path.len() > 1 && path[0] == "host") {
            if path[1] != source.module[1] && !SHARED_BY_ENDS.contains(&path[1].as_str()) {
                wrong.push(format!("{} uses {}", source.path.display(), path.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The transport knows nothing of what is asked, and the memo nothing at all; authentication stands on both.
#[test]
fn http_is_three_things_that_stand_on_each_other() {
    let parts = ["memo", "transport", "auth"];
    let place = |path: &[String]| path.get(2).and_then(|part| parts.iter().position(|known| known == part));
    let of_http = |path: &[String]| path.len() > 2 && path[0] == "host" && path[1] == "http";
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for source in sources().iter().filter(|source| of_http(&source.module)) {
        let own = place(&source.module).unwrap_or_else(|| panic!("{} has no place", source.path.display()));
        seen.insert(own);
        for path in used_paths(source).iter().filter(|path| of_http(path)) {
            // what is reached by way of the front is not known to be below
            if place(path).is_none_or(|used| used > own) {
                wrong.push(format!("{} uses {}", source.path.display(), path.join("::")));
            }
        }
        let words = ["/v2/", "www_authenticate", "bearer"];
        let code = source.code.to_lowercase();
        if own < 2 && words.iter().any(|word| code.contains(word)) {
            wrong.push(format!("{} knows the registry's protocol", source.path.display()));
        }
    }
    assert_eq!(seen.len(), parts.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn composition_alone_chooses_ends() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module[0] == "dct") {
        let is_end = |path: &Vec<String>| path[0] == "host" && path.get(1).is_none_or(|room| room != FOR_ALL);
        let uses = used_paths(source).into_iter().filter(is_end);
        if source.module.get(1).is_none_or(|room| room != "compose") {
            wrong.extend(uses.map(|path| format!("{} uses {}", source.path.display(), path.join("::"))));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_two_files_import_each_other_in_a_circle() {
    let sources = sources();
    let modules: BTreeMap<Vec<String>, usize> = sources.iter().enumerate().map(|(i, source)| (source.module.clone(), i)).collect();
    let file_of = |path: &[String]| (1..=path.len()).rev().find_map(|len| modules.get(&path[..len]).copied());
    let uses: Vec<BTreeSet<usize>> = sources
        .iter()
        .enumerate()
        .map(|(i, source)| used_paths(source).iter().filter_map(|path| file_of(path)).filter(|used| *used != i).collect())
        .collect();
    let reaches = |from: usize| {
        let (mut seen, mut queue) = (BTreeSet::new(), uses[from].iter().copied().collect::<Vec<_>>());
        while let Some(file) = queue.pop() {
            if seen.insert(file) {
                queue.extend(uses[file].iter().copied());
            }
        }
        seen
    };
    let name = |i: usize| sources[i].path.display().to_string();
    let mut circles = Vec::new();
    for i in 0..sources.len() {
        for &used in &uses[i] {
            if reaches(used).contains(&i) {
                circles.push(format!("{} uses {}, which comes back to it", name(i), name(used)));
            }
        }
    }
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn the_lowest_crate_touches_nothing() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.module[0] == "trust") {
        wrong.extend(
            IMPURE.iter().filter(|word| source.code.contains(**word)).map(|word| format!("{}: {word}", source.path.display())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What has expired is not for reading: a chain that overlooks ends is begun in one place, and what may see its outcome is counted.
#[test]
fn expired_trust_data_is_reached_from_recovery_alone() {
    let users = |words: &[&str]| -> Vec<String> {
        let all = sources();
        let found = all.iter().filter(|source| words.iter().any(|word| source.code.contains(word)));
        let mut names: Vec<String> = found.map(|source| source.path.display().to_string()).collect();
        names.sort();
        names
    };
    assert_eq!(users(&["settle_for_recovery"]), ["crates/client/src/state/refresh.rs", "crates/trust/src/verify/bootstrap.rs"]);
    let callers = [
        "crates/client/src/repo/expiry.rs",
        "crates/client/src/repo/recreate.rs",
        "crates/client/src/repo/renew.rs",
        "crates/client/src/state/refresh/recovery.rs",
    ];
    assert_eq!(users(&[" for_recovery(", "(for_recovery(", "for_renewal(", "for_recreation("]), callers);
    // what is signed anew is vouched for: who only tells of ends may ask without
    assert_eq!(
        users(&[" for_recovery(", "(for_recovery("]),
        ["crates/client/src/repo/expiry.rs", "crates/client/src/state/refresh/recovery.rs"]
    );
    let holders = [
        "crates/client/src/repo/recreate.rs",
        "crates/client/src/repo/renew.rs",
        "crates/client/src/state/publish/state.rs",
        "crates/client/src/state/refresh/read_back.rs",
        "crates/client/src/state/refresh/recovery.rs",
        "crates/trust/src/edit/recovery.rs",
    ];
    assert_eq!(users(&["Recoverable"]), holders);
    let overlooking = [
        "crates/client/src/state/refresh.rs",
        "crates/client/src/state/refresh/read_back.rs",
        "crates/client/src/state/refresh/recovery.rs",
    ];
    let tuf = [
        "crates/trust/src/edit/plan.rs",
        "crates/trust/src/edit/recovery.rs",
        "crates/trust/src/verify/bootstrap.rs",
        "crates/trust/src/verify/ends.rs",
    ];
    assert_eq!(users(&["Overlooked"]), [&overlooking[..], &tuf].concat());
}

#[test]
fn payloads_are_read_by_verification_alone() {
    let users = |word: &str| -> Vec<String> {
        let sources = sources();
        sources.iter().filter(|source| source.code.contains(word)).map(|source| source.path.display().to_string()).collect()
    };
    assert_eq!(users("Verification::begin"), ["crates/trust/src/verify/threshold.rs"]);
    assert_eq!(users("remote.publish("), ["crates/client/src/state/publish/mod.rs"], "one file sends metadata");
}

/// A use case works on a session. What is asked of one by `check_…` is answered by its error.
#[test]
fn a_use_case_returns_what_it_found_out() {
    let (mut use_cases, mut wrong) = (0, Vec::new());
    let rooms = ["image", "keys", "repo"];
    for source in sources()
        .iter()
        .filter(|source| source.module[0] == "client" && source.module.get(1).is_some_and(|room| rooms.contains(&room.as_str())))
    {
        for function in source.code.split("\npub fn ").skip(1) {
            let signature = function.split('{').next().unwrap_or_default();
            if signature.contains("session: &Session") && signature.contains("-> Result<") && !signature.starts_with("check_") {
                use_cases += 1;
                if signature.contains("Result<()") {
                    wrong.push(format!("{}: {}", source.path.display(), signature.split('(').next().unwrap_or_default()));
                }
            }
        }
    }
    assert!(use_cases > 20 && wrong.is_empty(), "{use_cases}: {wrong:#?}");
}

#[test]
fn a_warning_is_facts() {
    let sources = sources();
    let of = |path: &str| sources.iter().find(|source| source.path.as_path() == Path::new(path)).map(|source| source.code.as_str());
    let warning = of("crates/client/src/ports/warning.rs").unwrap();
    assert!(warning.contains("enum Warning") && ["format!", "Display", "#[error"].iter().all(|word| !warning.contains(word)));
    let telling: Vec<_> =
        sources.iter().filter(|source| source.code.contains("Event::Warning(")).map(|source| &source.path).collect();
    let in_client: Vec<_> = telling.into_iter().filter(|path| path.starts_with("crates/client")).collect();
    assert_eq!(in_client, [Path::new("crates/client/src/outcome.rs"), Path::new("crates/client/src/session.rs")]);
}

#[test]
fn what_the_peers_say_of_failures_is_said_by_the_face_alone() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut wrong, mut said) = (Vec::new(), BTreeSet::new());
    for source in sources() {
        // a Notary server has a server's words
        if source.module[0] == "sandbox" {
            continue;
        }
        let text = without_tests(&fs::read_to_string(top.join(&source.path)).unwrap());
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (line, words) in lines.flat_map(|line| OF_THE_PEERS.iter().map(move |words| (line, *words))) {
            if line.contains(words) {
                said.insert(words);
                if !source.path.starts_with("src/face") {
                    wrong.push(format!("{}: {words}", source.path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let unsaid: Vec<_> = OF_THE_PEERS.iter().filter(|words| !said.contains(*words)).collect();
    assert!(unsaid.is_empty(), "nobody says {unsaid:#?}");
}

/// Each of these libraries has edges that one file knows.
#[test]
fn a_library_of_the_terminal_is_used_in_one_file() {
    for (library, file) in OF_THE_TERMINAL {
        let is_used = |source: &&Source| source.code.contains(&format!("{library}::"));
        let users: Vec<String> = sources().iter().filter(is_used).map(|source| source.path.display().to_string()).collect();
        assert_eq!(users, [file], "{library}");
    }
}

#[test]
fn one_idea_a_file() {
    let mut lengths: Vec<(usize, PathBuf)> = Vec::new();
    for source in sources() {
        let name = source.path.to_string_lossy().into_owned();
        assert!(!name.contains("util") && !name.contains("helper.rs/"), "{name}");
        lengths.push((source.code.lines().count(), source.path));
    }
    lengths.sort();
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > MAX_LINES).collect();
    assert!(long.is_empty(), "{long:?}");
    let median = lengths[lengths.len() / 2].0;
    assert!(median <= 150, "the median file has {median} lines");
}

#[test]
fn the_rules_see_what_they_look_for() {
    let source = Source {
        path: "crates/client/src/keys/x.rs".into(),
        module: vec!["client".into(), "keys".into(), "x".into()],
        code: "use crate::{ports::{A, B as C}, session};\nuse super::known::Known;\nuse trust::json::Json;\nfn f() { host::store::f() }"
            .to_owned(),
    };
    let paths: Vec<String> = used_paths(&source).iter().map(|path| path.join("::")).collect();
    assert_eq!(
        paths,
        [
            "client::keys::known::Known",
            "client::ports::A",
            "client::ports::B",
            "client::session",
            "host::store::f",
            "trust::json::Json"
        ]
    );
}
