//! The trace of a command as a person reads it: one line a request.

use std::{path::Path, sync::Arc};

use crate::term::ui::Ui;
use client::ports::{
    CertificateFault, Step, TlsFault,
    trace::{Exchange, Fault, Route, TlsVersion, Trace},
};

/// Writes the trace to standard error.
pub(crate) struct TraceWords {
    /// Where it is written.
    pub(crate) ui: Arc<Ui>,
}

impl Trace for TraceWords {
    fn exchanged(&self, exchange: &Exchange) {
        self.ui.debug(&line(exchange));
    }
}

/// `GET https://… 200 12 ms 1234 B tls1.3 ca=system login=anonymous service=notary`
fn line(exchange: &Exchange) -> String {
    let Exchange { errand, method, url, status, fault, took, received, tls, route } = exchange;
    let mut words = vec![method.clone(), url.clone()];
    words.extend(status.map(|status| status.to_string()));
    words.extend(fault.as_ref().map(|fault| fault_word(fault).to_owned()));
    words.push(format!("{} ms", took.as_millis()));
    words.push(format!("{received} B"));
    words.extend(tls.map(|version| version_word(version).to_owned()));
    words.extend(way(route));
    words.push(format!("login={}", errand.login.as_deref().map_or_else(|| "anonymous".to_owned(), one_word)));
    words.push(format!("service={}", errand.service.name()));
    words.extend(step_word(errand.step).map(|step| format!("step={step}")));
    words.join(" ")
}

fn way(route: &Route) -> Vec<String> {
    let file = |path: &Path| one_word(&path.display().to_string());
    let mut words = Vec::new();
    if let Some(authorities) = &route.authorities {
        let system = authorities.system.then(|| "system".to_owned());
        let all: Vec<String> = system.into_iter().chain(authorities.files.iter().map(|path| file(path))).collect();
        words.push(format!("ca={}", all.join(",")));
    }
    words.extend(route.certificate.as_deref().map(|path| format!("certificate={}", file(path))));
    words.extend(route.proxy.as_ref().map(|proxy| format!("proxy={proxy}")));
    words.extend(route.socket.as_deref().map(|path| format!("socket={}", file(path))));
    words
}

/// In quotes where it would not read as one word.
fn one_word(text: &str) -> String {
    if text.contains([' ', ',', '"']) { format!("\"{}\"", text.replace('"', "\\\"")) } else { text.to_owned() }
}

fn fault_word(fault: &Fault) -> &'static str {
    match fault {
        Fault::BadAnswer => "bad-answer",
        Fault::Tls(TlsFault::NotTls) => "not-tls",
        Fault::Tls(TlsFault::CertificateNotTaken(_) | TlsFault::CertificateWanted) => "tls-client-certificate",
        Fault::Tls(TlsFault::Certificate(certificate)) => match certificate.why {
            CertificateFault::Name | CertificateFault::NoName => "tls-wrong-name",
            CertificateFault::Expired => "tls-expired",
            CertificateFault::NotYetValid => "tls-not-yet-valid",
            CertificateFault::Authority | CertificateFault::UnknownAuthority => "tls-unknown-authority",
            _ => "tls-certificate",
        },
        Fault::Tls(_) => "tls-failure",
        Fault::Unreachable => "unreachable",
    }
}

fn version_word(version: TlsVersion) -> &'static str {
    match version {
        TlsVersion::V1_2 => "tls1.2",
        TlsVersion::V1_3 => "tls1.3",
    }
}

/// The service's own answer needs no word.
fn step_word(step: Step) -> Option<&'static str> {
    match step {
        Step::Challenge => Some("challenge"),
        Step::Token => Some("token"),
        Step::Request | Step::Server => None,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use client::ports::{
        RefusedCertificate, Service,
        trace::{Errand, TrustedAuthorities},
    };

    use super::*;

    fn exchange(route: Route) -> Exchange {
        Exchange {
            errand: Errand { service: Service::Notary, step: Step::Request, login: None },
            method: "GET".to_owned(),
            url: "https://a/v2/".to_owned(),
            status: Some(200),
            fault: None,
            took: Duration::from_micros(12_900),
            received: 1234,
            tls: Some(TlsVersion::V1_3),
            route,
        }
    }

    #[test]
    fn a_request_is_one_line_of_facts() {
        let system = TrustedAuthorities { system: true, files: Vec::new() };
        let plain = exchange(Route { authorities: Some(system), ..Route::default() });
        assert_eq!(line(&plain), "GET https://a/v2/ 200 12 ms 1234 B tls1.3 ca=system login=anonymous service=notary");
        let proxied = Exchange {
            errand: Errand { service: Service::Registry, step: Step::Token, login: Some("the prompt".to_owned()) },
            route: Route {
                authorities: Some(TrustedAuthorities { system: true, files: vec!["/a b.crt".into(), "/c.crt".into()] }),
                certificate: Some("/c.cert".into()),
                proxy: Some("http://p:1".to_owned()),
                socket: None,
            },
            ..plain
        };
        assert_eq!(
            line(&proxied),
            "GET https://a/v2/ 200 12 ms 1234 B tls1.3 ca=system,\"/a b.crt\",/c.crt certificate=/c.cert proxy=http://p:1 \
             login=\"the prompt\" service=registry step=token"
        );
    }

    #[test]
    fn what_failed_is_told_by_its_kind() {
        let alone = TrustedAuthorities { system: false, files: vec!["/ca.pem".into()] };
        let answered = exchange(Route { authorities: Some(alone), ..Route::default() });
        let wrong_name = Fault::Tls(RefusedCertificate::unread("a", CertificateFault::Name).into());
        let refused = Exchange { status: None, fault: Some(wrong_name), tls: None, received: 0, ..answered };
        assert_eq!(line(&refused), "GET https://a/v2/ tls-wrong-name 12 ms 0 B ca=/ca.pem login=anonymous service=notary");
        let cut = Exchange { status: Some(200), fault: Some(Fault::Unreachable), ..exchange(Route::default()) };
        assert_eq!(line(&cut), "GET https://a/v2/ 200 unreachable 12 ms 1234 B tls1.3 login=anonymous service=notary");
    }
}
