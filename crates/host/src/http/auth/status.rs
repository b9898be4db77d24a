//! The facts of an answer that is a status and no content.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822};
use reqwest::{
    Url,
    header::{DATE, HeaderMap, HeaderName, LOCATION, RETRY_AFTER},
};

use super::server_error;
use crate::http::transport::public_url::without_login;
use client::{ports::StatusFacts, safe_text::printable};

/// The longest wait that is read, in seconds.
const LONGEST: u64 = 24 * 60 * 60;

/// What an answer from this URL tells beside its status; `sent` is how much was sent there.
pub(super) fn facts(url: &Url, headers: &HeaderMap, body: &[u8], sent: Option<u64>) -> StatusFacts {
    StatusFacts { said: server_error::summary(body), retry_after: retry_after(headers), sent, leads_to: leads_to(url, headers) }
}

/// How long a server wants to be left alone (RFC 9110 10.2.3): seconds, or a moment by the server's own clock.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let wanted = text(RETRY_AFTER)?.trim();
    let seconds = match wanted.parse() {
        Ok(seconds) => seconds,
        Err(_) => u64::try_from(moment(wanted)?.as_second().saturating_sub(moment(text(DATE)?)?.as_second())).unwrap_or(0),
    };
    Some(Duration::from_secs(seconds.min(LONGEST)))
}

/// An HTTP date.
fn moment(text: &str) -> Option<Timestamp> {
    Some(rfc2822::parse(text).ok()?.timestamp())
}

fn leads_to(url: &Url, headers: &HeaderMap) -> Option<String> {
    let mut to = without_login(&url.join(headers.get(LOCATION)?.to_str().ok()?).ok()?);
    to.set_query(None);
    Some(printable(to.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(pairs: &[(HeaderName, &str)]) -> Option<u64> {
        let headers = pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        retry_after(&headers).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_a_number_or_a_moment() {
        let date = (DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        for (headers, seconds) in [
            (&[(RETRY_AFTER, "120")][..], Some(120)),
            (&[(RETRY_AFTER, " 0 ")], Some(0)),
            (&[(RETRY_AFTER, "99999999999")], Some(86_400)),
            (&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:50:00 GMT"), date.clone()], Some(23)),
            (&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:00:00 GMT"), date.clone()], Some(0)),
            (&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:50:00 GMT")], None),
            (&[(RETRY_AFTER, "soon"), date], None),
            (&[(RETRY_AFTER, "-1")], None),
            (&[], None),
        ] {
            assert_eq!(wait(headers), seconds, "{headers:?}");
        }
    }

    #[test]
    fn where_an_answer_leads_is_told_without_secrets() {
        let url = Url::parse("https://a/v2/x/manifests/1").unwrap();
        let of = |location: &str| leads_to(&url, &HeaderMap::from_iter([(LOCATION, location.parse().unwrap())]));
        assert_eq!(of("https://jeff:pw@b/x?signature=s#y").unwrap(), "https://b/x");
        assert_eq!(of("../2").unwrap(), "https://a/v2/x/2");
    }
}
