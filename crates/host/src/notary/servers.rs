//! Which Notary server serves a repository.

use std::collections::BTreeMap;

use crate::http::api::{Api, InvalidApi};
use client::{ports::RemoteError, safe_text::printable};
use trust::model::gun::{DOCKER_HUB, Gun};

/// The server of Docker Hub's images.
const HUB_SERVER: &str = "https://notary.docker.io";

/// The choice of servers: one for everything where it is set, else one set for the registry, else the registry's own host.
#[derive(Clone, Debug, Default)]
pub struct Servers {
    /// Or why it cannot be used, told when it is wanted.
    everywhere: Option<Result<Api, String>>,
    by_registry: BTreeMap<String, Api>,
}

/// A text that cannot be the address of a trust server. Docker's words; a password in it is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("valid https URL required for trust server, got {0}")]
pub struct InvalidServer(String);

impl Servers {
    /// Uses one server for all repositories (`DOCKER_CONTENT_TRUST_SERVER`).
    pub fn for_all(mut self, address: &str) -> Result<Self, InvalidServer> {
        self.everywhere = Some(Ok(parse(address)?));
        Ok(self)
    }

    /// Uses one server for all repositories, which may be one without TLS (notary's `remote_server.url`). An address that cannot be one is told of in
    /// notary's words when a server is wanted: what needs none works.
    #[must_use]
    pub fn of_notary(address: &str) -> Self {
        let refuse = |_| {
            let shown = if address.contains('@') { "a URL that holds credentials".to_owned() } else { printable(address) };
            format!("Trust server url has to be in the form of http(s)://URL:PORT. Got: {shown}")
        };
        Self { everywhere: Some(Api::parse_also_http(address).map_err(refuse)), by_registry: BTreeMap::new() }
    }

    /// No server for any repository, for this reason.
    #[must_use]
    pub fn refused(reason: String) -> Self {
        Self { everywhere: Some(Err(reason)), by_registry: BTreeMap::new() }
    }

    /// Uses a server for the repositories of one registry, named as in a GUN.
    pub fn for_registry(mut self, registry: &str, address: &str) -> Result<Self, InvalidServer> {
        self.by_registry.insert(registry.to_owned(), parse(address)?);
        Ok(self)
    }

    /// The server of a repository.
    pub(super) fn of(&self, gun: &Gun) -> Result<Api, RemoteError> {
        let host = gun.host();
        if let Some(api) = &self.everywhere {
            return api.clone().map_err(RemoteError::Unusable);
        }
        let api = self.of_registry(host);
        api.map_err(|e| RemoteError::Unusable(format!("{host} cannot be the address of a trust server: {e}")))
    }

    /// A registry's own server, whichever is used for all repositories.
    pub fn of_registry(&self, registry: &str) -> Result<Api, InvalidApi> {
        match self.by_registry.get(registry) {
            Some(api) => Ok(api.clone()),
            None if registry == DOCKER_HUB => Api::parse(HUB_SERVER),
            None => Api::of_host(registry),
        }
    }
}

fn parse(address: &str) -> Result<Api, InvalidServer> {
    Api::parse(address).map_err(|error| match error {
        // anything before an @ may be a password, whatever else is wrong
        _ if address.contains('@') => InvalidServer("a URL that holds credentials".to_owned()),
        InvalidApi::Extra => InvalidServer(format!("{} with a query or a fragment", printable(address))),
        _ => InvalidServer(printable(address)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_chosen_by_override_then_registry_then_host() {
        let address = |servers: &Servers, gun: &str| {
            servers.of(&Gun::parse(gun).unwrap()).map_or_else(|e| e.to_string(), |api| api.to_string())
        };
        let plain = Servers::default();
        assert_eq!(address(&plain, "docker.io/library/alpine"), "https://notary.docker.io");
        assert_eq!(address(&plain, "dtr.example.com/prod/nginx"), "https://dtr.example.com");
        assert_eq!(address(&plain, "localhost:5000/foo"), "https://localhost:5000");
        assert_eq!(address(&plain, "[::1]:5000/foo"), "https://[::1]:5000");
        assert!(address(&plain, "u:p@evil/foo").contains("cannot be the address"));
        let some = Servers::default().for_registry("dtr.example.com", "https://n.example.com:4443/").unwrap();
        assert_eq!(address(&some, "dtr.example.com/prod/nginx"), "https://n.example.com:4443");
        assert_eq!(address(&some, "other.example.com/x"), "https://other.example.com");
        let all = some.for_all("https://all.example.com").unwrap();
        assert_eq!(address(&all, "dtr.example.com/prod/nginx"), "https://all.example.com");
    }

    #[test]
    fn notary_s_server_may_do_without_tls() {
        let of = |servers: &Servers| servers.of(&Gun::parse("a/b").unwrap()).map(|api| api.to_string()).map_err(|e| e.to_string());
        assert_eq!(of(&Servers::of_notary("http://localhost:4443/x")), Ok("http://localhost:4443/x".to_owned()));
        let words = "Trust server url has to be in the form of http(s)://URL:PORT. Got: ";
        assert_eq!(of(&Servers::of_notary("foo")), Err(format!("{words}foo")));
        assert_eq!(of(&Servers::of_notary("ftp://u:hunter2@x")), Err(format!("{words}a URL that holds credentials")));
        assert_eq!(of(&Servers::refused("no".to_owned())), Err("no".to_owned()));
    }

    #[test]
    fn only_https_will_do() {
        let message = |address: &str| Servers::default().for_all(address).unwrap_err().to_string();
        assert_eq!(message("http://n"), "valid https URL required for trust server, got http://n");
        assert_eq!(message("notary:4443"), "valid https URL required for trust server, got notary:4443");
        assert!(!message("https://jeff:hunter2@n").contains("hunter2"));
        assert!(!message("http://jeff:hunter2@n").contains("hunter2"));
    }
}
