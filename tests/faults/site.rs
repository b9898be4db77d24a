//! A simulated Notary server and registry behind one host name, as in DTR: honest until a test makes it faulty.

use std::sync::{Arc, Mutex, OnceLock};

use forge::{Forge, key::Key};
use sha2::{Digest as _, Sha256};

use crate::{
    https::{Https, Identity, Reply, Request, reply},
    person::Person,
};

/// The manifest of every tag that the repository does not begin with.
pub(crate) const MANIFEST: &str = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}"#;

/// Answers a request in place of the honest server, or leaves it to that.
type Fault = Box<dyn Fn(&Request) -> Option<Reply> + Send + Sync>;

/// Files that were sent, by role.
pub(crate) type Upload = Vec<(String, Vec<u8>)>;

/// Decides what becomes of an upload to a repository in place of the honest server, or leaves it to that.
type Take = Box<dyn FnMut(&mut Forge, &Upload) -> Option<Reply> + Send>;

/// A server, and the name of the repository `prod/nginx` on it.
pub(crate) struct Site {
    https: Https,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    repository: Mutex<Option<Forge>>,
    fault: Mutex<Option<Fault>>,
    take: Mutex<Option<Take>>,
}

impl Site {
    /// A server without a repository.
    pub(crate) fn empty() -> Self {
        let state = Arc::new(State::default());
        let answers = Arc::clone(&state);
        let https = Https::start(identity(), move |request| {
            if let Some(reply) = answers.fault.lock().unwrap().as_ref().and_then(|fault| fault(request)) {
                return reply;
            }
            answers.honest(request)
        });
        Self { https, state }
    }

    /// A server with a repository of a signer jeff.
    pub(crate) fn new() -> Self {
        let site = Self::empty();
        site.serve(Forge::new(&site.name()));
        site
    }

    /// Serves another state of the repository.
    pub(crate) fn serve(&self, forge: Forge) {
        *self.state.repository.lock().unwrap() = Some(forge);
    }

    /// Has no repository any more.
    pub(crate) fn forget(&self) {
        *self.state.repository.lock().unwrap() = None;
    }

    /// The repository as it is now.
    pub(crate) fn forge(&self) -> Forge {
        self.state.repository.lock().unwrap().clone().expect("there is a repository")
    }

    /// From now on `fault` is asked first.
    pub(crate) fn fails(&self, fault: impl Fn(&Request) -> Option<Reply> + Send + Sync + 'static) {
        *self.state.fault.lock().unwrap() = Some(Box::new(fault));
    }

    /// From now on `take` decides first what becomes of an upload.
    pub(crate) fn takes(&self, take: impl FnMut(&mut Forge, &Upload) -> Option<Reply> + Send + 'static) {
        *self.state.take.lock().unwrap() = Some(Box::new(take));
    }

    /// Honest again.
    pub(crate) fn recovers(&self) {
        *self.state.fault.lock().unwrap() = None;
        *self.state.take.lock().unwrap() = None;
    }

    /// `localhost:PORT`
    pub(crate) fn host(&self) -> String {
        self.https.host()
    }

    /// `127.0.0.1:PORT`: a name that is not in its certificate.
    pub(crate) fn address(&self) -> String {
        self.https.address()
    }

    /// `HOST/prod/nginx`
    pub(crate) fn name(&self) -> String {
        format!("{}/prod/nginx", self.host())
    }

    /// The repository with a tag.
    pub(crate) fn tag(&self, tag: &str) -> String {
        format!("{}:{tag}", self.name())
    }

    /// The lines of all requests so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.https.lines()
    }

    /// A person who trusts its certificate and has never seen the repository.
    pub(crate) fn stranger(&self) -> Person {
        let mut person = Person::new();
        person.trusts(identity(), &self.host());
        person.names.push((self.host(), "HOST"));
        person.names.push((self.address(), "ADDRESS"));
        person
    }

    /// One who has read the repository.
    pub(crate) fn reader(&self) -> Person {
        let person = self.stranger();
        person.succeeds(&["inspect", &self.name()]);
        person
    }

    /// One who has read the repository and holds jeff's key.
    pub(crate) fn signer(&self) -> Person {
        let person = self.reader();
        person.holds("jeff", "role: jeff");
        person
    }
}

/// The certificate of all sites, for the name `localhost`.
pub(crate) fn identity() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| Identity::self_signed("DNS:localhost"))
}

/// What a registry answers with for a manifest.
pub(crate) fn manifest(content: &'static str) -> Reply {
    let digest = base16ct::lower::encode_string(&Sha256::digest(content));
    let digest = format!("Docker-Content-Digest: sha256:{digest}");
    reply(200, &["Content-Type: application/vnd.oci.image.manifest.v1+json", &digest], content)
}

impl State {
    fn honest(&self, request: &Request) -> Reply {
        let not_found = || reply(404, &[], r#"{"errors":[{"code":"METADATA_NOT_FOUND","message":"not found","detail":null}]}"#);
        let mut repository = self.repository.lock().unwrap();
        let Some((gun, file)) = request.target.trim_start_matches("/v2/").split_once("/_trust/tuf/") else {
            return match request.target.split_once("/manifests/") {
                None => reply(200, &[], "{}"),
                // what is signed under these
                Some((_, "0")) => manifest("zero"),
                Some((_, "1")) => manifest("one"),
                Some(_) => manifest(MANIFEST),
            };
        };
        match (request.method.as_str(), file) {
            ("POST", _) => {
                let (forge, upload) = (repository.get_or_insert_with(|| Forge::of_nothing(gun)), uploaded(request));
                if let Some(reply) = self.take.lock().unwrap().as_mut().and_then(|take| take(forge, &upload)) {
                    return reply;
                }
                forge.take_upload(&upload);
                reply(200, &[], "")
            }
            ("DELETE", _) => {
                *repository = None;
                reply(200, &[], "")
            }
            (_, "timestamp.key" | "snapshot.key") => reply(200, &[], Key::p256(&file[..file.len() - 4]).json().to_string()),
            _ => match repository.as_ref().and_then(|forge| forge.files().remove(file)) {
                Some(bytes) => reply(200, &[], bytes),
                None => not_found(),
            },
        }
    }
}

/// The files of a form.
fn uploaded(request: &Request) -> Upload {
    let body = String::from_utf8(request.body.clone()).expect("metadata is text");
    let boundary = format!("--{}", body[2..].split("\r\n").next().unwrap());
    let part = |part: &str| {
        let (head, content) = part.split_once("\r\n\r\n").unwrap();
        let role = head.split("filename=\"").nth(1).unwrap().split('"').next().unwrap();
        (role.to_owned(), content.strip_suffix("\r\n").unwrap().as_bytes().to_vec())
    };
    body.split(boundary.as_str()).filter(|part| part.contains("filename=")).map(part).collect()
}
