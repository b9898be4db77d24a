//! Who asks a server, which credential it is shown, and why it is shown none.

use std::fmt;

use super::{
    credential::{Credential, Found},
    failure::FailureKind,
    permissions::Permissions,
};
use client::ports::Withheld;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// Someone, in the words of `Found::describe`.
    Someone(String),
    /// Nobody: there are no credentials for the registry.
    Nobody {
        /// The registry.
        registry: String,
    },
    /// Nobody: there are credentials, and a server of another site would get them, or what they buy.
    Unnamed {
        /// Whose credentials these are.
        whose: String,
        /// What is kept from whom.
        withheld: Withheld,
    },
    /// Nobody: the server did not ask.
    Unasked,
}

impl Who {
    /// A refusal; `said` is what the token server says of it.
    pub(super) fn refused(&self, said: Option<&str>) -> FailureKind {
        let reason = said.map_or_else(|| self.to_string(), |said| format!("{self}; the token server says: {said}"));
        match self {
            Self::Someone(_) | Self::Unasked => FailureKind::Unauthorized(reason),
            Self::Nobody { .. } => FailureKind::Anonymous(reason),
            Self::Unnamed { withheld, .. } => FailureKind::Withheld(reason, Box::new(withheld.clone())),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Someone(words) => f.write_str(words),
            Self::Nobody { registry } => write!(f, "no credentials for {registry} are configured"),
            Self::Unnamed { whose, withheld: Withheld::Credentials { registry, host } } => {
                write!(f, "the credentials for {registry} ({whose}) are not sent to {host}, which is another site's")
            }
            Self::Unnamed { whose, withheld: Withheld::Tokens { registry, host } } => {
                write!(f, "the credentials for {registry} ({whose}) buy no token for {host}, which is another site's")
            }
            Self::Unasked => f.write_str("it did not ask for credentials"),
        }
    }
}

/// The credential that is shown to the server itself, and who asks with it.
pub(super) fn to_server<'f>(
    permissions: &Permissions,
    registry: &str,
    found: Option<&'f Found>,
    server: &str,
) -> (Option<&'f Credential>, Who) {
    chosen(registry, found, |_| kept(permissions, registry, server))
}

/// The credential for the token server that `server` names, and who asks with it. What it buys goes to `server`, so both must be allowed.
pub(super) fn to_realm<'f>(
    permissions: &Permissions,
    registry: &str,
    found: Option<&'f Found>,
    realm: &str,
    server: &str,
) -> (Option<&'f Credential>, Who) {
    chosen(registry, found, |credential| match credential {
        // it buys no token: it is one, for `server` itself
        Credential::RegistryToken(_) => kept(permissions, registry, server),
        Credential::Basic { .. } | Credential::IdentityToken { .. } => kept(permissions, registry, realm).or_else(|| {
            let tokens = || Withheld::Tokens { registry: registry.to_owned(), host: server.to_owned() };
            (!permissions.allow_tokens(registry, server)).then(tokens)
        }),
    })
}

/// The credentials, where `receiver` may not have them.
fn kept(permissions: &Permissions, registry: &str, receiver: &str) -> Option<Withheld> {
    let credentials = || Withheld::Credentials { registry: registry.to_owned(), host: receiver.to_owned() };
    (!permissions.allow_credentials(registry, receiver)).then(credentials)
}

fn chosen<'f>(
    registry: &str,
    found: Option<&'f Found>,
    withheld: impl FnOnce(&Credential) -> Option<Withheld>,
) -> (Option<&'f Credential>, Who) {
    let Some(found) = found else { return (None, Who::Nobody { registry: registry.to_owned() }) };
    match withheld(&found.credential) {
        None => (Some(&found.credential), Who::Someone(found.describe())),
        Some(withheld) => (None, Who::Unnamed { whose: found.describe(), withheld }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::auth::{credential::Secret, permissions::Permitted};

    const DTR: &str = "dtr.example.com";
    const SITE: &str = "auth.example.com";
    const ELSEWHERE: &str = "notary.other.org";

    fn found(credential: Credential) -> Found {
        Found { credential, source: "the test".to_owned() }
    }

    fn secret() -> Secret {
        Secret::new("s".to_owned()).unwrap()
    }

    fn reason(who: &Who) -> String {
        match who.refused(None) {
            FailureKind::Withheld(reason, _) | FailureKind::Anonymous(reason) | FailureKind::Unauthorized(reason) => reason,
            kind => panic!("{kind:?}"),
        }
    }

    #[test]
    fn a_token_goes_where_the_password_might_go() {
        let named = |realms: &[&str], receivers: &[&str]| {
            let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            Permissions::default().with(DTR, Permitted { token_realms: owned(realms), token_receivers: owned(receivers) })
        };
        let none = named(&[], &[]);
        let third = "auth.third.net";
        for (permissions, realm, server, is_shown) in [
            (&none, DTR, DTR, true),
            (&none, SITE, "notary.example.com", true),
            (&none, DTR, ELSEWHERE, false),
            (&none, SITE, ELSEWHERE, false),
            (&none, ELSEWHERE, ELSEWHERE, false),
            (&none, third, DTR, false),
            (&named(&[third], &[]), third, DTR, true),
            (&named(&[third], &[]), third, ELSEWHERE, false),
            (&named(&[third], &[]), DTR, third, true),
            (&named(&[], &[ELSEWHERE]), DTR, ELSEWHERE, true),
            (&named(&[], &[ELSEWHERE]), ELSEWHERE, ELSEWHERE, false),
            (&named(&[third], &[ELSEWHERE]), third, ELSEWHERE, true),
            (&named(&[ELSEWHERE], &[]), ELSEWHERE, ELSEWHERE, true),
        ] {
            let basic = found(Credential::Basic { user: "jeff".to_owned(), password: secret() });
            let identity = found(Credential::IdentityToken { user: None, token: secret() });
            for found in [basic, identity] {
                let (credential, _) = to_realm(permissions, DTR, Some(&found), realm, server);
                assert_eq!(credential.is_some(), is_shown, "{} to {realm}, for {server}", found.describe());
            }
            let bearer = found(Credential::RegistryToken(secret()));
            let (credential, _) = to_realm(permissions, DTR, Some(&bearer), realm, server);
            assert_eq!(credential.is_some(), permissions.allow_credentials(DTR, server), "a registry token, for {server}");
        }
    }

    #[test]
    fn what_is_withheld_says_from_whom() {
        let basic = found(Credential::Basic { user: "jeff".to_owned(), password: secret() });
        let none = Permissions::default();
        for (who, words) in [
            (to_server(&none, DTR, Some(&basic), SITE).1, "user jeff from the test"),
            (to_server(&none, DTR, None, SITE).1, "no credentials for dtr.example.com are configured"),
            (
                to_server(&none, DTR, Some(&basic), ELSEWHERE).1,
                "the credentials for dtr.example.com (user jeff from the test) are not sent to notary.other.org, which is another site's",
            ),
            (
                to_realm(&none, DTR, Some(&basic), ELSEWHERE, ELSEWHERE).1,
                "the credentials for dtr.example.com (user jeff from the test) are not sent to notary.other.org, which is another site's",
            ),
            (
                to_realm(&none, DTR, Some(&basic), SITE, ELSEWHERE).1,
                "the credentials for dtr.example.com (user jeff from the test) buy no token for notary.other.org, which is another site's",
            ),
        ] {
            assert_eq!(reason(&who), words);
        }
    }
}
