//! One request under watch: what is seen of it is told to the trace when it is over, however it ends.

use std::time::{Duration, Instant};

use reqwest::Url;

use super::{failure::Failure, host_client::HostClient, public_url::without_login};
use client::ports::trace::{Errand, Exchange, Fault};

/// The parameters of a query that this program chooses itself: of the protocol for tokens, and of the Engine's API. No server can name a token
/// server with one of the first.
const OURS: [&str; 7] = ["service", "scope", "account", "fromImage", "tag", "repo", "platform"];

/// What stands in place of the rest.
const HIDDEN: &str = "***";

/// A request that is told of when this is dropped.
pub(in crate::http) struct Watch {
    host: HostClient,
    exchange: Exchange,
    begun: Instant,
}

impl Watch {
    /// Begins to watch; none where nobody is told.
    pub(in crate::http) fn begin(host: &HostClient, errand: &Errand, method: &str, url: &Url) -> Option<Self> {
        host.told.as_ref()?;
        let exchange = Exchange {
            errand: errand.clone(),
            method: method.to_owned(),
            url: without_secrets(url),
            status: None,
            fault: None,
            took: Duration::ZERO,
            received: 0,
            tls: None,
            route: host.route.clone(),
        };
        Some(Self { host: host.clone(), exchange, begun: Instant::now() })
    }

    /// An answer came, with this status.
    pub(in crate::http) fn answered(&mut self, status: u16) {
        self.exchange.status = Some(status);
    }

    /// So many bytes of its body came.
    pub(in crate::http) fn received(&mut self, bytes: usize) {
        self.exchange.received = self.exchange.received.saturating_add(bytes as u64);
    }

    /// It has failed.
    pub(in crate::http) fn failed(&mut self, kind: &Failure) {
        self.exchange.fault = Some(match kind {
            Failure::Tls(fault) => Fault::Tls(fault.clone()),
            Failure::BadAnswer(_) => Fault::BadAnswer,
            Failure::Proxy(..) | Failure::TunnelRefused | Failure::Unreachable(_) | Failure::Denied(_) | Failure::Unusable(_) => {
                Fault::Unreachable
            }
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.exchange.took = self.begun.elapsed();
        // before an answer the last handshake may have been a proxy's
        self.exchange.tls = self.exchange.status.and_then(|_| self.host.agreed.version());
        if let Some(trace) = &self.host.told {
            trace.exchanged(&self.exchange);
        }
    }
}

/// A URL as it may be shown: without credentials and fragment, and of its query the values alone that are ours.
fn without_secrets(url: &Url) -> String {
    let mut shown = without_login(url);
    let pairs: Vec<String> = url.query().into_iter().flat_map(|query| query.split('&')).map(shown_pair).collect();
    shown.set_query((!pairs.is_empty()).then(|| pairs.join("&")).as_deref());
    shown.to_string()
}

fn shown_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if OURS.contains(&name) => pair.to_owned(),
        Some((name, _)) => format!("{name}={HIDDEN}"),
        None => HIDDEN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_what_may_be_secret() {
        let shown = |url: &str| without_secrets(&Url::parse(url).unwrap());
        for (url, safe) in [
            ("https://a/v2/", "https://a/v2/"),
            ("https://jeff:hunter2@a/x#hunter2", "https://a/x"),
            ("https://a/?hunter2", "https://a/?***"),
            ("https://a/?key=hunter2&service=x", "https://a/?key=***&service=x"),
            ("https://a/?service=hunter2=x;y&xscope=hunter2", "https://a/?service=hunter2=x;y&xscope=***"),
            ("https://a/?scope=repository%3Ah%2Fr%3Apull%2Cpush", "https://a/?scope=repository%3Ah%2Fr%3Apull%2Cpush"),
            ("https://a/?s%63ope=hunter2&SCOPE=hunter2&&=hunter2", "https://a/?s%63ope=***&SCOPE=***&***&=***"),
        ] {
            assert_eq!(shown(url), safe);
        }
    }
}
