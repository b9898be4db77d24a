//! What a person could do about an answer that is a status and no content: those that mean one thing in this trade.

use client::ports::{Asked, Service, StatusFacts, Step};

use super::asked::{host_of, is_notary};

/// The hint for a status; `setting` is what names another Notary server.
pub(crate) fn hint(asked: &Asked, status: u16, facts: &StatusFacts, setting: &str) -> Option<String> {
    let host = host_of(&asked.url).unwrap_or_else(|| "the server".to_owned());
    let leads = facts.leads_to.as_ref().map(|url| format!("it leads to {url}; ")).unwrap_or_default();
    Some(match status {
        300..400 if is_notary(asked) => {
            format!("{leads}redirects are not followed; name the Notary server itself {setting}")
        }
        300..400 if asked.step == Step::Token => {
            format!("{leads}redirects of a token server are not followed; tell who runs {host}")
        }
        300..400 if asked.service == Service::Registry => {
            format!("{leads}redirects are not followed; name the registry itself, under which the image's trust data must be too")
        }
        405 if is_notary(asked) => {
            format!("content trust may be switched off at {host}; or this is not the Notary server, which can be named {setting}")
        }
        413 => {
            let sent = facts.sent.map(|sent| format!("{sent} bytes were sent; ")).unwrap_or_default();
            format!("{sent}a proxy before the server may take less (nginx: client_max_body_size, 1 MiB where nothing is set)")
        }
        429 | 503 => match facts.retry_after {
            Some(wait) => format!("the server is busy, and asks to be left alone for {} s; run it again then", wait.as_secs()),
            None if status == 429 => "too many requests came from here or from this account; run it again later".to_owned(),
            None => return None,
        },
        501 => format!("{host} does not know such requests; ask who administers it"),
        507 => format!("{host} has no room left; ask who administers it"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_status_that_means_one_thing_is_told_so() {
        let notary = Asked::request(Service::Notary, "https://n:4443/v2/a/_trust/tuf/");
        let registry = Asked::request(Service::Registry, "https://r/v2/a/manifests/1");
        let facts = StatusFacts {
            retry_after: Some(Duration::from_secs(120)),
            sent: Some(1_234_567),
            leads_to: Some("https://elsewhere/x".to_owned()),
            ..StatusFacts::default()
        };
        for (asked, status, words) in [
            (&notary, 302, "it leads to https://elsewhere/x; redirects are not followed; name the Notary server itself in X"),
            (&registry, 307, "it leads to https://elsewhere/x; redirects are not followed; name the registry itself"),
            (&notary, 405, "content trust may be switched off at n:4443"),
            (&notary, 413, "1234567 bytes were sent; a proxy before the server may take less"),
            (&notary, 429, "left alone for 120 s"),
            (&registry, 503, "left alone for 120 s"),
            (&notary, 507, "no room left"),
        ] {
            let hint = hint(asked, status, &facts, "in X").unwrap();
            assert!(hint.starts_with(words) || hint.contains(words), "{status}: {hint}");
        }
        assert_eq!(hint(&registry, 405, &facts, "in X"), None);
        assert_eq!(hint(&notary, 503, &StatusFacts::default(), "in X"), None);
    }
}
