//! Two people who do the same, one with `docker trust` and one with `dct`.

use std::{fs, os::unix::fs::PermissionsExt as _, thread};

use crate::{
    differential::{Report, Score},
    intended::INTENDED,
    normal::Normal,
    support::{
        Peers,
        engine::Engine,
        home::{Home, Run},
        images::Pushed,
        openssl::{Bundle, Issuer, KeyForm},
    },
};

/// A program and the home that it runs in.
pub(crate) struct Side {
    /// The folder of its repositories: `docker` or `dct`.
    name: &'static str,
    pub(crate) home: Home,
}

/// The run so far.
pub(crate) struct Session<'a> {
    pub(crate) peers: &'a Peers,
    engine: Engine,
    pub(crate) docker: Side,
    pub(crate) dct: Side,
    digests: Vec<String>,
    score: Score,
}

impl<'a> Session<'a> {
    /// Two homes of jeff, who may do everything.
    pub(crate) fn new(peers: &'a Peers) -> Self {
        let engine = Engine::start(&peers.folder("engine"));
        let home = |user: &str| Home::new(peers, user).without("DCT_SIGN_FROM").with("DOCKER_HOST", &engine.host());
        let (docker, dct) = (home("jeff"), home("jeff"));
        Self {
            docker: Side { name: "docker", home: docker },
            dct: Side { name: "dct", home: dct },
            peers,
            engine,
            digests: Vec::new(),
            score: Score::new(INTENDED),
        }
    }

    /// Puts other homes in place, of another person or with another environment; the former ones.
    pub(crate) fn homes(&mut self, make: impl Fn() -> Home) -> (Home, Home) {
        let host = self.engine.host();
        let docker = std::mem::replace(&mut self.docker.home, make().without("DCT_SIGN_FROM").with("DOCKER_HOST", &host));
        let dct = std::mem::replace(&mut self.dct.home, make().without("DCT_SIGN_FROM").with("DOCKER_HOST", &host));
        (docker, dct)
    }

    /// Puts former homes back.
    pub(crate) fn back(&mut self, (docker, dct): (Home, Home)) {
        (self.docker.home, self.dct.home) = (docker, dct);
    }

    /// The same file in both homes.
    pub(crate) fn file(&self, name: &str, content: &[u8], mode: u32) {
        for side in [&self.docker, &self.dct] {
            let path = side.home.path().join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    /// `NAME-key.pem` and `NAME-cert.pem` in both homes.
    pub(crate) fn bundle(&self, name: &str, form: KeyForm) {
        let bundle = Bundle::make(&self.peers.folder(name), name, form, Issuer::Ca);
        self.file(&format!("{name}-key.pem"), &fs::read(bundle.key).unwrap(), 0o600);
        self.file(&format!("{name}-cert.pem"), &fs::read(bundle.cert).unwrap(), 0o644);
    }

    /// An image in both registries, of which the Engine knows too.
    pub(crate) fn image(&mut self, name: &str, tag: &str) -> Pushed {
        self.image_of(name, tag, &format!("{name}:{tag}"))
    }

    /// The same of another content.
    pub(crate) fn image_of(&mut self, name: &str, tag: &str, content: &str) -> Pushed {
        let mut pushed = None;
        for side in [&self.docker, &self.dct] {
            let path = format!("{}/{name}", side.name);
            let image = self.peers.images().push(&path, tag, content);
            self.engine.has(&self.peers.image(&path), tag, &image);
            pushed = Some(image);
        }
        let pushed = pushed.unwrap();
        self.digests.push(pushed.sha256.clone());
        pushed
    }

    /// Something that is no step, on both sides: it must go well.
    pub(crate) fn notary(&self, args: &[&str]) {
        for side in [&self.docker, &self.dct] {
            side.home.notary(&words(&self.words_of(side, args))).ok();
        }
    }

    /// The step is the same.
    pub(crate) fn same(&mut self, args: &[&str]) {
        self.same_on_input(args, "");
    }

    /// The same with something on standard input.
    pub(crate) fn same_on_input(&mut self, args: &[&str], input: &str) {
        let (docker, dct) = self.run(args, input);
        let (of_docker, of_dct) = self.normal(&docker, &dct);
        self.score.same(of_docker == of_dct, || format!("not the same:\n{docker}\n{dct}\n"));
    }

    /// The step differs on purpose, as `intended.rs` says; `right` looks at docker's run and at dct's.
    pub(crate) fn differs(&mut self, why: &'static str, args: &[&str], right: impl Fn(&Run, &Run) -> bool) {
        self.differs_on_input(why, args, "", right);
    }

    /// The same with something on standard input.
    pub(crate) fn differs_on_input(&mut self, why: &'static str, args: &[&str], input: &str, right: impl Fn(&Run, &Run) -> bool) {
        let (docker, dct) = self.run(args, input);
        let (of_docker, of_dct) = self.normal(&docker, &dct);
        self.score.differs(why, of_docker == of_dct, || right(&docker, &dct), [&docker, &dct]);
    }

    /// The step looks the same and does something else, on purpose.
    pub(crate) fn differs_unseen(&mut self, why: &'static str, args: &[&str], right: impl Fn(&Home, &Home) -> bool) {
        let (docker, dct) = self.run(args, "");
        let (of_docker, of_dct) = self.normal(&docker, &dct);
        let is_right = of_docker == of_dct && right(&self.docker.home, &self.dct.home);
        let fault = || format!("does not do what is intended ({why}):\n{docker}\n{dct}\n");
        self.score.intended(why, is_right.then_some(()).ok_or_else(fault));
    }

    /// What has come of it.
    pub(crate) fn report(&self) -> Report {
        self.score.report("differential")
    }

    fn run(&self, args: &[&str], input: &str) -> (Run, Run) {
        let (docker, dct) = (self.words_of(&self.docker, args), self.words_of(&self.dct, args));
        thread::scope(|scope| {
            let docker = scope.spawn(|| self.docker.home.docker_trust_with_input(&words(&docker), input));
            let dct = self.dct.home.dct_with_input(&words(&dct), input);
            (docker.join().unwrap(), dct)
        })
    }

    /// `@name` stands for a repository.
    fn words_of(&self, side: &Side, args: &[&str]) -> Vec<String> {
        let repository = |name: &str| self.peers.image(&format!("{}/{name}", side.name));
        args.iter().map(|word| word.strip_prefix('@').map_or_else(|| (*word).to_owned(), repository)).collect()
    }

    fn normal(&self, docker: &Run, dct: &Run) -> (Normal, Normal) {
        let names = |side: &Side| {
            let home = side.home.path().to_string_lossy().into_owned();
            [(self.peers.image(&format!("{}/", side.name)), "HOST/"), (home, "HOME")]
        };
        let (of_docker, of_dct) = (names(&self.docker), names(&self.dct));
        (Normal::of_docker(docker, &of_docker, &self.digests), Normal::of_dct(dct, &of_dct, &self.digests))
    }
}

fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}
