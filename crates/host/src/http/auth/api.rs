//! The address of a server that speaks a `/v2/` protocol: a Notary server or a registry.

use std::fmt;

use reqwest::Url;

use crate::http::transport::hosts::authority;

/// `https://host[:port][/prefix]`, without credentials, query or fragment; or the same with `http`, where that was said to be meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Api(Url);

/// A text that is no such address. It may hold a password, so it is not repeated here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidApi {
    /// It holds a user's name or a password.
    #[error("it holds credentials")]
    Credentials,
    /// It has a query or a fragment.
    #[error("it has a query or a fragment")]
    Extra,
    /// It is not an https URL with a host.
    #[error("it is not an https URL")]
    NotHttps,
}

impl Api {
    /// Reads an address; a slash at its end does not count.
    pub fn parse(text: &str) -> Result<Self, InvalidApi> {
        Self::parse_with(text, &["https"])
    }

    /// The same for a server that may also be spoken to without TLS. It sees no credentials then.
    pub fn parse_also_http(text: &str) -> Result<Self, InvalidApi> {
        Self::parse_with(text, &["https", "http"])
    }

    fn parse_with(text: &str, schemes: &[&str]) -> Result<Self, InvalidApi> {
        let mut url = Url::parse(text).map_err(|_| InvalidApi::NotHttps)?;
        if !schemes.contains(&url.scheme()) || !url.has_host() {
            return Err(InvalidApi::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidApi::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidApi::Extra);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The server at a host, with its port where it has one.
    pub fn of_host(host: &str) -> Result<Self, InvalidApi> {
        Self::parse(&format!("https://{host}"))
    }

    /// The host, with its port where that is not 443.
    #[must_use]
    pub fn host(&self) -> String {
        authority(&self.0)
    }

    /// Whether it is spoken to without TLS.
    pub(super) fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The URL of `path` below `/v2/`.
    pub(super) fn url(&self, path: &str) -> Result<Url, InvalidApi> {
        Url::parse(&format!("{self}/v2/{path}")).map_err(|_| InvalidApi::NotHttps)
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_normalised() {
        for (text, address, ping) in [
            ("https://notary.docker.io", "https://notary.docker.io", "https://notary.docker.io/v2/"),
            ("HTTPS://Dtr.example.com:443/", "https://dtr.example.com", "https://dtr.example.com/v2/"),
            ("https://[::1]:4443", "https://[::1]:4443", "https://[::1]:4443/v2/"),
            ("https://dtr.example.com/notary//", "https://dtr.example.com/notary", "https://dtr.example.com/notary/v2/"),
        ] {
            let api = Api::parse(text).unwrap();
            assert_eq!((api.to_string().as_str(), api.url("").unwrap().as_str()), (address, ping));
        }
    }

    #[test]
    fn http_is_taken_where_it_is_meant() {
        let api = Api::parse_also_http("http://localhost:4443/x/").unwrap();
        assert!(api.is_plain() && !Api::parse_also_http("https://localhost").unwrap().is_plain());
        assert_eq!(api.url("a").unwrap().as_str(), "http://localhost:4443/x/v2/a");
        assert_eq!(Api::parse_also_http("ftp://localhost").unwrap_err(), InvalidApi::NotHttps);
        assert_eq!(Api::parse_also_http("http://u:p@localhost").unwrap_err(), InvalidApi::Credentials);
    }

    #[test]
    fn only_plain_https_addresses_are_taken() {
        for (text, error) in [
            ("http://notary.example.com", InvalidApi::NotHttps),
            ("notary.example.com", InvalidApi::NotHttps),
            ("https://", InvalidApi::NotHttps),
            ("", InvalidApi::NotHttps),
            ("https://jeff:secret@notary.example.com", InvalidApi::Credentials),
            ("https://jeff@notary.example.com", InvalidApi::Credentials),
            ("https://notary.example.com/?x", InvalidApi::Extra),
            ("https://notary.example.com/#x", InvalidApi::Extra),
        ] {
            assert_eq!(Api::parse(text).unwrap_err(), error, "{text}");
        }
    }
}
