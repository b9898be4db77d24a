//! On what terms the servers of the protocol are spoken to: whose authorities vouch for them, and whether they see our certificate.

use super::permissions::Permissions;
use crate::http::transport::{hosts::Terms, site::may_receive};

/// Those of a server that a person named: its own authorities vouch for it, and it is shown our certificate.
pub(super) fn of_server(registry: &str) -> Terms {
    Terms { purpose: registry.to_owned(), voucher: None, shows_certificate: true }
}

/// Those of a token server that `server` names, which is shown the token.
///
/// The authorities of `server` vouch for it, as with Docker, but on the same site alone, and only where `server` may have itself what is
/// sent there: whoever holds such an authority can stand in for `server`. Our certificate buys a token for `server` as a login does.
pub(super) fn of_realm(permissions: &Permissions, registry: &str, realm: &str, server: &str, is_anonymous: bool) -> Terms {
    if realm == server {
        return of_server(registry);
    }
    let is_one_site = may_receive(server, realm);
    let vouches = is_one_site && (is_anonymous || permissions.allow_credentials(registry, server));
    let is_the_registry_s = permissions.allow_credentials(registry, realm) && permissions.allow_tokens(registry, server);
    Terms {
        purpose: registry.to_owned(),
        voucher: vouches.then(|| server.to_owned()),
        shows_certificate: is_one_site || is_the_registry_s,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::auth::permissions::Permitted;

    #[test]
    fn an_authority_vouches_for_its_own_host_and_at_most_for_its_site() {
        let realms =
            Permitted { token_realms: vec!["auth.other.org".to_owned()], token_receivers: vec!["notary.other.org".to_owned()] };
        let none = Permissions::default();
        let third = Permissions::default().with("dtr.example.com", realms);
        // realm, server, anonymous: whether the authorities of the server vouch for the realm, whether our certificate is shown there
        for (permissions, realm, server, is_anonymous, vouches, shows) in [
            (&none, "auth.example.com", "dtr.example.com", false, true, true),
            (&none, "dtr.example.com:5001", "dtr.example.com:4443", false, true, true),
            (&none, "dtr.example.com", "notary.other.org", true, false, false),
            (&none, "auth.other.org", "notary.other.org", true, true, true),
            (&none, "127.0.0.1", "127.0.0.2", true, false, false),
            (&none, "alice.github.io", "mallory.github.io", true, false, false),
            // the credentials may go to the realm, and not to the server whose authority would vouch for it
            (&third, "auth.other.org", "notary.other.org", false, false, true),
            (&third, "auth.other.org", "notary.other.org", true, true, true),
            (&third, "auth.other.org", "dtr.example.com", false, false, true),
            (&third, "auth.example.com", "notary.other.org", false, false, true),
            (&none, "auth.other.org", "dtr.example.com", true, false, false),
            (&third, "auth.third.net", "notary.other.org", true, false, false),
        ] {
            let terms = of_realm(permissions, "dtr.example.com", realm, server, is_anonymous);
            let purpose = "dtr.example.com".to_owned();
            let expected = Terms { purpose, voucher: vouches.then(|| server.to_owned()), shows_certificate: shows };
            assert_eq!(terms, expected, "{realm}, named by {server}, anonymous: {is_anonymous}");
        }
        let own = of_realm(&none, "dtr.example.com", "notary.other.org", "notary.other.org", true);
        assert_eq!(own, of_server("dtr.example.com"));
    }
}
