//! The `Authorization` header.

use base64ct::{Base64, Encoding};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use zeroize::Zeroizing;

use super::credential::Secret;

/// RFC 7617.
pub(super) fn basic(user: &str, password: &Secret) -> HeaderMap {
    let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
    header(&Zeroizing::new(format!("Basic {}", Base64::encode_string(pair.as_bytes()))))
}

/// RFC 6750.
pub(super) fn bearer(token: &Secret) -> HeaderMap {
    header(&Zeroizing::new(format!("Bearer {}", token.expose())))
}

/// No header where the text cannot be one; a `Secret` holds nothing that could end it.
fn header(value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(mut value) = HeaderValue::from_str(value) {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    headers
}
