//! Whether the ends of files are asked: a marker on the stages of an update, so that what has expired cannot be taken for what counts.

use std::fmt;

use jiff::Timestamp;

use super::threshold::{Current, Expired, Verified};
use crate::model::payload::Payload;

/// The one question to an end. [`Judged`] and [`Overlooked`] are all that answer it.
pub trait ExpiryCheck: Copy + fmt::Debug + sealed::Sealed {
    /// Splits a verified file by its end, where that is asked.
    fn judge<T: Payload>(self, file: Verified<T>) -> Result<Current<T>, Expired<T>>;
}

/// Each file was judged at the one `now` of the command (TUF 5.1). What comes of it may be looked up in.
#[derive(Clone, Copy, Debug)]
pub struct Judged(pub(crate) Timestamp);

/// No end was asked: for recovery. What comes of it may be signed anew, and nothing is looked up in it.
#[derive(Clone, Copy, Debug)]
pub struct Overlooked(pub(crate) ());

impl ExpiryCheck for Judged {
    fn judge<T: Payload>(self, file: Verified<T>) -> Result<Current<T>, Expired<T>> {
        file.at(self.0)
    }
}

impl ExpiryCheck for Overlooked {
    fn judge<T: Payload>(self, file: Verified<T>) -> Result<Current<T>, Expired<T>> {
        Ok(file.whatever_its_end())
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Judged {}
    impl Sealed for super::Overlooked {}
}
