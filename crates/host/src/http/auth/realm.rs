//! The address of a token server, as another server names it in its challenge.

use reqwest::Url;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::http::transport::hosts::authority;

/// Longest realm, in bytes.
const MAX_REALM: usize = 2 << 10;

/// The parameters to which the token protocol gives a meaning (distribution's token specification, and its form of OAuth 2.0). They say
/// who asks, for whom and for what, which is not for the server to choose that names the realm.
const OURS: [&str; 10] = [
    "service",
    "scope",
    "account",
    "client_id",
    "offline_token",
    "grant_type",
    "access_type",
    "refresh_token",
    "username",
    "password",
];

/// An https URL with a host, without credentials, and without a word of ours in its query.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Realm(Url);

impl Realm {
    /// Reads a realm. An error says what is wrong with it.
    pub(super) fn parse(realm: &str) -> Result<Self, String> {
        let refuse = |reason: &str| Err(format!("the token realm that it names {reason}"));
        if realm.len() > MAX_REALM {
            return refuse("is too long");
        }
        let url = match Url::parse(realm) {
            Ok(url) if !url.username().is_empty() || url.password().is_some() => return refuse("holds credentials"),
            Ok(url) if url.scheme() == "https" && url.has_host() => url,
            Ok(url) => return refuse(&format!("is not https ({}://)", url.scheme())),
            Err(_) => return refuse("is not a URL"),
        };
        match url.query().and_then(parameter_of_ours) {
            Some(name) => refuse(&format!("sets `{name}` itself, which is not for a server to choose")),
            None => Ok(Self(url)),
        }
    }

    /// The address, to which our parameters are still to be added.
    pub(super) fn url(&self) -> &Url {
        &self.0
    }

    /// The host, with its port where that is not the usual one.
    pub(super) fn authority(&self) -> String {
        authority(&self.0)
    }
}

impl TryFrom<String> for Realm {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Realm> for String {
    fn from(realm: Realm) -> Self {
        realm.0.into()
    }
}

/// The first of our parameters that a token server could find in a query. Servers differ in what they take for a name: how often they
/// unescape, what separates two parameters, whether case, blanks, brackets and marks between the letters count. So none of that counts.
fn parameter_of_ours(query: &str) -> Option<&'static str> {
    let mut query = query.to_owned();
    loop {
        let unescaped = unescape(&query);
        if unescaped == query {
            break;
        }
        query = unescaped;
    }
    let mut names = query.split(['&', ';', '?', '#']).map(|pair| letters(pair.split('=').next().unwrap_or_default()));
    names.find_map(|name| OURS.into_iter().find(|ours| letters(ours) == name))
}

/// A text with each `%XX` read once.
fn unescape(text: &str) -> String {
    let kept = text.replace('&', "%26").replace('=', "%3D").replace('+', "%2B");
    form_urlencoded::parse(kept.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}

/// The letters of a name, in one case; by way of the upper case, as in some programs `ſ` is an `s`.
fn letters(name: &str) -> String {
    name.to_uppercase().to_lowercase().chars().filter(char::is_ascii_alphabetic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_realm_is_an_https_url() {
        for good in ["https://auth.example.com/token", "https://auth.example.com/token?x=y", "https://[::1]:5001/?a=b;c&d"] {
            assert!(Realm::parse(good).is_ok(), "{good}");
        }
        for bad in ["http://evil/", "file:///etc/passwd", "ftp://x/", "/token", "", "https://", "https://u:p@x/", "//x/y"] {
            assert!(Realm::parse(bad).is_err(), "{bad}");
        }
        assert!(Realm::parse(&format!("https://x/{}", "a".repeat(1 << 20))).is_err());
        assert!(!Realm::parse("https://jeff:hunter2@x/").unwrap_err().contains("hunter2"));
    }

    #[test]
    fn a_realm_chooses_nothing_that_is_ours_to_say() {
        for ours in OURS {
            let reason = Realm::parse(&format!("https://x/token?a=b&{ours}=y")).unwrap_err();
            assert_eq!(reason, format!("the token realm that it names sets `{ours}` itself, which is not for a server to choose"));
        }
        for query in [
            "scope",
            "SCOPE=y",
            "s%63ope=y",
            "s%2563ope=y",
            "s%252563ope=y",
            "%73%63%6F%70%65=y",
            "a=b;scope=y",
            "a=b%26scope=y",
            "a=b%3Bscope%3Dy",
            "a=b%2526scope%253Dy",
            "a&&scope=y",
            "scope%3Dy",
            "+scope=y",
            "%20scope=y",
            "scope%00=y",
            "scope[]=y",
            "scope%5B0%5D=y",
            "%C5%BFcope=y", // a long s
            "client.id=y",
            "client+id=y",
            "Offline-Token=y",
            "a=b?scope=y",
        ] {
            assert!(Realm::parse(&format!("https://x/token?{query}")).is_err(), "{query}");
        }
        for query in
            ["microscope=y", "scopes=y", "x=scope", "x=service", "services", "tenant=acme&version=2", "", "%", "%FF", "%%%"]
        {
            assert!(Realm::parse(&format!("https://x/token?{query}")).is_ok(), "{query}");
        }
    }

    #[test]
    fn a_realm_that_was_kept_is_read_as_strictly() {
        let read = |text: &str| serde_json::from_value::<Realm>(text.into()).map(String::from);
        assert_eq!(read("https://x/token?a=b").unwrap(), "https://x/token?a=b");
        assert!(read("https://x/token?scope=y").is_err() && read("http://x/").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_query_is_too_strange(query in "[%a-zA-Z0-9+&;=?# \\u{80}-\\u{200}]{0,60}", word in 0..10_usize) {
            let _ = Realm::parse(&format!("https://x/?{query}"));
            let named = format!("https://x/?{query}&{}=y", OURS[word]);
            proptest::prop_assert!(query.contains('#') || Realm::parse(&named).is_err());
        }
    }
}
