//! One request and its answer, within a time and a size.

use std::{
    io::Read,
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread,
    time::{Duration, Instant},
};

use reqwest::{
    Url,
    blocking::{Body, Request, Response},
    header::{CONTENT_LENGTH, HeaderMap},
};

use super::{
    failure::{Failure, classify},
    host_client::{DroppedApart, HostClient},
    pace::Pace,
    unpack::{Packing, too_long},
    watch::Watch,
};
use client::ports::{Bytes, trace::Errand};

/// How much of a body is kept that comes with another status than 200, in bytes.
pub(in crate::http) const MAX_ERROR_BODY: u64 = 1 << 10;

const CHUNK: usize = 64 << 10;

/// A request, ready to be sent; the body is shared, so that it can be sent again.
#[derive(Clone)]
pub(in crate::http) struct Outgoing {
    /// For the trace alone.
    pub(in crate::http) errand: Errand,
    pub(in crate::http) method: reqwest::Method,
    pub(in crate::http) url: Url,
    pub(in crate::http) headers: HeaderMap,
    pub(in crate::http) body: Option<Bytes>,
    /// The longest body of an answer with status 200; of any other the first KiB is kept.
    pub(in crate::http) limit: u64,
}

/// An answer with its whole body.
pub(in crate::http) struct Incoming {
    pub(in crate::http) status: u16,
    pub(in crate::http) headers: HeaderMap,
    pub(in crate::http) body: Vec<u8>,
}

/// Sends a request and reads the answer.
///
/// reqwest's blocking client begins its time-out anew with every read, so the exchange runs in a thread of its own, and this one keeps the time.
pub(in crate::http) fn exchange(host: &HostClient, outgoing: Outgoing, pace: Pace) -> Result<Incoming, Failure> {
    let start = Instant::now();
    let sent = outgoing.body.as_ref().map_or(0, |body| body.len() as u64);
    let limit = outgoing.limit;
    // a little later than ours, which knows what has been read by then
    let timeout = pace.allowed(sent.saturating_add(limit)).saturating_add(Duration::from_secs(1));
    let mut parts = begin(host, outgoing, Some(timeout));
    receive(&mut parts, sent, limit, pace, start).inspect_err(|kind| parts.failed(kind))
}

/// Sends a request in a thread of its own, which ends when nobody listens any more, or at the time-out where there is one.
pub(in crate::http) fn begin(host: &HostClient, outgoing: Outgoing, timeout: Option<Duration>) -> Parts {
    let watch = Watch::begin(host, &outgoing.errand, outgoing.method.as_str(), &outgoing.url);
    let certificate = host.route.certificate.clone();
    let mut request = Request::new(outgoing.method, outgoing.url);
    *request.headers_mut() = outgoing.headers;
    *request.timeout_mut() = timeout;
    *request.body_mut() = outgoing.body.map(|body| Body::from(body.to_vec()));

    let (sender, receiver) = sync_channel(4);
    let client = host.client.clone();
    thread::spawn(move || run(&client, request, certificate.as_deref(), &sender));
    Parts { receiver, watch }
}

/// The pieces of an answer, as they come.
pub(in crate::http) struct Parts {
    receiver: Receiver<Part>,
    watch: Option<Watch>,
}

impl Parts {
    /// The next piece, where one comes in time.
    pub(in crate::http) fn next(&mut self, wait: Duration) -> Result<Part, RecvTimeoutError> {
        let part = self.receiver.recv_timeout(wait)?;
        if let Some(watch) = &mut self.watch {
            match &part {
                Part::Head(status, _) => watch.answered(*status),
                Part::Data(data) => watch.received(data.len()),
                Part::Failed(kind) => watch.failed(kind),
                Part::End => {}
            }
        }
        Ok(part)
    }

    /// The answer is of no use.
    pub(in crate::http) fn failed(&mut self, kind: &Failure) {
        if let Some(watch) = &mut self.watch {
            watch.failed(kind);
        }
    }
}

/// What the thread that talks has got.
pub(in crate::http) enum Part {
    Head(u16, HeaderMap),
    Data(Vec<u8>),
    End,
    Failed(Failure),
}

fn run(client: &DroppedApart, request: Request, certificate: Option<&Path>, sender: &SyncSender<Part>) {
    let Some(client) = client.get() else { return };
    let last = match client.execute(request) {
        Ok(response) => forward(response, certificate, sender),
        Err(error) => Part::Failed(classify(&error, certificate)),
    };
    // nobody listens any more where the time ran out or enough was read
    let _ = sender.send(last);
}

fn forward(mut response: Response, certificate: Option<&Path>, sender: &SyncSender<Part>) -> Part {
    if sender.send(Part::Head(response.status().as_u16(), response.headers().clone())).is_err() {
        return Part::End;
    }
    let mut buffer = vec![0; CHUNK];
    loop {
        match response.read(&mut buffer) {
            Ok(0) => return Part::End,
            Ok(n) => {
                let data = buffer.get(..n).unwrap_or_default().to_vec();
                if sender.send(Part::Data(data)).is_err() {
                    return Part::End;
                }
            }
            Err(error) => return Part::Failed(classify(&error, certificate)),
        }
    }
}

fn receive(parts: &mut Parts, sent: u64, limit: u64, pace: Pace, start: Instant) -> Result<Incoming, Failure> {
    let mut incoming: Option<Incoming> = None;
    loop {
        let got = incoming.as_ref().map_or(0, |i| i.body.len() as u64);
        let part = match parts.next(pace.left(start, sent.saturating_add(got))) {
            Ok(part) => part,
            Err(RecvTimeoutError::Timeout) => return Err(Failure::Unreachable(too_slow(incoming.is_some(), got, start))),
            Err(RecvTimeoutError::Disconnected) => return Err(Failure::Unreachable("the exchange ended early".to_owned())),
        };
        match (part, &mut incoming) {
            (Part::Head(status, headers), _) => {
                if status == 200 {
                    check_length(&headers, limit)?;
                    Packing::of(&headers)?;
                }
                incoming = Some(Incoming { status, headers, body: Vec::new() });
            }
            (Part::Data(data), Some(incoming)) => {
                if incoming.append(&data, limit)? {
                    break;
                }
            }
            (Part::End, Some(_)) => break,
            // an error's status says more than a failure to read the rest of it
            (Part::Failed(_), Some(incoming)) if incoming.status != 200 => break,
            (Part::Failed(_), _) if pace.left(start, sent.saturating_add(got)).is_zero() => {
                return Err(Failure::Unreachable(too_slow(incoming.is_some(), got, start)));
            }
            (Part::Failed(kind), _) => return Err(kind),
            (Part::Data(_) | Part::End, None) => {}
        }
    }
    incoming.ok_or_else(|| Failure::Unreachable("the exchange ended early".to_owned()))?.unpacked(limit)
}

impl Incoming {
    /// The same with the body as it was before it was compressed.
    fn unpacked(self, limit: u64) -> Result<Self, Failure> {
        let body = match Packing::of(&self.headers) {
            Ok(packing) if self.status == 200 => packing.unpack(self.body, limit)?,
            Ok(packing) => packing.unpack_beginning(self.body, MAX_ERROR_BODY),
            Err(_) => Vec::new(),
        };
        Ok(Self { body, ..self })
    }

    /// Takes a piece of the body; whether there is enough.
    fn append(&mut self, data: &[u8], limit: u64) -> Result<bool, Failure> {
        self.body.extend_from_slice(data);
        let length = self.body.len() as u64;
        if self.status != 200 {
            self.body.truncate(usize::try_from(MAX_ERROR_BODY).unwrap_or(usize::MAX));
            return Ok(length >= MAX_ERROR_BODY);
        }
        if length > limit { Err(too_long(limit)) } else { Ok(false) }
    }
}

fn check_length(headers: &HeaderMap, limit: u64) -> Result<(), Failure> {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit) { Err(too_long(limit)) } else { Ok(()) }
}

fn too_slow(has_begun: bool, got: u64, start: Instant) -> String {
    let seconds = start.elapsed().as_secs_f32();
    if has_begun {
        format!("the answer was not complete after {seconds:.1} s ({got} bytes)")
    } else {
        format!("no answer within {seconds:.1} s")
    }
}
