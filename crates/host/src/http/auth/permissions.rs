//! Who may receive the credentials of a registry, and what they buy.

use std::collections::BTreeMap;

use crate::http::transport::site::{is_same_host, may_receive};

/// What a person allows by name for one registry: hosts of other sites, whatever their ports.
#[derive(Clone, Debug, Default)]
pub struct Permitted {
    /// Token servers that may see the registry's credentials, and so the tokens that these buy.
    pub token_realms: Vec<String>,
    /// Servers that may see the tokens alone: a Notary server elsewhere.
    pub token_receivers: Vec<String>,
}

/// What is allowed by name, for each registry by its name as in a GUN.
#[derive(Clone, Debug, Default)]
pub struct Permissions(BTreeMap<String, Permitted>);

impl Permissions {
    /// Allows more for one registry.
    #[must_use]
    pub fn with(mut self, registry: &str, permitted: Permitted) -> Self {
        self.0.insert(registry.to_owned(), permitted);
        self
    }

    /// Whether a server may receive a registry's credentials; both are named as hosts, with or without a port. The connection must be https.
    pub(super) fn allow_credentials(&self, registry: &str, receiver: &str) -> bool {
        may_receive(registry, receiver) || self.names(registry, receiver, |permitted| &permitted.token_realms)
    }

    /// Whether a server may receive a token that a registry's credentials bought: whoever may receive these, and who is named for it.
    pub(super) fn allow_tokens(&self, registry: &str, receiver: &str) -> bool {
        self.allow_credentials(registry, receiver) || self.names(registry, receiver, |permitted| &permitted.token_receivers)
    }

    fn names(&self, registry: &str, receiver: &str, list: impl Fn(&Permitted) -> &Vec<String>) -> bool {
        self.0.get(registry).is_some_and(|permitted| list(permitted).iter().any(|name| is_same_host(name, receiver)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_allow_a_host_by_name_for_one_registry() {
        let hosts = |name: &str| vec![name.to_owned()];
        let permitted = Permitted { token_realms: hosts("auth.other.org"), token_receivers: hosts("notary.other.org:4443") };
        let permissions = Permissions::default().with("dtr.example.com", permitted);
        for (registry, receiver, credentials, tokens) in [
            ("dtr.example.com", "auth.other.org:443", true, true),
            ("dtr.example.com", "AUTH.other.org", true, true),
            ("dtr.example.com", "notary.other.org", false, true),
            ("dtr.example.com", "x.auth.other.org", false, false),
            ("dtr.example.com", "other.org", false, false),
            ("dtr.example.com", "auth.example.com", true, true),
            ("dtr.example.com:5000", "auth.other.org", false, false),
            ("hub.example.com", "auth.other.org", false, false),
            ("auth.other.org", "dtr.example.com", false, false),
        ] {
            let allowed = (permissions.allow_credentials(registry, receiver), permissions.allow_tokens(registry, receiver));
            assert_eq!(allowed, (credentials, tokens), "{registry} -> {receiver}");
        }
    }
}
