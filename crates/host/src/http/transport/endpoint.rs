//! A server that a person names by its address, and that asks for no credentials over HTTP: the Docker Engine.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, mpsc::RecvTimeoutError},
    time::Duration,
};

use reqwest::{
    Method, Url,
    blocking::Client,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect::Policy,
};

use super::{
    agreed_tls::AgreedTls,
    causes::causes,
    exchange::{MAX_ERROR_BODY, Outgoing, Part, Parts, begin, exchange},
    failure::Failure,
    host_client::{DroppedApart, HostClient, route_of},
    pace::{LEAST_RATE, Pace},
    tls::exclusive_client_config,
    tls_files::TlsMaterial,
};
use client::ports::{
    Asked, RemoteError, Service, Step,
    trace::{Errand, Route, Trace},
};

/// Longest line of a stream, in bytes.
const MAX_LINE: usize = 1 << 20;

/// Where the server listens.
#[derive(Debug)]
pub enum Address {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A host, without TLS.
    Plain(Url),
    /// A host, with TLS. Where the material names authorities, no others count.
    Tls(Url, TlsMaterial),
}

/// The server, and the connections to it.
pub struct Endpoint {
    host: HostClient,
    base: Url,
    pace: Pace,
}

/// A question to the server.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The method: `GET`, `HEAD` or `POST`.
    pub method: &'static str,
    /// The path and the query, after the address.
    pub path: &'a str,
    /// A header of its own, which is kept out of logs.
    pub header: Option<(&'static str, &'a str)>,
    /// Where the login came from that the header hands on, for the trace.
    pub login: Option<&'a str>,
    /// The longest body of an answer with status 200, in bytes.
    pub limit: u64,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; of another status than 200 its first KiB.
    pub body: Vec<u8>,
}

impl Endpoint {
    /// Prepares to speak to an address; nothing is sent yet. An error says why the address cannot be used.
    pub fn new(address: Address, timeout: Duration) -> Result<Self, String> {
        let builder = Client::builder()
            .http1_only()
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            .timeout(None)
            .user_agent(concat!("dct/", env!("CARGO_PKG_VERSION")));
        let agreed = AgreedTls::default();
        let (builder, base, route) = match address {
            Address::Unix(path) => {
                // the host of a socket is not looked up; Docker's clients say this one
                let base = Url::parse("http://localhost").map_err(|e| e.to_string())?;
                let route = Route { socket: Some(path.clone()), ..Route::default() };
                (builder.unix_socket(path), base, route)
            }
            Address::Plain(url) => (builder, url, Route::default()),
            Address::Tls(url, material) => {
                let route = route_of(&material);
                let mut config = exclusive_client_config(material, agreed.clone())?;
                config.alpn_protocols = vec![b"http/1.1".to_vec()];
                (builder.tls_backend_preconfigured(config).https_only(true), url, route)
            }
        };
        let client = builder.build().map_err(|e| causes(&e))?;
        let pace = Pace { timeout, least_rate: LEAST_RATE };
        let client = DroppedApart::new(client);
        Ok(Self { host: HostClient { client, route, proxy: None, agreed, told: None }, base, pace })
    }

    /// The same, and each request is told of, where anyone wants to know.
    #[must_use]
    pub fn traced(mut self, trace: Option<Arc<dyn Trace>>) -> Self {
        self.host.told = trace;
        self
    }

    /// Asks, and reads the whole answer.
    pub fn call(&self, call: &Call<'_>) -> Result<Reply, RemoteError> {
        let outgoing = self.outgoing(call)?;
        let url = outgoing.url.clone();
        let incoming = exchange(&self.host, outgoing, self.pace).map_err(|kind| engine_failed(&url, kind))?;
        Ok(Reply { status: incoming.status, headers: incoming.headers, body: incoming.body })
    }

    /// Asks, and hands over each line of the answer as it comes, where its status is 200; else the answer is given back. Between two pieces
    /// of the answer `idle` may pass. An error of `each` ends it.
    pub fn lines<E: From<RemoteError>>(
        &self,
        call: &Call<'_>,
        idle: Duration,
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<Reply>, E> {
        let outgoing = self.outgoing(call)?;
        let url = outgoing.url.clone();
        let mut parts = begin(&self.host, outgoing, None);
        self.read_lines(&mut parts, idle, &mut each).map_err(|broken| match broken {
            Broken::There(kind) => {
                parts.failed(&kind);
                E::from(engine_failed(&url, kind))
            }
            Broken::Here(error) => error,
        })
    }

    fn read_lines<E>(
        &self,
        parts: &mut Parts,
        idle: Duration,
        each: &mut impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<Option<Reply>, Broken<E>> {
        let (status, headers) = match next(parts, idle)? {
            Part::Head(status, headers) => (status, headers),
            Part::Failed(kind) => return Err(Broken::There(kind)),
            Part::Data(_) | Part::End => return Err(Broken::There(early())),
        };
        let mut rest = Vec::new();
        loop {
            match next(parts, if status == 200 { idle } else { self.pace.timeout })? {
                Part::Data(data) if status == 200 => {
                    rest.extend_from_slice(&data);
                    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
                        let line: Vec<u8> = rest.drain(..=end).collect();
                        each(line.trim_ascii()).map_err(Broken::Here)?;
                    }
                    if rest.len() > MAX_LINE {
                        return Err(Broken::There(Failure::BadAnswer(format!("a line is longer than {MAX_LINE} bytes"))));
                    }
                }
                Part::Data(data) => {
                    rest.extend_from_slice(&data);
                    rest.truncate(usize::try_from(MAX_ERROR_BODY).unwrap_or(usize::MAX));
                }
                Part::End => break,
                Part::Failed(kind) => return Err(Broken::There(kind)),
                Part::Head(..) => return Err(Broken::There(early())),
            }
        }
        if status != 200 {
            return Ok(Some(Reply { status, headers, body: rest }));
        }
        if rest.trim_ascii().is_empty() { Ok(None) } else { each(rest.trim_ascii()).map(|()| None).map_err(Broken::Here) }
    }

    fn outgoing(&self, call: &Call<'_>) -> Result<Outgoing, RemoteError> {
        let unusable = |reason: String| RemoteError::Unusable(format!("{}{}: {reason}", self.base, call.path));
        let base = self.base.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{}", call.path)).map_err(|e| unusable(e.to_string()))?;
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|e| unusable(e.to_string()))?;
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = call.header {
            let mut value = HeaderValue::from_str(value).map_err(|e| unusable(e.to_string()))?;
            value.set_sensitive(true);
            headers.insert(HeaderName::from_static(name), value);
        }
        let errand = Errand { service: Service::Engine, step: Step::Request, login: call.login.map(str::to_owned) };
        Ok(Outgoing { errand, method, url, headers, body: None, limit: call.limit })
    }
}

fn engine_failed(url: &Url, kind: Failure) -> RemoteError {
    kind.of(Asked::request(Service::Engine, url.as_str()))
}

/// Why a stream ended early: something failed on its way, or whoever takes the lines has had enough.
enum Broken<E> {
    There(Failure),
    Here(E),
}

impl<E> From<Failure> for Broken<E> {
    fn from(kind: Failure) -> Self {
        Self::There(kind)
    }
}

fn next(parts: &mut Parts, wait: Duration) -> Result<Part, Failure> {
    parts.next(wait).map_err(|error| match error {
        RecvTimeoutError::Timeout => {
            Failure::Unreachable(format!("{}: nothing came for {} s", io::ErrorKind::TimedOut, wait.as_secs()))
        }
        RecvTimeoutError::Disconnected => early(),
    })
}

fn early() -> Failure {
    Failure::BadAnswer("the answer ended early".to_owned())
}
