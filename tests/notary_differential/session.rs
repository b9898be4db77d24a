//! Two people who do the same, one with `notary` and one with ours.

use sha2::Digest as _;
use std::{fs, os::unix::fs::PermissionsExt as _, thread};

use crate::{
    differential::{Report, Score},
    intended::INTENDED,
    normal::Normal,
    shape,
    support::{
        Peers,
        home::{Home, Run},
        openssl::{Bundle, Issuer, KeyForm},
    },
};

/// A program and the home that it runs in.
pub(crate) struct Side {
    /// The folder of its repositories, of the same length for both: `peer` or `ours`.
    name: &'static str,
    pub(crate) home: Home,
}

/// The run so far.
pub(crate) struct Session<'a> {
    pub(crate) peers: &'a Peers,
    pub(crate) notary: Side,
    pub(crate) dct: Side,
    digests: Vec<String>,
    score: Score,
}

/// How a step is run.
#[derive(Clone, Copy)]
enum Form {
    /// With flags for server, CA and trust folder.
    Flags,
    /// Without any.
    Plain,
}

impl<'a> Session<'a> {
    /// Two homes of jeff, who may do everything.
    pub(crate) fn new(peers: &'a Peers) -> Self {
        let side = |name| Side { name, home: Home::new(peers, "jeff") };
        Self { notary: side("peer"), dct: side("ours"), peers, digests: Vec::new(), score: Score::new(INTENDED) }
    }

    /// Puts other homes in place, of another person or with another environment; the former ones.
    pub(crate) fn homes(&mut self, make: impl Fn() -> Home) -> (Home, Home) {
        (std::mem::replace(&mut self.notary.home, make()), std::mem::replace(&mut self.dct.home, make()))
    }

    /// Puts former homes back.
    pub(crate) fn back(&mut self, (notary, dct): (Home, Home)) {
        (self.notary.home, self.dct.home) = (notary, dct);
    }

    /// The same file in both homes.
    pub(crate) fn file(&self, name: &str, content: &[u8], mode: u32) {
        for side in [&self.notary, &self.dct] {
            let path = side.home.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// A content to be signed, in a file of both homes; its SHA-256.
    pub(crate) fn content(&mut self, name: &str, content: &[u8]) -> String {
        self.file(name, content, 0o644);
        let digest = base16ct::lower::encode_string(&sha2::Sha256::digest(content));
        self.digests.push(digest.clone());
        digest
    }

    /// `NAME-key.pem` and `NAME-cert.pem` in both homes.
    pub(crate) fn bundle(&self, name: &str, form: KeyForm) {
        let bundle = Bundle::make(&self.peers.folder(name), name, form, Issuer::Ca);
        self.file(&format!("{name}-key.pem"), &fs::read(bundle.key).unwrap(), 0o600);
        self.file(&format!("{name}-cert.pem"), &fs::read(bundle.cert).unwrap(), 0o644);
    }

    /// The step is the same.
    pub(crate) fn same(&mut self, args: &[&str]) {
        self.same_on_input(args, "");
    }

    /// The same with something on standard input.
    pub(crate) fn same_on_input(&mut self, args: &[&str], input: &str) {
        self.compare(Form::Flags, args, input);
    }

    /// The step is the same, without flags for server, CA and trust folder.
    pub(crate) fn same_plain(&mut self, args: &[&str]) {
        self.compare(Form::Plain, args, "");
    }

    fn compare(&mut self, form: Form, args: &[&str], input: &str) {
        let (notary, dct) = self.run(form, args, input);
        let (of_notary, of_dct) = self.normal(&notary, &dct);
        self.score.same(of_notary == of_dct, || format!("not the same:\n{notary}\n{dct}\n"));
    }

    /// The step differs on purpose, as `intended.rs` says; `right` looks at notary's run and at ours.
    pub(crate) fn differs(&mut self, why: &'static str, args: &[&str], right: impl Fn(&Run, &Run) -> bool) {
        self.differs_on(Form::Flags, why, args, right);
    }

    /// The same without flags for server, CA and trust folder.
    pub(crate) fn differs_plain(&mut self, why: &'static str, args: &[&str], right: impl Fn(&Run, &Run) -> bool) {
        self.differs_on(Form::Plain, why, args, right);
    }

    fn differs_on(&mut self, form: Form, why: &'static str, args: &[&str], right: impl Fn(&Run, &Run) -> bool) {
        let (notary, dct) = self.run(form, args, "");
        let (of_notary, of_dct) = self.normal(&notary, &dct);
        self.score.differs(why, of_notary == of_dct, || right(&notary, &dct), [&notary, &dct]);
    }

    /// What the server has of a repository is the same: as a stranger reads it with the real `notary`.
    pub(crate) fn same_metadata(&mut self, name: &str) {
        let shapes = [&self.notary, &self.dct].map(|side| {
            let stranger = Home::new(self.peers, "reader");
            let gun = self.peers.image(&format!("{}/{name}", side.name));
            let listed = stranger.notary(&["list", &gun]);
            let metadata = stranger.trust_dir().join("tuf").join(&gun).join("metadata");
            (listed.code, shape::of_folder(&metadata))
        });
        let [of_notary, of_dct] = shapes;
        let seen = || format!("metadata of {name} is not the same:\n{of_notary:#?}\n{of_dct:#?}\n");
        self.score.same(of_notary == of_dct, seen);
    }

    /// What has come of it.
    pub(crate) fn report(&self) -> Report {
        self.score.report("notary differential")
    }

    fn run(&self, form: Form, args: &[&str], input: &str) -> (Run, Run) {
        let (notary, dct) = (self.words_of(&self.notary, args), self.words_of(&self.dct, args));
        thread::scope(|scope| {
            let notary = scope.spawn(|| match form {
                Form::Flags => self.notary.home.notary_with_input(&words(&notary), input),
                Form::Plain => self.notary.home.plain_notary_with_input(&words(&notary), input),
            });
            let dct = match form {
                Form::Flags => self.dct.home.dct_as_notary_with_input(&words(&dct), input),
                Form::Plain => self.dct.home.dct_as_plain_notary_with_input(&words(&dct), input),
            };
            (notary.join().unwrap(), dct)
        })
    }

    /// `@name` stands for a repository, and `#role` for the ID of the first key of that role in the home.
    fn words_of(&self, side: &Side, args: &[&str]) -> Vec<String> {
        let repository = |name: &str| self.peers.image(&format!("{}/{name}", side.name));
        let word = |word: &&str| match (word.strip_prefix('@'), word.strip_prefix('#')) {
            (Some(name), _) => repository(name),
            (_, Some(role)) => key_of(side, role),
            _ => (*word).to_owned(),
        };
        args.iter().map(word).collect()
    }

    fn normal(&self, notary: &Run, dct: &Run) -> (Normal, Normal) {
        let names = |side: &Side| {
            let home = side.home.path().to_string_lossy().into_owned();
            let folder = side.home.path().file_name().unwrap().to_string_lossy().into_owned();
            [
                (self.peers.image(&format!("{}/", side.name)), "HOST/"),
                (format!("/{}/", side.name), "/"),
                (home, "HOME"),
                // a long path is cut
                (format!("...{folder}"), "HOME"),
                (self.peers.host(), "HOST"),
            ]
        };
        (Normal::of_notary(notary, &names(&self.notary), &self.digests), Normal::of_dct(dct, &names(&self.dct), &self.digests))
    }
}

/// A key that is there under a role.
fn key_of(side: &Side, role: &str) -> String {
    let has_role = |text: &str| text.contains(&format!("role: {role}\n"));
    let file = side.home.key_files().into_iter().find(|file| has_role(&fs::read_to_string(file).unwrap()));
    let file = file.unwrap_or_else(|| panic!("{} has no key of {role}", side.name));
    file.file_stem().unwrap().to_string_lossy().into_owned()
}

fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}
