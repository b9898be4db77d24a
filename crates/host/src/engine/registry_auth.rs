//! The header by which the Engine is given credentials for a registry (`X-Registry-Auth`).

use base64ct::{Base64Url, Encoding};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::http::credential::Credential;
use trust::model::gun::login_key;

/// Docker's `AuthConfig`, in the order and with the names of its members.
#[derive(Default, Serialize)]
struct AuthConfig<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    username: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    password: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    serveraddress: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    identitytoken: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    registrytoken: &'a str,
}

/// The value of the header: JSON in URL-safe base64. Without a credential it says nobody, which the Engine wants to be told.
pub(super) fn header(registry: &str, credential: Option<&Credential>) -> Zeroizing<String> {
    let serveraddress = login_key(registry);
    let config = match credential {
        None => AuthConfig::default(),
        Some(Credential::Basic { user, password }) => {
            AuthConfig { username: user, password: password.expose(), serveraddress, ..AuthConfig::default() }
        }
        Some(Credential::IdentityToken { user, token }) => AuthConfig {
            username: user.as_deref().unwrap_or_default(),
            identitytoken: token.expose(),
            serveraddress,
            ..AuthConfig::default()
        },
        Some(Credential::RegistryToken(token)) => {
            AuthConfig { registrytoken: token.expose(), serveraddress, ..AuthConfig::default() }
        }
    };
    // five strings are always JSON
    let json = Zeroizing::new(serde_json::to_string(&config).unwrap_or_default());
    Zeroizing::new(Base64Url::encode_string(json.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::credential::Secret;

    fn shown(registry: &str, credential: Option<&Credential>) -> String {
        String::from_utf8(Base64Url::decode_vec(&header(registry, credential)).unwrap()).unwrap()
    }

    #[test]
    fn every_kind_of_credential_has_its_member() {
        let secret = || Secret::new("s\"?>".to_owned()).unwrap();
        assert_eq!(shown("h:5000", None), "{}");
        let basic = Credential::Basic { user: "jeff".to_owned(), password: secret() };
        assert_eq!(shown("h:5000", Some(&basic)), r#"{"username":"jeff","password":"s\"?>","serveraddress":"h:5000"}"#);
        assert_eq!(
            shown("docker.io", Some(&Credential::IdentityToken { user: None, token: secret() })),
            r#"{"serveraddress":"https://index.docker.io/v1/","identitytoken":"s\"?>"}"#
        );
        assert_eq!(shown("h", Some(&Credential::RegistryToken(secret()))), r#"{"serveraddress":"h","registrytoken":"s\"?>"}"#);
    }
}
