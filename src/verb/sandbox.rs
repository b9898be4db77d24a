//! `dct sandbox`

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::File,
    io::{self, Read as _},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus as ChildStatus},
};

use clap::ValueHint;
use jiff::Timestamp;
use rustix::{
    process::{Pid, Signal, getpgrp, kill_process},
    termios::tcgetpgrp,
};
use serde::Serialize;
use signal_hook::{
    consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM},
    iterator::Signals,
};

use crate::{
    options::output::{OutputFormat, output_format},
    passphrases::flags::PassphraseFlags,
    render::json,
    term::{
        error::{CliError, ExitStatus, os_words},
        ui::Ui,
    },
};
use sandbox::{
    environment::{self, Variable},
    error::StartError,
    home::{Furnishing, SCRIPT},
    running::{Options, Sandbox},
};

/// Start a registry and a Notary server on this machine, to try things on: not for production
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct sandbox [OPTIONS] [-- COMMAND [ARG...]]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// Folder that keeps everything for the next time (default: a temporary one)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,

    /// Port on loopback (default: that of the last time, or any that is free)
    #[arg(long, value_name = "N", value_parser = port)]
    pub port: Option<u16>,

    /// Answer in words for a person (text), or in JSON for a program (json), where there is no command
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = output_format)]
    pub(crate) output: OutputFormat,

    /// Command to run where `dct`, `docker`, `notary` and `skopeo` find the sandbox; its exit code is ours
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  A shell in which $SANDBOX is the registry, and ends with it; your own Docker folder is never touched:
    dct sandbox -- sh

  One command, with the images and the client bundles that are there from the start:
    dct sandbox -- sh -c 'dct key load --name jeff $SANDBOX_DIR/jeff/key.pem'

  Rehearse a pipeline, and go on tomorrow with what it left:
    dct sandbox --dir rehearsal -- ./pipeline.sh

  Serve until interrupted, for other shells, which read the environment from a file that is named:
    dct sandbox --port 4443";

/// A sandbox that serves.
#[derive(Serialize)]
struct StartedSandbox {
    /// Where the registry and the Notary server are.
    host: String,
    /// Where everything of it is kept.
    folder: String,
    /// The variables by which programs find it.
    environment: BTreeMap<&'static str, String>,
}

impl StartedSandbox {
    fn of(sandbox: &Sandbox) -> Self {
        let value = |variable: &Variable| variable.value_over(std::env::var_os(variable.name)).to_string_lossy().into_owned();
        let environment = sandbox.environment().iter().map(|variable| (variable.name, value(variable))).collect();
        Self { host: sandbox.host().to_string(), folder: sandbox.folder().display().to_string(), environment }
    }
}

fn port(value: &str) -> Result<u16, String> {
    value.parse().map_err(|_| format!("a port is a number up to {}", u16::MAX))
}

/// Runs the verb. `config` and `passphrases` are what was given for all verbs.
pub(crate) fn run(
    args: &Args,
    config: Option<&Path>,
    passphrases: &PassphraseFlags,
    ui: &Ui,
    now: Timestamp,
) -> Result<(), CliError> {
    refuse_what_it_has(config, passphrases)?;
    // from here on they come to us, so that nothing is left behind
    let signals = Signals::new([SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM]);
    let mut signals = signals.map_err(|error| CliError::new(format!("signals: {}", os_words(&error))))?;
    let options = Options { folder: args.dir.clone(), port: args.port, furnishing: furnishing() };
    let sandbox = Sandbox::start(&options, now).map_err(cannot_start)?;
    ui.notice(&format!("sandbox at {}, for trying things: not for production", sandbox.host()));
    if let Some((program, arguments)) = args.command.split_first() {
        if ui.is_for_program() {
            return Err(CliError::new("--output json is for a sandbox without a command, to which standard output belongs")
                .with_status(ExitStatus::BadFlag));
        }
        return command(&sandbox, program, arguments, &mut signals);
    }
    serve(&sandbox, ui, &mut signals)
}

/// A flag that a sandbox would pass over in silence is one that a person misunderstands.
fn refuse_what_it_has(config: Option<&Path>, passphrases: &PassphraseFlags) -> Result<(), CliError> {
    let refused = |flag: &str, own: &str| {
        let words = format!("{flag} is not for a sandbox, which has {own} of its own");
        Err(CliError::new(words).with_status(ExitStatus::BadFlag))
    };
    if config.is_some() {
        return refused("--config", "a Docker folder").map_err(|error| error.hinted("--dir names a folder that it keeps"));
    }
    match passphrases.given() {
        Some(flag) => refused(flag, "passphrases"),
        None => Ok(()),
    }
}

fn cannot_start(error: StartError) -> CliError {
    match error {
        StartError::File { path, error } => CliError::new(format!("{path}: {}", os_words(&error))),
        StartError::Port { port, error } => {
            CliError::new(format!("port {port} on loopback: {}", os_words(&error))).hinted("name another one with --port")
        }
        error @ StartError::Folder { .. } => CliError::new(error.to_string()).hinted("name a new folder with --dir"),
        error => CliError::new(error.to_string()),
    }
}

/// What of this machine a sandbox is furnished with: this program, and `notary` where it is installed, else this program in its place. What a sandbox around this one, or an
/// earlier one, has put there is passed over.
fn furnishing() -> Furnishing {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).filter(|folder| folder.is_absolute());
    let notary = folders.map(|folder| folder.join("notary")).find(|program| is_program(program) && !is_ours(program));
    let this = std::env::current_exe().ok();
    let in_its_place = || this.iter().flat_map(|program| [program.clone().into(), "notary".into()]).collect();
    let notary = notary.map_or_else(in_its_place, |program| vec![program.into()]);
    let this = this.map(|program| ("dct".to_owned(), program));
    let around = std::env::var_os("SANDBOX_DIR").map(PathBuf::from);
    let authorities = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let authorities = authorities.filter(|file| around.as_ref().is_none_or(|folder| !file.starts_with(folder)));
    Furnishing { programs: this.into_iter().collect(), notary, authorities }
}

/// A script of a sandbox.
fn is_ours(program: &Path) -> bool {
    let mut beginning = vec![0; SCRIPT.len()];
    let read = File::open(program).and_then(|mut file| file.read_exact(&mut beginning));
    read.is_ok() && beginning == SCRIPT.as_bytes()
}

fn is_program(path: &Path) -> bool {
    use rustix::fs::{Access, access};
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

fn serve(sandbox: &Sandbox, ui: &Ui, signals: &mut Signals) -> Result<(), CliError> {
    if ui.is_for_program() {
        ui.document(&json::answer("sandbox", &StartedSandbox::of(sandbox), &[])?);
    }
    let exports: Vec<String> = sandbox.environment().iter().map(Variable::export).collect();
    ui.exact_lines(exports.iter().map(String::as_str));
    ui.finish()?;
    let script = sandbox.folder().join("env.sh");
    ui.notice(&format!("the same in another shell: . {}", environment::quote(&script.to_string_lossy())));
    ui.notice("serving until interrupted");
    let _ = signals.forever().find(|signal| *signal != SIGCHLD);
    Ok(())
}

fn command(sandbox: &Sandbox, program: &OsStr, arguments: &[OsString], signals: &mut Signals) -> Result<(), CliError> {
    let mut command = Command::new(program);
    command.args(arguments);
    for variable in sandbox.environment() {
        command.env(variable.name, variable.value_over(std::env::var_os(variable.name)));
    }
    let mut child = command.spawn().map_err(|error| cannot_run(program, &error))?;
    let status = wait(&mut child, signals).map_err(|error| cannot_run(program, &error))?;
    // as shells have it: 128 and the signal's number
    match status.code().or_else(|| Some(128 + status.signal()?)).and_then(|code| u8::try_from(code).ok()) {
        Some(0) => Ok(()),
        code => Err(CliError::silent(ExitStatus::OfCommand(code.unwrap_or(1)))),
    }
}

/// Waits for the command, and sends on to it what comes to us. An interrupt by a key of the terminal comes to both of us anyway.
fn wait(child: &mut Child, signals: &mut Signals) -> io::Result<ChildStatus> {
    if let Some(status) = child.try_wait()? {
        return Ok(status);
    }
    for signal in signals.forever() {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        let signal = match signal {
            SIGHUP => Signal::HUP,
            SIGTERM => Signal::TERM,
            SIGINT if !at_terminal() => Signal::INT,
            SIGQUIT if !at_terminal() => Signal::QUIT,
            _ => continue,
        };
        // it may have ended since; then there is nobody to tell
        let _ = kill_process(Pid::from_child(child), signal);
    }
    child.wait()
}

/// Whether we are in the foreground of a terminal, whose keys interrupt the command and us alike.
fn at_terminal() -> bool {
    File::open("/dev/tty").and_then(|tty| Ok(tcgetpgrp(tty)?)).is_ok_and(|group| group == getpgrp())
}

/// The exit codes are a shell's: 127 where there is no such program, 126 where it cannot be run.
fn cannot_run(program: &OsStr, error: &io::Error) -> CliError {
    let code = if error.kind() == io::ErrorKind::NotFound { 127 } else { 126 };
    let program = program.to_string_lossy();
    CliError::new(format!("{program}: {}", os_words(error))).with_status(ExitStatus::OfCommand(code))
}
