//! What a push reports of the tag: the message whose `aux` has its digest, and what a person reads.

use super::message::Message;
use client::ports::{Pushed, PushedContent};
use trust::model::{digest::Sha256, tag::Tag};

/// Most contents that are kept.
const MAX_RESULTS: usize = 1024;

/// Collects what a push says. The Engine's own image store says it once, to programs. containerd's may say it for an index and for each
/// manifest in it, or in words alone.
#[derive(Debug, Default)]
pub(super) struct PushReport {
    /// How many messages to programs had a digest.
    results: usize,
    of_tag: Vec<PushedContent>,
    in_words: Vec<PushedContent>,
}

impl PushReport {
    pub(super) fn take(&mut self, message: &Message, tag: &Tag) {
        if let Some(aux) = &message.aux
            && let Some(digest) = aux.get("Digest").and_then(|digest| digest.as_str())
        {
            self.results = self.results.saturating_add(1);
            let length = aux.get("Size").and_then(serde_json::Value::as_u64);
            let is_tag = aux.get("Tag").and_then(|tag| tag.as_str()) == Some(tag.as_str());
            keep(&mut self.of_tag, content(digest, length).filter(|_| is_tag));
        } else if let Some(words) = message.status.as_deref().and_then(|status| status.strip_prefix(&format!("{tag}: digest: ")))
            && let Some((digest, length)) = words.split_once(" size: ")
        {
            keep(&mut self.in_words, content(digest, length.parse().ok()));
        }
    }

    /// An error says why it cannot be told what was pushed.
    pub(super) fn finish(self) -> Result<Pushed, String> {
        let Self { results, of_tag, in_words } = self;
        match of_tag.as_slice() {
            [only] if results == 1 => Ok(Pushed::One(*only)),
            [] if results > 0 => Err("the push reported no digest for the tag".to_owned()),
            [] if in_words.is_empty() => Err("the push did not report a digest".to_owned()),
            [] => Ok(Pushed::Among(in_words)),
            _ => Ok(Pushed::Among(of_tag)),
        }
    }
}

fn content(digest: &str, length: Option<u64>) -> Option<PushedContent> {
    let digest = Sha256::from_hex(digest.strip_prefix("sha256:")?)?;
    Some(PushedContent { digest, length: length.filter(|length| *length > 0)? })
}

fn keep(contents: &mut Vec<PushedContent>, content: Option<PushedContent>) {
    if let Some(content) = content
        && contents.len() < MAX_RESULTS
        && !contents.contains(&content)
    {
        contents.push(content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(stream: &str) -> Result<Pushed, String> {
        let mut report = PushReport::default();
        for line in stream.lines() {
            report.take(&Message::parse(line.as_bytes()).unwrap(), &Tag::parse("1").unwrap());
        }
        report.finish()
    }

    fn recorded(name: &str) -> String {
        std::fs::read_to_string(format!("{}/../../testdata/engine/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn content(digit: &str, length: u64) -> PushedContent {
        PushedContent { digest: Sha256::from_hex(&digit.repeat(64)).unwrap(), length }
    }

    #[test]
    fn the_stream_of_engine_20_10() {
        let digest = Sha256::from_hex("1d702052ce01f45e71e95896a40ba85ae71f74db7592c0fd57c1962ae8c40663").unwrap();
        assert_eq!(of(&recorded("push-20.10.jsonl")), Ok(Pushed::One(PushedContent { digest, length: 527 })));
    }

    #[test]
    fn several_messages_are_among_which_the_registry_decides() {
        let among = Pushed::Among(vec![content("b", 1609), content("c", 856)]);
        assert_eq!(of(&recorded("push-several-aux.jsonl")), Ok(among));
        assert_eq!(of(&recorded("push-words-only.jsonl")), Ok(Pushed::Among(vec![content("c", 856)])));
    }

    #[test]
    fn a_stream_without_a_digest_for_the_tag_is_refused() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for stream in [
            String::new(),
            r#"{"status":"Pushed","id":"ab"}"#.to_owned(),
            format!(r#"{{"aux":{{"Tag":"2","Digest":"{digest}","Size":7}}}}"#),
            format!(r#"{{"aux":{{"Tag":"1","Digest":"{digest}","Size":0}}}}"#),
            format!(r#"{{"aux":{{"Tag":"1","Digest":"{digest}"}}}}"#),
            format!(r#"{{"aux":{{"Tag":"1","Digest":"{digest}0","Size":7}}}}"#),
            format!(r#"{{"aux":{{"Tag":["1"],"Digest":"{digest}","Size":7}}}}"#),
            format!(r#"{{"status":"11: digest: {digest} size: 7"}}"#),
            r#"{"aux":"Digest"}"#.to_owned(),
        ] {
            assert!(of(&stream).is_err(), "{stream}");
        }
    }
}
