//! What a proxy says that opens no tunnel. The HTTP client does not tell, so the proxy is asked once more, for the words alone.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    sync::mpsc::sync_channel,
    thread,
    time::Duration,
};

use base64ct::{Base64, Encoding};
use reqwest::{Url, header::PROXY_AUTHENTICATE};
use zeroize::Zeroizing;

use super::{exchange::Incoming, failure::Failure, proxy::Proxy};
use client::{ports::ProxyFault, safe_text::printable};

/// Longest head of an answer that is read, in bytes.
const MAX_HEAD: u64 = 8 << 10;

/// Longest that is waited for it: the proxy has just answered the same.
const PATIENCE: Duration = Duration::from_secs(3);

/// Most kinds of login that are named, and the longest name of one.
const MAX_SCHEMES: usize = 8;
const MAX_SCHEME: usize = 20;

/// Why it opens no tunnel to a server, as far as it tells. Of one that is spoken to over TLS or SOCKS no more is known than that.
pub(super) fn of(proxy: &Proxy, server: &Url) -> ProxyFault {
    if proxy.url().scheme() != "http" {
        return ProxyFault::Refused;
    }
    let (proxy, server) = (proxy.clone(), server.clone());
    let (sender, receiver) = sync_channel(1);
    // a look-up of a name has no time-out of its own
    thread::spawn(move || sender.send(ask(&proxy, &server)));
    receiver.recv_timeout(PATIENCE).ok().flatten().unwrap_or(ProxyFault::Refused)
}

/// An answer by way of a proxy that is not the server's: where no TLS is spoken, the proxy can answer in its place.
pub(super) fn in_place(proxy: &Proxy, incoming: Incoming) -> Result<Incoming, Failure> {
    if incoming.status != 407 {
        return Ok(incoming);
    }
    let wanted = incoming.headers.get_all(PROXY_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    Err(Failure::Proxy(Box::new(proxy.name()), ProxyFault::Answered { status: 407, schemes: schemes(wanted) }))
}

fn ask(proxy: &Proxy, server: &Url) -> Option<ProxyFault> {
    let address = (proxy.url().host_str()?.trim_matches(['[', ']']), proxy.url().port_or_known_default()?);
    let mut stream = address.to_socket_addrs().ok()?.find_map(|address| TcpStream::connect_timeout(&address, PATIENCE).ok())?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let (host, port) = (server.host_str()?, server.port_or_known_default()?);
    let mut question = Zeroizing::new(format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n"));
    if let Some((user, password)) = proxy.login().map(Zeroizing::new).as_deref() {
        let pair = Zeroizing::new(format!("{user}:{password}"));
        let encoded = Zeroizing::new(Base64::encode_string(pair.as_bytes()));
        question.push_str("Proxy-Authorization: Basic ");
        question.push_str(&encoded);
        question.push_str("\r\n");
    }
    question.push_str("\r\n");
    stream.write_all(question.as_bytes()).ok()?;
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while (head.len() as u64) < MAX_HEAD && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(n) => head.extend_from_slice(piece.get(..n)?),
        }
    }
    read(&String::from_utf8_lossy(&head))
}

/// The status of an answer that is none of success, and the kinds of login that it wants.
fn read(head: &str) -> Option<ProxyFault> {
    let mut lines = head.lines();
    let status: u16 = lines.next()?.strip_prefix("HTTP/")?.split(' ').nth(1)?.parse().ok()?;
    (!(200..300).contains(&status)).then(|| ProxyFault::Answered { status, schemes: schemes(lines.filter_map(challenge)) })
}

fn challenge(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("proxy-authenticate").then_some(value)
}

/// The kinds of login of `Proxy-Authenticate` headers: the first word of each.
fn schemes<'h>(headers: impl Iterator<Item = &'h str>) -> Vec<String> {
    let word = |value: &str| {
        let word: String = value.trim().chars().take_while(|c| !matches!(c, ' ' | ',')).take(MAX_SCHEME).collect();
        (!word.is_empty()).then(|| printable(&word))
    };
    headers.filter_map(word).take(MAX_SCHEMES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_and_what_login_it_wants() {
        let answered = |status, schemes: &[&str]| {
            Some(ProxyFault::Answered { status, schemes: schemes.iter().map(|scheme| (*scheme).to_owned()).collect() })
        };
        for (head, fault) in [
            ("HTTP/1.1 403 Forbidden\r\n\r\n", answered(403, &[])),
            ("HTTP/1.0 502\r\nX: y\r\n\r\n", answered(502, &[])),
            (
                "HTTP/1.1 407 -\r\nProxy-Authenticate: NTLM\r\nproxy-authenticate:Negotiate\r\nProxy-Authenticate: Basic realm=\"x\"\r\n",
                answered(407, &["NTLM", "Negotiate", "Basic"]),
            ),
            ("HTTP/1.1 407 -\r\nProxy-Authenticate: a\u{1b}[31mb c\r\n", answered(407, &["a\\u{1b}[31mb"])),
            ("HTTP/1.1 200 OK\r\n\r\n", None),
            ("SSH-2.0-x\r\n", None),
            ("", None),
        ] {
            assert_eq!(read(head), fault, "{head:?}");
        }
    }
}
