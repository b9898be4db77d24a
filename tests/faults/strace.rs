//! Faults in the program's own calls to the operating system, put there by `strace`.

use std::{collections::BTreeMap, env, fs, path::Path, process::Command};

use crate::person::Person;

/// The calls that change something on disk; `openat` both creates files and opens them.
const MUTATING: &str = "openat,mkdir,mkdirat,chmod,fchmod,fchmodat,write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,\
                        link,linkat,unlink,unlinkat,rmdir";

/// A call of the program's first thread: its name, and how many of that name it makes up to this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) call: String,
    pub(crate) number: usize,
}

/// Whether faults can be injected here. In CI they must be.
pub(crate) fn works() -> bool {
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).output().is_ok_and(|output| output.status.success());
    assert!(works || env::var_os("CI").is_none(), "strace does not work, and CI wants these tests");
    if !works {
        println!("SKIPPED: strace is absent, or tracing is not permitted");
    }
    works
}

/// Every call by which `args` changes something below `folder`, learnt from a run that nothing disturbs.
pub(crate) fn points(person: &Person, args: &[&str], folder: &Path) -> Vec<Point> {
    let file = person.home().join("trace");
    let trace = format!("trace={MUTATING}");
    let output = strace(person, args, &["-y", "-e", "signal=none", "-e", &trace, "-o", file.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = fs::read_to_string(&file).unwrap();
    fs::remove_file(file).unwrap();
    let first = text.split_whitespace().next().unwrap();
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut points = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, arguments)) = rest.trim_start().split_once('(') else { continue };
        if thread != first {
            continue;
        }
        let number = counts.entry(call).or_default();
        *number += 1;
        let changes = call != "openat" || arguments.contains("O_CREAT");
        if changes && arguments.contains(folder.to_str().unwrap()) {
            points.push(Point { call: call.to_owned(), number: *number });
        }
    }
    assert!(!points.is_empty(), "nothing below {} is changed: {text}", folder.display());
    points
}

/// The program, killed before it makes this call.
pub(crate) fn killed(person: &Person, args: &[&str], point: &Point) -> Command {
    fault(person, args, point, "signal=KILL")
}

/// The program, to which the disk says at this call that it is full.
pub(crate) fn disk_full(person: &Person, args: &[&str], point: &Point) -> Command {
    fault(person, args, point, "error=ENOSPC")
}

fn fault(person: &Person, args: &[&str], Point { call, number }: &Point, fault: &str) -> Command {
    // a call that is killed on its way in does not happen
    strace(
        person,
        args,
        &["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &format!("inject={call}:{fault}:when={number}")],
    )
}

fn strace(person: &Person, args: &[&str], options: &[&str]) -> Command {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq"]).args(options).args(["--", env!("CARGO_BIN_EXE_dct")]);
    person.told(strace, args)
}
