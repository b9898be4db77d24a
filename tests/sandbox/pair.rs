//! The sandbox and the real servers under one interface, for one table of requests to run against both.

use std::{path::Path, time::Duration};

use base64ct::{Base64, Encoding as _};
use reqwest::{Method, blocking::Client, header::HeaderMap};
use sandbox::running::{Options, Sandbox};
use serde_json::Value;

use crate::support::Peers;

/// Both.
pub(crate) struct Pair {
    pub(crate) sandbox: Server,
    pub(crate) real: Server,
}

/// One of them, to a client.
pub(crate) struct Server {
    /// What it is called in messages.
    pub(crate) name: &'static str,
    /// `localhost:PORT`.
    pub(crate) host: String,
    client: Client,
    user: (&'static str, &'static str),
    _running: Running,
}

#[expect(dead_code, reason = "held, and dropped with the server")]
enum Running {
    Sandbox(Sandbox),
    Peers(Box<Peers>),
}

/// How a request is authorised.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Auth<'a> {
    /// By a token that jeff was given for these scopes, such as `repository:prod/nginx:pull,push`; `HOST` in them is the server's.
    Token(&'a [&'a str]),
    /// By this header.
    Header(&'a str),
    /// Not at all.
    None,
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Pair {
    /// Starts both. None, said aloud, where the real programs are not installed.
    pub(crate) fn start() -> Option<Self> {
        let peers = Peers::start()?;
        Some(Self { sandbox: Server::sandbox(), real: Server::real(peers) })
    }

    /// The two of them.
    pub(crate) fn both(&self) -> [&Server; 2] {
        [&self.sandbox, &self.real]
    }
}

impl Server {
    /// A sandbox of its own, in memory.
    #[expect(clippy::disallowed_methods, reason = "a server has its own clock")]
    pub(crate) fn sandbox() -> Self {
        let sandbox = Sandbox::start(&Options::default(), jiff::Timestamp::now()).expect("a sandbox");
        let (host, client) = (sandbox.host().to_owned(), client(&sandbox.folder().join("ca.pem")));
        Self { name: "sandbox", host, client, user: ("jeff", "jeff-password"), _running: Running::Sandbox(sandbox) }
    }

    fn real(peers: Peers) -> Self {
        let (host, client) = (peers.host(), client(peers.ca()));
        let user = ("jeff", crate::support::token::password_of("jeff"));
        Self { name: "real servers", host, client, user, _running: Running::Peers(Box::new(peers)) }
    }

    /// Sends a request to `path`, which may have a query.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8], auth: Auth<'_>) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.client.request(method, format!("https://{}{path}", self.host)).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request = match auth {
            Auth::Token(scopes) => request.bearer_auth(self.token(scopes)),
            Auth::Header(value) => request.header("Authorization", value),
            Auth::None => request,
        };
        let answer = request.send().unwrap_or_else(|error| panic!("{}: {path}: {error:?}", self.name));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().expect("a body").to_vec() }
    }

    /// A token for jeff.
    pub(crate) fn token(&self, scopes: &[&str]) -> String {
        let basic = Base64::encode_string(format!("{}:{}", self.user.0, self.user.1).as_bytes());
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("service", "any")
            .extend_pairs(scopes.iter().map(|scope| ("scope", scope.replace("HOST", &self.host))))
            .finish();
        let answer = self.send("GET", &format!("/token?{query}"), &[], b"", Auth::Header(&format!("Basic {basic}")));
        answer.json()["token"].as_str().expect("a token").to_owned()
    }
}

impl Answer {
    /// The body as JSON; null where it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }
}

fn client(ca: &Path) -> Client {
    let ca = reqwest::Certificate::from_pem(&std::fs::read(ca).expect("a file")).expect("a certificate");
    let builder = Client::builder().tls_certs_only([ca]).no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.timeout(Duration::from_secs(30)).build().expect("a client")
}
