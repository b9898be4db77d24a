//! What a push reports, and what is signed of it.

use dct::{
    ops::{
        error::OpsError,
        image::Tag,
        ports::{Engine, EngineError, Progress, Pushed, PushedContent, RemoteError},
    },
    tuf::{digest::Sha256, gun::Gun},
};

use crate::publishing::{Signer, everywhere};

/// An Engine that has every image, and whose push reports this.
struct OneImage(Pushed);

impl Engine for OneImage {
    fn inspect(&self, _: &str) -> Result<(), EngineError> {
        Ok(())
    }

    fn push(&self, _: &Gun, _: &Tag, _: &dyn Fn(&Progress)) -> Result<Pushed, EngineError> {
        Ok(self.0.clone())
    }

    fn pull(&self, _: &Gun, _: Sha256, _: Option<&str>, _: &dyn Fn(&Progress)) -> Result<(), EngineError> {
        panic!("nothing is pulled here")
    }

    fn tag(&self, _: &Gun, _: Sha256, _: &Tag) -> Result<(), EngineError> {
        panic!("nothing is tagged here")
    }
}

fn push(signer: &Signer, pushed: Pushed, tag: &str) -> Result<Vec<Sha256>, OpsError> {
    signer.sign_by(&OneImage(pushed), tag)
}

fn content(bytes: &[u8]) -> PushedContent {
    PushedContent { digest: Sha256::of(bytes), length: bytes.len() as u64 }
}

#[test]
fn what_the_push_reported_is_signed_whatever_the_registry_serves_by_now() {
    let (signer, _forge) = Signer::ian();
    assert_eq!(push(&signer, Pushed::One(content(b"pushed")), "2").unwrap(), [Sha256::of(b"pushed")]);
    assert_eq!(signer.uploaded("2"), everywhere(b"pushed"));
}

#[test]
fn of_several_reported_contents_the_registry_says_which_is_the_tag_and_no_other_is_signed() {
    let (signer, _forge) = Signer::ian();
    let reported = Pushed::Among(vec![content(b"a platform's"), content(b"mine")]);
    assert_eq!(push(&signer, reported, "2").unwrap(), [Sha256::of(b"mine")]);

    let (signer, _forge) = Signer::ian();
    let refused = push(&signer, Pushed::Among(vec![content(b"one"), content(b"two")]), "2").unwrap_err();
    let OpsError::PushedUnsigned { pushed, error, .. } = &refused else { panic!("{refused}") };
    assert_eq!(*pushed, [(Tag::parse("2").unwrap(), None)]);
    assert!(matches!(&**error, OpsError::PushUnclear { served, .. } if *served == Sha256::of(b"mine")), "{error}");
    assert!(signer.remote.uploads().is_empty());
}

#[test]
fn an_error_after_the_push_says_what_is_pushed_and_not_signed() {
    let (signer, _forge) = Signer::ian();
    signer.remote.refuse_upload(|url| RemoteError::Rejected { url, message: "no".to_owned() });
    let refused = push(&signer, Pushed::One(content(b"pushed")), "2").unwrap_err();
    let OpsError::PushedUnsigned { pushed, .. } = &refused else { panic!("{refused}") };
    assert_eq!(*pushed, [(Tag::parse("2").unwrap(), Some(Sha256::of(b"pushed")))]);
    let told = dct::cli::failure::plain(&refused);
    assert!(told.hints()[0].contains(&format!(":2@sha256:{}", Sha256::of(b"pushed"))), "{:?}", told.hints());
}
