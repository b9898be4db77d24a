//! Every command that README, docs and the pages of the verbs show, run as it is written; only the host's name is the sandbox's.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, fs::symlink},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use dct::command_line::args;
use sandbox::{
    home::Furnishing,
    running::{Options, Sandbox},
};

use crate::{
    support::programs,
    verb::{home, text},
};

/// The host of the examples.
const HOST: &str = "dtr.example.com";

/// What is not run here, and what runs it.
const ELSEWHERE: [(&str, &str); 18] = [
    (
        "pass show jeff/key.pem | dct key load --name jeff --passphrase-file passphrase -",
        "tests/keys_given.rs, with files that openssl makes",
    ),
    ("dct key load --name jeff --passphrase-file passphrase env:JEFF_KEY", "the same"),
    ("dct delete --remote dtr.example.com/prod/nginx", "deleting.rs answers the question"),
    ("make demo", "demo.rs runs the same script"),
    ("make test", "it runs this test"),
    ("make build", "and `make test` builds the same for tests"),
    ("make install", "tests/generated runs it with a binary that is there"),
    ("sudo make install", "the same"),
    ("dct key passwd jeff", "tests/prompts.rs types the passphrases"),
    ("dct sandbox --port 4443", "verb.rs: it serves until it is interrupted"),
    ("dct sandbox -- sh", "verb.rs: a shell that waits for a person"),
    ("dct renew --recreate dtr.example.com/prod/nginx", "tests/peers/renewal.rs, where the certificate has expired"),
    (
        "dct renew --root 34e93e34ffab236737d6ad84e915ae9ccf360518accdea88b025f8a7a0a5e690 dtr.example.com/prod/nginx",
        "the same, on a machine that has never read the repository",
    ),
    ("dct renew --root 34e93e34ffab236737d6ad84e915ae9ccf360518accdea88b025f8a7a0a5e690 jeff/nginx", "the same"),
    ("dct push dtr.example.com/prod/nginx:1", "tests/peers/engine.rs, where there is a Docker Engine"),
    ("dct pull dtr.example.com/prod/nginx:1", "the same"),
    ("dct pull --all-tags dtr.example.com/prod/nginx", "the same"),
    ("docker run \"$(dct resolve dtr.example.com/prod/nginx:1)\"", "the same, but for what runs then"),
];

/// What a document or a page takes for granted: how its first line begins, and what is run before.
const BEFORE: [(&str, &str); 6] = [
    (
        "notary -s",
        "dct delete --yes --remote dtr.example.com/prod/nginx; cp \"$SSL_CERT_FILE\" ca.pem; notary() { ~/bin/notary \"$@\"; }",
    ),
    ("dct lookup", SIGNED),
    (
        "dct resolve",
        "dct signer add --key cert.pem jeff dtr.example.com/prod/nginx; dct sign --registry dtr.example.com/prod/nginx:1; \
         DIGEST=$(dct resolve dtr.example.com/prod/nginx:1 | sed 's/.*@//')",
    ),
    ("dct notary -s", SIGNED),
    ("dct key rotate", "dct signer add --key cert.pem jeff dtr.example.com/prod/nginx"),
    (
        "dct inspect --pretty dtr.example.com/prod/nginx",
        "dct signer add --key cert.pem jeff dtr.example.com/prod/nginx; dct sign --registry dtr.example.com/prod/nginx:1; \
         DIGEST=$(dct resolve dtr.example.com/prod/nginx:1 | sed 's/.*@//')",
    ),
];

const SIGNED: &str =
    "dct signer add --key cert.pem jeff dtr.example.com/prod/nginx; dct sign --registry dtr.example.com/prod/nginx:1";

/// Lines that belong together: a later one may need what an earlier one left.
struct Group {
    place: String,
    lines: Vec<String>,
}

#[test]
fn every_documented_command_does_what_it_says() {
    // the pipeline that one of them rehearses
    if !programs::installed(&["skopeo"]) {
        return;
    }
    let home = home();
    let sandbox = start();
    prepare(home.path(), sandbox.folder());
    let mut failed = Vec::new();
    let ian = run(&sandbox, home.path(), "dct key load --name ian ian/key.pem");
    assert!(ian.status.success(), "{}", text(&ian.stderr));
    let groups: Vec<Group> = of_documents().into_iter().chain(of_verbs()).collect();
    let mut count = 0;
    for group in &groups {
        let lines: Vec<&str> = group.lines.iter().map(String::as_str).filter(|line| !is_elsewhere(line)).collect();
        count += lines.len();
        let before = BEFORE.iter().find(|(first, _)| lines.first().is_some_and(|line| line.starts_with(first)));
        let before = before.map_or("", |(_, script)| script);
        let script = [before, &lines.join("\n")].join("\n").replace(HOST, sandbox.host());
        let run = run(&sandbox, home.path(), &script);
        if !run.status.success() {
            failed.push(format!("{}:\n{script}\n{}{}", group.place, text(&run.stdout), text(&run.stderr)));
        }
    }
    println!("{count} documented commands in {} places", groups.len());
    assert!(count >= 20, "the documents are not read as they are written");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_runs_elsewhere_is_documented_at_all() {
    let lines: Vec<String> = of_documents().into_iter().chain(of_verbs()).flat_map(|group| group.lines).collect();
    for (command, _) in ELSEWHERE {
        assert!(lines.iter().any(|line| without_comment(line).starts_with(command)), "{command} stands nowhere");
    }
}

#[expect(clippy::disallowed_methods, reason = "a server has its own clock")]
fn start() -> Sandbox {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_dct"));
    let furnishing = Furnishing { programs: vec![("dct".to_owned(), program)], ..Furnishing::default() };
    Sandbox::start(&Options { furnishing, ..Options::default() }, jiff::Timestamp::now()).unwrap()
}

/// The files that the examples name, in the home folder, where they are run.
fn prepare(home: &Path, sandbox: &Path) {
    let copy = |from: &str, to: &str| fs::copy(sandbox.join(from), home.join(to)).map(drop).unwrap();
    for folder in ["bin", "ian", "public"] {
        fs::create_dir(home.join(folder)).unwrap();
    }
    for (from, to) in [
        ("jeff/key.pem", "key.pem"),
        ("jeff/cert.pem", "cert.pem"),
        ("ian/key.pem", "ian/key.pem"),
        ("ian/cert.pem", "ian/cert.pem"),
        ("ian/cert.pem", "laptop.pem"),
        ("jeff/cert.pub", "server.pem"),
    ] {
        copy(from, to);
    }
    for file in ["passphrase", "new-passphrase"] {
        fs::write(home.join(file), "sandbox repository passphrase\n").unwrap();
    }
    // a root key that a file alone does not make one, and a signer's that can be removed
    let root = include_str!("../../testdata/keys/openssl/p256-pkcs8.pem").replacen("KEY-----\n", "KEY-----\nrole: root\n\n", 1);
    fs::write(home.join("root-backup.pem"), root).unwrap();
    fs::set_permissions(home.join("root-backup.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(home.join("pipeline.sh"), "#!/bin/sh\nskopeo --version >/dev/null && test -n \"$SANDBOX\"\n").unwrap();
    fs::set_permissions(home.join("pipeline.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink(env!("CARGO_BIN_EXE_dct"), home.join("bin/notary")).unwrap();
    symlink(sandbox.join("docker"), home.join(".docker")).unwrap();
}

fn run(sandbox: &Sandbox, home: &Path, script: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-ec", script]).current_dir(home).env_clear().stdin(Stdio::null());
    shell.env("HOME", home).env("PATH", std::env::var_os("PATH").unwrap());
    for variable in sandbox.environment() {
        shell.env(variable.name, variable.value_over(std::env::var_os(variable.name).filter(|_| variable.name == "PATH")));
    }
    shell.output().unwrap()
}

fn is_elsewhere(line: &str) -> bool {
    let command = without_comment(line);
    ELSEWHERE.iter().any(|(known, _)| command == *known || (known.ends_with("install") && command.starts_with(known)))
}

fn without_comment(line: &str) -> &str {
    line.split("  #").next().unwrap().trim_end()
}

/// What stands behind `$ ` in the blocks of README and docs.
fn of_documents() -> Vec<Group> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    files.extend(
        fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|e| e == "md")),
    );
    files.sort();
    let mut groups = Vec::new();
    for file in files {
        let document = fs::read_to_string(&file).unwrap();
        for (number, block) in document.split("```console\n").skip(1).enumerate() {
            let block = block.split("```").next().unwrap();
            let lines = block.lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect();
            groups.push(Group { place: format!("{}, block {}", file.display(), number + 1), lines });
        }
    }
    groups
}

/// The examples at the end of each verb's help, which its man page has too.
fn of_verbs() -> Vec<Group> {
    fn collect(command: &clap::Command, groups: &mut Vec<Group>) {
        command.get_subcommands().for_each(|command| collect(command, groups));
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let mut examples: Vec<Vec<String>> = Vec::new();
        for line in help.lines() {
            match line.strip_prefix("    ") {
                Some(line) => examples.last_mut().unwrap().push(line.to_owned()),
                None => examples.push(Vec::new()),
            }
        }
        let place = format!("help of {}", command.get_name());
        groups.extend(examples.into_iter().filter(|lines| !lines.is_empty()).map(|lines| Group { place: place.clone(), lines }));
    }
    let mut root = args::definition();
    root.build();
    let mut groups = Vec::new();
    collect(&root, &mut groups);
    groups
}
