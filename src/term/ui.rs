//! The only file that prints.
//!
//! What a command answers goes to standard output; warnings, errors and our own `cause:` and `hint:` lines go to standard error. Every
//! line passes [`safe_text::line`], so that no name, wherever it came from, can act on a terminal; JSON alone goes out as it is.
//! What takes long is told of by a line on the terminal ([`super::progress`]), which is taken away before anything is written.
//! What could not be written is never taken for said: the command ends with an exit code that tells of it, quietly where a reader has closed
//! its end of a pipe early (`dct inspect … | head -1`).

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::termios::tcgetwinsize;
use serde::Serialize;
use serde_json::Value;

use super::{
    audience::Audience,
    error::{CliError, ExitStatus},
    output_buffer::{Kept, To},
    peer::Peer,
    program::Program,
    progress::{Aside, Progress, Wait},
};
use client::safe_text;

/// Standard output and standard error.
pub struct Ui {
    out: Stream,
    err: Stream,
    detail: Detail,
    progress: Progress,
    /// How wide the terminal is that answers go to.
    columns: Option<u16>,
    program: Program,
    /// Whether questions go to standard error, where the answer of a command is not to be mixed with them.
    asks_aside: AtomicBool,
    audience: Audience,
}

/// How much is said of an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The message, its cause and hints.
    #[default]
    Plain,
    /// Also the error as the program knows it, and each request over HTTP.
    Debug,
    /// As plain, without warnings.
    Quiet,
}

struct Stream {
    state: Mutex<State>,
    colour: bool,
}

struct State {
    writer: Box<dyn Write + Send>,
    failed: Option<io::ErrorKind>,
}

impl Ui {
    /// The streams of this process. Colour is for a terminal alone, and not where `NO_COLOR` is set (<https://no-color.org>).
    #[must_use]
    pub fn standard(detail: Detail) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        Self {
            out: Stream::new(io::stdout(), wanted && io::stdout().is_terminal()),
            err: Stream::new(io::stderr(), wanted && io::stderr().is_terminal()),
            detail,
            progress: Progress::standard(),
            columns: io::stdout().is_terminal().then(|| tcgetwinsize(io::stdout()).map_or(0, |size| size.ws_col)),
            program: Program::own(),
            asks_aside: AtomicBool::new(false),
            audience: Audience::Person,
        }
    }

    /// The name under which this program was called.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Under another name of the program, for what it tells a person to type.
    #[must_use]
    pub fn called(self, program: Program) -> Self {
        Self { program, ..self }
    }

    /// Writes to these: for tests.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static, err: impl Write + Send + 'static) -> Self {
        let (out, err) = (Stream::new(out, false), Stream::new(err, false));
        Self {
            out,
            err,
            detail: Detail::Plain,
            progress: Progress::default(),
            columns: None,
            program: Program::own(),
            asks_aside: AtomicBool::new(false),
            audience: Audience::Person,
        }
    }

    /// The same on a terminal of this width: for tests.
    #[must_use]
    pub fn with_columns(self, columns: Option<u16>) -> Self {
        Self { columns, ..self }
    }

    /// For a program: words are dropped, and questions stand aside of the document.
    #[must_use]
    pub fn for_program(self) -> Self {
        self.ask_aside();
        Self { audience: Audience::program(), ..self }
    }

    /// Whether a program reads what is said.
    #[must_use]
    pub fn is_for_program(&self) -> bool {
        self.audience.is_program()
    }

    /// The document of a command for a program, exactly as it is.
    pub fn document(&self, json: &str) {
        let _aside = self.aside();
        self.out.write(&format!("{json}\n"));
        self.out.flush();
    }

    /// The document about a failure, which goes to standard error.
    pub fn document_aside(&self, json: &str) {
        let _aside = self.aside();
        self.err.write(&format!("{json}\n"));
        self.err.flush();
    }

    /// The warnings for a document, which have no other place.
    pub(crate) fn take_warnings(&self) -> Vec<Value> {
        self.audience.take_warnings()
    }

    /// The errors for documents, in order.
    pub(crate) fn take_errors(&self) -> Vec<CliError> {
        self.audience.take_errors()
    }

    /// One line of a command's answer.
    pub fn line(&self, line: &str) {
        self.answer(format!("{}\n", safe_text::line(line)).as_bytes());
    }

    /// Several lines of a command's answer.
    pub fn lines(&self, lines: impl IntoIterator<Item = impl AsRef<str>>) {
        for line in lines {
            self.line(line.as_ref());
        }
    }

    /// JSON, exactly as it is, and a line ending.
    pub fn json(&self, json: &str) {
        self.answer(format!("{json}\n").as_bytes());
    }

    /// Lines for a program to read, exactly as they are.
    pub fn exact_lines<'a>(&self, lines: impl IntoIterator<Item = &'a str>) {
        for line in lines {
            self.answer(format!("{line}\n").as_bytes());
        }
        self.out.flush();
    }

    /// A content, exactly as it is.
    pub fn content(&self, bytes: &[u8]) {
        self.answer(bytes);
        self.out.flush();
    }

    /// What a command answers a person.
    fn answer(&self, bytes: &[u8]) {
        if self.audience.is_program() {
            return;
        }
        let _aside = self.aside();
        self.out.state().attempt(|writer| writer.write_all(bytes));
    }

    /// A question, without a line ending, and nothing else on the terminal until the answer is there. The peers ask on standard output.
    pub fn ask(&self, question: &str) -> Aside<'_> {
        let aside = self.aside();
        let stream = self.conversation();
        stream.write(&safe_text::line(question));
        stream.flush();
        aside
    }

    /// One line of a conversation: what is said between two questions.
    pub fn say(&self, line: &str) {
        let _aside = self.aside();
        self.conversation().write(&format!("{}\n", safe_text::line(line)));
    }

    /// From now on questions go to standard error: standard output has the answer alone.
    pub fn ask_aside(&self) {
        self.asks_aside.store(true, Ordering::Relaxed);
    }

    /// Whether a command's answer is shown on a terminal.
    #[must_use]
    pub fn answers_on_terminal(&self) -> bool {
        self.columns.is_some()
    }

    fn conversation(&self) -> &Stream {
        if self.asks_aside.load(Ordering::Relaxed) { &self.err } else { &self.out }
    }

    /// Something is waited for from now on, such as `reading trust data of X`.
    pub fn wait(&self, words: &str) -> Wait<'_> {
        self.progress.wait(format!("{}...", safe_text::field(words)))
    }

    /// What is waited for has other words now.
    pub fn wait_for(&self, words: &str) {
        self.progress.say(format!("{}...", safe_text::field(words)));
    }

    /// Leaves the terminal to someone else for a while.
    pub fn aside(&self) -> Aside<'_> {
        self.progress.aside()
    }

    /// One line on standard error, as it is.
    pub fn notice(&self, line: &str) {
        if self.audience.is_program() {
            return;
        }
        let _aside = self.aside();
        self.err.write(&format!("{}\n", safe_text::line(line)));
    }

    /// How wide the terminal is that answers go to; none where they go elsewhere.
    #[must_use]
    pub fn columns(&self) -> Option<u16> {
        self.columns
    }

    /// Writes over the line that stands so many lines above; the terminal's cursor comes back.
    pub fn redraw(&self, above: usize, line: &str) {
        self.answer(format!("\u{1b}[{above}A\u{1b}[2K\r{}\r\u{1b}[{above}B", safe_text::line(line)).as_bytes());
        self.out.flush();
    }

    /// One that keeps what it is told, for this one to `tell` later.
    #[must_use]
    pub fn keeping(&self) -> (Self, Kept) {
        let kept = Kept::default();
        let stream = |to, of: &Stream| Stream::new(kept.writer(to), of.colour);
        let (out, err) = (stream(To::Out, &self.out), stream(To::Err, &self.err));
        (
            Self {
                out,
                err,
                detail: self.detail,
                progress: Progress::default(),
                columns: None,
                program: self.program.clone(),
                asks_aside: AtomicBool::new(self.asks_aside.load(Ordering::Relaxed)),
                audience: self.audience.clone(),
            },
            kept,
        )
    }

    /// Writes what was kept, each to its stream, in the order in which it was told.
    pub fn tell(&self, kept: &Kept) {
        let _aside = self.aside();
        for (to, bytes) in kept.take() {
            let stream = if to == To::Out { &self.out } else { &self.err };
            stream.state().attempt(|writer| writer.write_all(&bytes));
        }
    }

    /// Something is not as it should be, and the command goes on. `code` is the kind, for programs.
    pub fn warning(&self, code: &str, text: &str) {
        self.warning_of(&BTreeMap::from([("code", code)]), text);
    }

    /// The same with facts for programs, the code among them.
    pub fn warning_of(&self, facts: &impl Serialize, text: &str) {
        if !self.audience.keeps_warning(facts, text) && self.detail != Detail::Quiet {
            self.labelled("warning", "33", text);
        }
    }

    /// Whether a person wants to know what a command does.
    #[must_use]
    pub(crate) fn is_debugging(&self) -> bool {
        self.detail == Detail::Debug
    }

    /// Something that a command does, told to a person who wants to know.
    pub(crate) fn debug(&self, text: &str) {
        if self.is_debugging() {
            self.labelled("debug", "2", text);
        }
    }

    /// What a person could do.
    pub fn hint(&self, text: &str) {
        self.labelled("hint", "36", &self.program.tell(text));
    }

    /// Why a command ends: the peer's words first, then our own cause and hints.
    pub fn error(&self, error: &CliError) {
        if self.audience.keeps_error(error) {
            return;
        }
        match (self.program.peer(), error.message()) {
            (_, []) => {}
            (Peer::Docker, lines) => lines.iter().for_each(|line| self.notice(line)),
            (Peer::Notary, [first, rest @ ..]) => {
                self.lines(["", &format!("* fatal: {first}")]);
                self.lines(rest);
            }
        }
        if let Some(cause) = error.cause() {
            self.labelled("cause", "31", cause);
        }
        for hint in error.hints() {
            self.hint(hint);
        }
        if let (Detail::Debug, Some(insides)) = (self.detail, error.insides()) {
            self.debug(insides);
        }
    }

    /// Writes out what is left. An error where something that was said is lost: an answer or a warning, on a full disk or to a reader that has
    /// gone away. What the command was to do is done all the same.
    pub fn finish(&self) -> Result<(), CliError> {
        self.out.flush();
        self.err.flush();
        for (stream, name) in [(&self.out, "standard output"), (&self.err, "standard error")] {
            match stream.state().failed {
                None => {}
                Some(io::ErrorKind::BrokenPipe) => return Err(CliError::silent(ExitStatus::Unread)),
                Some(kind) => return Err(CliError::new(format!("write {name}: {kind}"))),
            }
        }
        Ok(())
    }

    fn labelled(&self, label: &str, colour: &str, text: &str) {
        let _aside = self.aside();
        let label = if self.err.colour { format!("\u{1b}[{colour}m{label}:\u{1b}[0m") } else { format!("{label}:") };
        self.err.write(&format!("{label} {}\n", safe_text::line(text)));
    }
}

impl Stream {
    fn new(writer: impl Write + Send + 'static, colour: bool) -> Self {
        Self { state: Mutex::new(State { writer: Box::new(writer), failed: None }), colour }
    }

    fn write(&self, text: &str) {
        self.state().attempt(|writer| writer.write_all(text.as_bytes()));
    }

    fn flush(&self) {
        self.state().attempt(Write::flush);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// After a first failure nothing is written any more.
    fn attempt(&mut self, write: impl FnOnce(&mut Box<dyn Write + Send>) -> io::Result<()>) {
        if self.failed.is_none() {
            self.failed = write(&mut self.writer).err().map(|error| error.kind());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_error_is_the_peers_words_then_ours() {
        let (out, err) = (Shared::default(), Shared::default());
        let ui = Ui::to(out.clone(), err.clone());
        ui.line("Loading key from \"k.pem\"...");
        ui.warning("odd", "half");
        ui.error(&CliError::new("failed").and("badly").because("the \u{1b}[31mdisk\nis full").hinted("buy another"));
        assert_eq!(out.text(), "Loading key from \"k.pem\"...\n");
        assert_eq!(err.text(), "warning: half\nfailed\nbadly\ncause: the \\u{1b}[31mdisk\\u{a}is full\nhint: buy another\n");
    }

    #[test]
    fn notary_s_errors_are_answers() {
        let (out, err) = (Shared::default(), Shared::default());
        let ui = Ui::to(out.clone(), err.clone()).called(Program::called("notary".to_owned(), &[]).in_the_manner_of(Peer::Notary));
        ui.error(&CliError::new("client is offline").and("more").because("no route"));
        assert_eq!((out.text().as_str(), err.text().as_str()), ("\n* fatal: client is offline\nmore\n", "cause: no route\n"));
    }

    #[test]
    fn questions_can_stand_beside_the_answer() {
        let (out, err) = (Shared::default(), Shared::default());
        let ui = Ui::to(out.clone(), err.clone());
        drop(ui.ask("old? "));
        ui.ask_aside();
        drop(ui.ask("new? "));
        ui.say("again");
        ui.line("answer");
        assert_eq!((out.text().as_str(), err.text().as_str()), ("old? answer\n", "new? again\n"));
    }

    #[test]
    fn json_is_exact() {
        let out = Shared::default();
        Ui::to(out.clone(), io::sink()).json("{\"a\": \"\u{202e}\"}");
        assert_eq!(out.text(), "{\"a\": \"\u{202e}\"}\n");
    }

    #[test]
    fn what_could_not_be_written_is_an_error_whatever_the_stream() {
        let (pipe, disk) = (io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull);
        for (kind, code, words) in [(pipe, 141, ""), (disk, 1, "write standard output: no storage space")] {
            let ui = Ui::to(Failing(kind), io::sink());
            assert_eq!(ui.finish(), Ok(()), "nothing was said yet");
            ui.line("x");
            let lost = ui.finish().unwrap_err();
            assert_eq!((lost.status().code(), lost.message().join("\n").as_str()), (code, words));
        }
        for (kind, code, words) in [(pipe, 141, ""), (disk, 1, "write standard error: no storage space")] {
            let ui = Ui::to(io::sink(), Failing(kind));
            ui.line("x");
            assert_eq!(ui.finish(), Ok(()));
            ui.warning("odd", "y");
            let lost = ui.finish().unwrap_err();
            assert_eq!((lost.status().code(), lost.message().join("\n").as_str()), (code, words));
        }
    }
}
