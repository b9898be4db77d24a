//! The causes of a failure in words for a person: what the libraries say of the network, and nothing of their insides.

use std::error::Error as StdError;

use client::safe_text::printable;

/// What begins words that say nothing beside the cause behind them.
const SAYS_NOTHING: [&str; 10] = [
    "builder error",
    "client error",
    "connection error",
    "error connecting to socks proxy",
    "error decoding response body",
    "error reading a body from connection",
    "error sending request",
    "http2 error",
    "request or response body error",
    "tunnel error: failed to create underlying connection",
];

/// Words of the libraries, and what they mean.
const MEANINGS: [(&str, &str); 8] = [
    ("tcp connect error", "cannot connect"),
    ("dns error", "the name cannot be looked up"),
    ("failed to lookup address information: ", ""),
    ("SOCKS error: failed to create underlying connection", "cannot connect"),
    ("SOCKS error: ", ""),
    ("tls handshake eof", "the server closed the connection in the TLS handshake"),
    ("operation timed out", "no answer in time"),
    ("tunnel error: unexpected end of file", "it closed the connection"),
];

/// Parts of words that tell of a library, and not of the network.
const INSIDES: [&str; 10] =
    ["docs.rs", "hyper", "rustls", "reqwest", "tokio", "OtherError", "channel", "dispatch", "stream error", "tunnel error"];

/// What is left to say where there are no other words.
const NO_WORDS: &str = "the connection failed";

/// The chain of causes, outermost first, without the words that say nothing and without repetition.
pub(in crate::http) fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut at = Some(error);
    while let Some(error) = at {
        let said = meaning(&error.to_string());
        if let Some(said) = said.filter(|said| !words.iter().any(|earlier| earlier.contains(said))) {
            words.push(said);
        }
        at = error.source();
    }
    if words.is_empty() { NO_WORDS.to_owned() } else { printable(&words.join(": ")) }
}

/// What an error says of the network; none where that is nothing.
fn meaning(words: &str) -> Option<String> {
    if SAYS_NOTHING.iter().any(|nothing| words.starts_with(nothing)) {
        return None;
    }
    // the number behind the words says nothing to a person
    let words = words.split(" (os error").next().unwrap_or_default().to_owned();
    let words = MEANINGS.iter().fold(words, |words, (said, meant)| words.replace(said, meant));
    (!words.is_empty() && !INSIDES.iter().any(|inside| words.contains(inside))).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Said(&'static str, #[source] Option<Box<Said>>);

    fn told(chain: &[&'static str]) -> String {
        let error = chain.iter().rev().fold(None, |source, said| Some(Box::new(Said(said, source))));
        causes(error.unwrap().as_ref())
    }

    #[test]
    fn the_network_s_words_are_kept_and_those_of_a_library_are_not() {
        for (chain, words) in [
            (
                &[
                    "error sending request for url (https://a/)",
                    "client error (Connect)",
                    "tcp connect error",
                    "Connection refused (os error 111)",
                ][..],
                "cannot connect: Connection refused",
            ),
            (
                &["client error (Connect)", "dns error", "failed to lookup address information: Name or service not known"],
                "the name cannot be looked up: Name or service not known",
            ),
            (&["error sending request", "connection error", "Connection reset by peer (os error 104)"], "Connection reset by peer"),
            (&["client error (SendRequest)", "dispatch task is gone: runtime dropped the dispatch task"], "the connection failed"),
            (&["http2 error", "stream error received: unspecific protocol error detected"], "the connection failed"),
            (&["x", "peer is odd: https://docs.rs/rustls/latest/"], "x"),
        ] {
            assert_eq!(told(chain), words, "{chain:?}");
        }
    }
}
