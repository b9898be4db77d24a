//! What a push reports, and what is signed of it.

use std::sync::atomic::{AtomicU32, Ordering};

use client::{
    error::OpsError,
    image::error::ImageError,
    ports::{Engine, EngineError, Progress, Pushed, PushedContent, RemoteError},
};
use trust::model::{digest::Sha256, gun::Gun, tag::Tag};

use crate::publishing::{Signer, everywhere};

/// An Engine that has every image, and whose push reports this; it counts its pushes.
struct OneImage(Pushed, AtomicU32);

/// An Engine whose registry is down.
pub(crate) struct NoRegistry;

impl Engine for NoRegistry {
    fn inspect(&self, _: &str) -> Result<(), EngineError> {
        Ok(())
    }

    fn push(&self, _: &Gun, _: &Tag, _: &dyn Fn(&Progress)) -> Result<Pushed, EngineError> {
        Err(EngineError::Failed("the registry is down".to_owned()))
    }

    fn pull(&self, _: &Gun, _: Sha256, _: Option<&str>, _: &dyn Fn(&Progress)) -> Result<(), EngineError> {
        panic!("nothing is pulled here")
    }

    fn tag(&self, _: &Gun, _: Sha256, _: &Tag) -> Result<(), EngineError> {
        panic!("nothing is tagged here")
    }
}

impl Engine for OneImage {
    fn inspect(&self, _: &str) -> Result<(), EngineError> {
        Ok(())
    }

    fn push(&self, _: &Gun, _: &Tag, _: &dyn Fn(&Progress)) -> Result<Pushed, EngineError> {
        self.1.fetch_add(1, Ordering::Relaxed);
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
    signer.sign_by(&OneImage(pushed, AtomicU32::new(0)), tag)
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
    let OpsError::Image(ImageError::PushedUnsigned { pushed, error, .. }) = &refused else { panic!("{refused}") };
    assert_eq!(*pushed, [(Tag::parse("2").unwrap(), None)]);
    assert!(
        matches!(&**error, OpsError::Image(ImageError::PushUnclear { served, .. }) if *served == Sha256::of(b"mine")),
        "{error}"
    );
    assert!(signer.remote.uploads().is_empty());
}

#[test]
fn an_error_after_the_push_says_what_is_pushed_and_not_signed() {
    let (signer, _forge) = Signer::ian();
    signer.remote.refuse_upload(|url| RemoteError::Rejected { asked: url, message: "no".to_owned() });
    let refused = push(&signer, Pushed::One(content(b"pushed")), "2").unwrap_err();
    let OpsError::Image(ImageError::PushedUnsigned { pushed, .. }) = &refused else { panic!("{refused}") };
    assert_eq!(*pushed, [(Tag::parse("2").unwrap(), Some(Sha256::of(b"pushed")))]);
}

#[test]
fn what_cannot_be_signed_is_not_pushed_into_a_new_repository_either() {
    let signer = Signer::of_nothing();
    // what the first push leaves: a repository that was made here alone
    assert!(matches!(signer.sign_by(&NoRegistry, "2"), Err(OpsError::Engine(EngineError::Failed(_)))));
    let engine = OneImage(Pushed::One(content(b"pushed")), AtomicU32::new(0));
    let refused = signer.sign_by_with(&engine, "wrong", "2").unwrap_err();
    assert!(matches!(refused, OpsError::Decision(_)), "{refused}");
    assert_eq!(engine.1.load(Ordering::Relaxed), 0);
    assert_eq!(signer.sign_by(&engine, "2").unwrap(), [Sha256::of(b"pushed")]);
    assert_eq!(engine.1.load(Ordering::Relaxed), 1);
}
