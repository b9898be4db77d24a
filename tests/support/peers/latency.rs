//! A distance that a test can set: a relay before the Notary server that holds each request back. With it the front's log shows which requests
//! travelled together and which waited for another.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::front::Request;

/// The relay; its thread ends with the process.
pub(crate) struct Latency {
    /// Where it listens, on loopback.
    pub(crate) port: u16,
    millis: Arc<AtomicU64>,
}

impl Latency {
    /// Relays to `upstream`, without a delay at first.
    pub(crate) fn before(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let millis: Arc<AtomicU64> = Arc::default();
        let delay = Arc::clone(&millis);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let delay = Duration::from_millis(delay.load(Ordering::Relaxed));
                // A side that goes away in the middle is no fault of the relay.
                thread::spawn(move || drop(relay(&stream, upstream, delay)));
            }
        });
        Self { port, millis }
    }

    /// From now on each request takes this much longer.
    pub(crate) fn set(&self, delay: Duration) {
        self.millis.store(u64::try_from(delay.as_millis()).expect("a short time"), Ordering::Relaxed);
    }
}

fn relay(client: &TcpStream, upstream: u16, delay: Duration) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", upstream))?;
    thread::sleep(delay);
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    io::copy(&mut &server, &mut &*client)?;
    client.shutdown(Shutdown::Both)
}

/// The requests in rounds: those of a round overlapped in time, and each round began when the one before was over.
pub(crate) fn rounds(requests: &[Request]) -> Vec<Vec<&Request>> {
    let mut sorted: Vec<&Request> = requests.iter().collect();
    sorted.sort_by_key(|request| request.started);
    let mut rounds: Vec<Vec<&Request>> = Vec::new();
    for request in sorted {
        match rounds.last_mut() {
            Some(round) if round.iter().any(|other| request.started < other.ended) => round.push(request),
            _ => rounds.push(vec![request]),
        }
    }
    rounds
}
