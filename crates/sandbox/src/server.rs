//! The endpoint's server: TLS and HTTP on loopback, and which request goes where.

use std::{
    convert::Infallible,
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use jiff::Timestamp;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio::sync::{Semaphore, oneshot};
use tokio_rustls::TlsAcceptor;

use super::{
    certificates::Issued,
    idle::{Activity, Busy},
    notary::TrustEndpoint,
    registry::{self, RegistryEndpoint},
    tokens::Tokens,
};

/// Longest body of a request: an image's layer.
const MAX_BODY: usize = 1 << 30;

/// Longest that a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(600);

/// Longest that a TLS handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(30);

/// Longest that a connection may be without a request.
const IDLE_TIME: Duration = Duration::from_secs(60);

/// What is read of the body of a request that is refused, so that its client hears the answer.
const MAX_REFUSED: usize = 1 << 20;

/// Most connections at once.
const CONNECTIONS: usize = 256;

/// What answers.
#[derive(Debug)]
pub struct Endpoints {
    /// Tokens.
    pub tokens: Tokens,
    /// Trust data.
    pub trust: TrustEndpoint,
    /// Images.
    pub registry: RegistryEndpoint,
}

/// A running server; dropped, it ends.
#[derive(Debug)]
pub struct Server {
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

/// Takes a port on loopback; 0 is any that is free. Returns it with its number.
pub fn listen(port: u16) -> io::Result<(TcpListener, u16)> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

impl Server {
    /// Serves on a listener from `listen`, in a thread of its own.
    pub fn start(listener: TcpListener, identity: &Issued, endpoints: Endpoints) -> io::Result<Self> {
        let acceptor = TlsAcceptor::from(Arc::new(tls(identity).map_err(io::Error::other)?));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let serve = move || {
            runtime.spawn(accept(listener, acceptor, Arc::new(endpoints)));
            // until the sender is dropped: nothing is ever sent
            let _ = runtime.block_on(stopped);
        };
        let thread = thread::Builder::new().name("sandbox".to_owned()).spawn(serve)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn tls(identity: &Issued) -> Result<ServerConfig, Box<dyn std::error::Error + Send + Sync>> {
    let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = config.with_no_client_auth().with_single_cert(vec![certificate], key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

async fn accept(listener: tokio::net::TcpListener, acceptor: TlsAcceptor, endpoints: Arc<Endpoints>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // such as too many open files: later there may be one
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (acceptor, endpoints) = (acceptor.clone(), Arc::clone(&endpoints));
        tokio::spawn(async move {
            let _permit = permit;
            let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE_TIME, acceptor.accept(stream)).await else { return };
            let activity = Activity::new();
            let of_requests = activity.clone();
            let service = service_fn(move |request| respond(request, Arc::clone(&endpoints), of_requests.begin()));
            let http = auto::Builder::new(TokioExecutor::new());
            // a client that goes away in the middle is no fault of the server
            let served = tokio::spawn(async move { drop(http.serve_connection(TokioIo::new(stream), service).await) });
            let end = served.abort_handle();
            let idle = tokio::spawn(async move {
                activity.ended(IDLE_TIME).await;
                end.abort();
            });
            let _ = served.await;
            idle.abort();
        });
    }
}

async fn respond(request: Request<Incoming>, endpoints: Arc<Endpoints>, _busy: Busy) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let of_head = head.method == Method::HEAD;
    let mut request = Request::from_parts(head, Bytes::new());
    // before a body is read: whoever may not send it does not fill the memory
    let mut answer = match endpoints.admit(&request, now()) {
        Err(challenge) => {
            let _ = tokio::time::timeout(HANDSHAKE_TIME, Limited::new(body, MAX_REFUSED).collect()).await;
            *challenge
        }
        Ok(()) => match tokio::time::timeout(BODY_TIME, Limited::new(body, MAX_BODY).collect()).await {
            Ok(Ok(body)) => {
                *request.body_mut() = body.to_bytes();
                endpoints.answer(&request, now())
            }
            Ok(Err(error)) if error.is::<LengthLimitError>() => empty(StatusCode::PAYLOAD_TOO_LARGE),
            Ok(Err(_)) => empty(StatusCode::BAD_REQUEST),
            Err(_) => empty(StatusCode::REQUEST_TIMEOUT),
        },
    };
    if of_head {
        // hyper would send the body on HTTP/2
        let length = HeaderValue::from(std::mem::take(answer.body_mut()).len());
        answer.headers_mut().insert(header::CONTENT_LENGTH, length);
    }
    Ok(answer.map(Full::new))
}

/// Who answers a path, as the front of a Docker Trusted Registry sends it on.
enum Room {
    Registry,
    Tokens,
    Trust,
}

impl Room {
    fn of(path: &str) -> Self {
        match path {
            "/token" => Self::Tokens,
            "/_notary_server/health" => Self::Trust,
            path if path.contains("/_trust/") => Self::Trust,
            _ => Self::Registry,
        }
    }
}

impl Endpoints {
    /// Lets a request pass by its head, or says which token it needs.
    fn admit(&self, request: &Request<Bytes>, now: Timestamp) -> Result<(), Box<Response<Bytes>>> {
        let room = Room::of(request.uri().path());
        let scopes = match room {
            Room::Tokens => None,
            Room::Trust => self.trust.scopes(request),
            Room::Registry => self.registry.scopes(request),
        };
        let Some(scopes) = scopes else { return Ok(()) };
        self.tokens.check(request, &scopes, now).map_err(|challenge| match room {
            Room::Registry => Box::new(registry::marked(*challenge)),
            Room::Tokens | Room::Trust => challenge,
        })
    }

    /// Answers a request that may pass.
    fn answer(&self, request: &Request<Bytes>, now: Timestamp) -> Response<Bytes> {
        match Room::of(request.uri().path()) {
            Room::Tokens => self.tokens.answer(request, now),
            Room::Trust => self.trust.answer(request, now),
            Room::Registry => self.registry.answer(request),
        }
    }
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = status;
    answer
}

#[expect(clippy::disallowed_methods, reason = "a server has its own clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
