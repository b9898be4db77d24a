//! The scripts in `completions/` in the shells that they are for: typed on a terminal, with the TAB key.
//!
//! PowerShell is tested where it is installed, which Debian cannot do by itself.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "the support files are shared")]

#[path = "support/peers/process.rs"]
mod process;
#[path = "support/peers/programs.rs"]
mod programs;

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const NGINX: &str = "localhost:5000/prod/nginx";
const WEB: &str = "dtr.example.com/prod/web";

/// A home folder with trust data of two repositories, keys, and files to be named.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let trust = home.path().join(".docker/trust");
    fs::create_dir_all(trust.join("private")).unwrap();
    for (name, role) in [("a", "zoe"), ("b", "root")] {
        let key = format!("-----BEGIN PRIVATE KEY-----\nrole: {role}\n\nAAAA\n-----END PRIVATE KEY-----\n");
        fs::write(trust.join("private").join(name.repeat(64) + ".key"), key).unwrap();
    }
    for gun in [NGINX, WEB] {
        let metadata = trust.join("tuf").join(gun).join("metadata");
        fs::create_dir_all(metadata.join("targets")).unwrap();
        fs::write(metadata.join("root.json"), "{}").unwrap();
        let targets = r#"{"signed":{"targets":{},"delegations":{"roles":[{"name":"targets/jeff"},{"name":"targets/releases"}]}}}"#;
        fs::write(metadata.join("targets.json"), targets).unwrap();
        let releases = r#"{"signed":{"targets":{"v1.0":{},"v1.1":{},"$(touch owned)":{},"`touch owned`":{}}}}"#;
        fs::write(metadata.join("targets/releases.json"), releases).unwrap();
    }
    for file in ["b.pem", "my key.pem", "sub/c.pem", "$(touch owned).pem"] {
        fs::create_dir_all(home.path().join(file).parent().unwrap()).unwrap();
        fs::write(home.path().join(file), "").unwrap();
    }
    home
}

/// A command in that home, where `dct` is the one that was built, or one of the same words but in another folder.
fn command(program: &str, home: &Path) -> Command {
    let bin = Path::new(env!("CARGO_BIN_EXE_dct")).parent().unwrap();
    let mut command = Command::new(program);
    command.env_clear().env("HOME", home).env("TERM", "xterm").env("LC_ALL", "C.UTF-8").current_dir(home);
    command.env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display())).env("COLUMNS", "200");
    command
}

/// What the program answers a shell: the words alone.
fn answer(home: &Path, words: &[&str]) -> Vec<String> {
    let output = command("dct", home).env("DCT_COMPLETE", "1").arg("--").args(words).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{words:?}: {output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

/// What is typed, and what the line is after the TAB key.
const TYPED: [(&str, &str); 14] = [
    ("dct ins", "dct inspect "),
    ("dct signer a", "dct signer add "),
    ("dct inspect --pr", "dct inspect --pretty "),
    ("dct inspect dtr", "dct inspect dtr.example.com/prod/web "),
    ("dct delete local", "dct delete localhost:5000/prod/nginx "),
    ("dct delete localhost:50", "dct delete localhost:5000/prod/nginx "),
    ("dct sign local", "dct sign localhost:5000/prod/nginx:"),
    ("dct sign localhost:5000/prod/nginx:v", "dct sign localhost:5000/prod/nginx:v1."),
    ("dct inspect localhost:5000/prod/nginx:v1.1", "dct inspect localhost:5000/prod/nginx:v1.1 "),
    ("dct signer add --key b.pem z", "dct signer add --key b.pem zoe "),
    ("dct key load --name j", "dct key load --name jeff "),
    ("dct key load m", r"dct key load my\ key.pem "),
    ("dct key load s", "dct key load sub/"),
    ("dct key load 'my k", "dct key load 'my key.pem' "),
];

#[test]
fn the_program_answers_with_what_the_definition_and_the_machine_know() {
    let home = home();
    assert_eq!(answer(home.path(), &["delete", ""]), [WEB, NGINX]);
    assert_eq!(answer(home.path(), &["inspect", &format!("{WEB}:")]), [format!("{WEB}:v1.0"), format!("{WEB}:v1.1")]);
    assert_eq!(answer(home.path(), &["signer", "add", ""]), ["jeff", "zoe"]);
    assert_eq!(answer(home.path(), &["signer", "add", "--key", "sub/"]), ["sub/c.pem"]);
    assert_eq!(answer(home.path(), &["key", "show", ""]), ["zoe", "root"]);
    assert_eq!(answer(home.path(), &["key", "show", "aaa"]), ["a".repeat(64)]);
    assert_eq!(answer(home.path(), &["whoami", ""]), [WEB, NGINX]);
    assert_eq!(answer(home.path(), &["--config", "~/.docker", "delete", "d"]), [WEB]);
    assert_eq!(answer(home.path(), &["--config", "/nowhere", "key", "load", "--name", ""]), [""; 0]);
    assert_eq!(answer(home.path(), &["--config=/nowhere", "sub"]), [""; 0]);
}

#[test]
fn every_verb_and_flag_of_the_definition_is_offered() {
    fn check(command: &clap::Command, path: &[&str], home: &Path) {
        let offered = |word: &str| answer(home, &[path, &[word]].concat()).into_iter().collect::<BTreeSet<_>>();
        let shown = command.get_arguments().filter(|arg| !arg.is_hide_set());
        let flags = shown.filter_map(|arg| arg.get_long()).map(|long| format!("--{long}"));
        assert_eq!(offered("--"), flags.collect(), "{path:?}");
        if command.has_subcommands() {
            assert_eq!(offered(""), command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect(), "{path:?}");
        }
        for verb in command.get_subcommands() {
            check(verb, &[path, &[verb.get_name()]].concat(), home);
        }
    }
    let mut root = dct::command_line::completion::definition();
    root.build();
    check(&root, &[], home().path());
}

#[test]
fn asking_writes_nothing_and_a_variable_alone_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    for words in [&["sign", ""][..], &["key", "load", "--name", ""], &["delete", "x"], &["nonsense", "\u{1b}[31m", ""]] {
        answer(home.path(), words);
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    // what is no question of a shell is a command as always
    let version = |variable: &str| command("dct", home.path()).env("DCT_COMPLETE", variable).arg("--version").output().unwrap();
    assert!(version("1").stdout.starts_with(b"dct "));
    let other = command("dct", home.path()).env("DCT_COMPLETE", "2").args(["--", "sign", ""]).output().unwrap();
    assert!(!other.status.success());
}

#[test]
fn nothing_on_disk_can_break_it() {
    let home = home();
    let trust = home.path().join(".docker/trust");
    fs::write(trust.join("tuf").join(NGINX).join("metadata/targets.json"), b"\xff\xfe{").unwrap();
    fs::write(trust.join("tuf").join(NGINX).join("metadata/targets/releases.json"), "[]").unwrap();
    fs::write(trust.join("private/junk.key"), "junk").unwrap();
    std::os::unix::fs::symlink("tuf", trust.join("tuf/loop")).unwrap();
    assert_eq!(answer(home.path(), &["sign", &format!("{NGINX}:")]), [""; 0]);
    assert_eq!(answer(home.path(), &["delete", ""]), [WEB, NGINX]);
    assert_eq!(answer(home.path(), &["signer", "add", ""]), ["jeff", "zoe"]);
    fs::write(home.path().join("a\nb.pem"), "").unwrap();
    assert!(answer(home.path(), &["key", "load", ""]).iter().all(|file| !file.starts_with('a')));
}

/// Types each line, presses TAB, and compares what the shell shows when it is asked for its line.
fn type_all(shell: &mut PtySession, home: &Path) {
    for (typed, expected) in TYPED {
        // Ctrl-T shows the line between brackets, and empties it
        shell.send(&format!("{typed}\t\u{14}")).unwrap();
        shell.flush().unwrap();
        let (_, line) = shell.exp_regex(r"LINE<[^>]*>ENIL").unwrap_or_else(|error| panic!("{typed}: {error}"));
        assert_eq!(line, format!("LINE<{expected}>ENIL"), "{typed}");
    }
    // what was typed is a name, whatever it says
    for typed in [
        "dct sign $(touch owned",
        "dct sign `touch owned`",
        "dct sign \"$(touch owned)\" ",
        "dct key load '$(t",
        "dct key load \\$",
    ] {
        shell.send(&format!("{typed}\t\u{14}")).unwrap();
        shell.flush().unwrap();
        shell.exp_regex(r"LINE<[^>]*>ENIL").unwrap_or_else(|error| panic!("{typed}: {error}"));
    }
    assert!(!home.join("owned").exists());
    // a shell does not mind being terminated
    shell.send_line("exit").unwrap();
    shell.exp_eof().unwrap();
}

#[test]
fn bash_completes() {
    if !programs::installed(&["bash"]) {
        return;
    }
    let home = home();
    let rc = home.path().join(".rc");
    let setup = format!(
        "PS1='> '\nsource {ROOT}/completions/dct.bash\nshow() {{ printf 'LINE<%s>ENIL\\n' \"$READLINE_LINE\"; READLINE_LINE=; }}\n\
         bind 'set bell-style none'\nbind 'set enable-bracketed-paste off'\nbind -x '\"\\C-t\": show'\n"
    );
    fs::write(&rc, setup).unwrap();
    let mut bash = command("bash", home.path());
    bash.args(["--noprofile", "--rcfile"]).arg(&rc).arg("-i");
    let mut bash = spawn_command(bash, Some(10_000)).unwrap();
    type_all(&mut bash, home.path());
}

#[test]
fn zsh_completes() {
    if !programs::installed(&["zsh"]) {
        return;
    }
    let home = home();
    // (The key's usual widget evaluates `$(…)` by itself, whatever the command is.)
    // installed as `make install` does it: by the function's name in a folder of functions
    let functions = home.path().join(".functions");
    fs::create_dir(&functions).unwrap();
    fs::copy(Path::new(ROOT).join("completions/_dct"), functions.join("_dct")).unwrap();
    let setup = "PS1='> '\nunsetopt beep\nfpath=(~/.functions $fpath)\nautoload -Uz compinit\ncompinit -u -D\nunset zle_bracketed_paste\n\
         zstyle ':completion:*' menu no\nsetopt no_auto_menu no_list_beep no_always_last_prompt no_auto_remove_slash\n\
         show() { print -r -- \"LINE<$BUFFER>ENIL\"; BUFFER= }\nzle -N show\nbindkey '^T' show\nbindkey '^I' complete-word\nKEYTIMEOUT=1\n";
    fs::write(home.path().join(".zshrc"), setup).unwrap();
    let mut zsh = command("zsh", home.path());
    zsh.args(["-o", "no_global_rcs", "-i"]);
    let mut zsh = spawn_command(zsh, Some(10_000)).unwrap();
    type_all(&mut zsh, home.path());
}

#[test]
fn fish_completes() {
    if !programs::installed(&["fish"]) {
        return;
    }
    let home = home();
    let complete = |line: &str| {
        let mut fish = command("fish", home.path());
        fish.args(["--no-config", "-c", "source $argv[1]; complete -C \"$argv[2]\""]);
        let output = fish.arg(format!("{ROOT}/completions/dct.fish")).arg(line).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{line}: {output:?}");
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().map(|line| line.split('\t').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (line, expected) in [
        ("dct ins", &["inspect"][..]),
        ("dct inspect --pr", &["--pretty"]),
        ("dct delete ", &[WEB, NGINX]),
        ("dct delete localhost:50", &[NGINX]),
        ("dct sign localhost:5000/prod/nginx:v", &["localhost:5000/prod/nginx:v1.0", "localhost:5000/prod/nginx:v1.1"]),
        ("dct signer add --key b.pem ", &["jeff", "zoe"]),
        ("dct key load m", &["my key.pem"]),
        ("dct key load my\\ ", &["my key.pem"]),
        ("dct key load s", &["sub/"]),
        ("dct sign $(touch owned)", &[]),
    ] {
        assert_eq!(complete(line), expected, "{line}");
    }
    assert!(!home.path().join("owned").exists());
}

#[test]
fn powershell_completes() {
    // not in Debian, so it may be absent in CI too
    if programs::path_of("pwsh").is_none() {
        use std::io::Write as _;
        writeln!(std::io::stderr(), "SKIPPED: pwsh is not installed").unwrap();
        return;
    }
    let home = home();
    let script =
        "param($file, $line)\n. $file\n(TabExpansion2 $line $line.Length).CompletionMatches | ForEach-Object CompletionText";
    fs::write(home.path().join("ask.ps1"), script).unwrap();
    for (line, expected) in [
        ("dct ins", "inspect\n".to_owned()),
        ("dct delete ", format!("{WEB}\n{NGINX}\n")),
        ("dct key load m", "'my key.pem'\n".to_owned()),
        ("dct sign $(New-Item owned)", String::new()),
    ] {
        let mut pwsh = command("pwsh", home.path());
        let output = pwsh.args(["-NoProfile", "-File", "ask.ps1", &format!("{ROOT}/completions/dct.ps1"), line]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{line}");
    }
    assert!(!home.path().join("owned").exists());
}
