//! A URL of which others may be told.

use reqwest::Url;

/// The same URL without credentials and fragment. Its query may still hold a secret.
pub(in crate::http) fn without_login(url: &Url) -> Url {
    let mut url = url.clone();
    // a URL that cannot have credentials has none
    let _ = (url.set_username(""), url.set_password(None));
    url.set_fragment(None);
    url
}
