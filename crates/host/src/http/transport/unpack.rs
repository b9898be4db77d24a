//! An answer that comes compressed, asked or unasked: unpacked, within the length that its content may have.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::failure::Failure;
use client::safe_text::printable;

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// RFC 1952, perhaps in several members.
    Gzip,
}

impl Packing {
    /// What the head of an answer says; of what cannot be unpacked here an error.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Failure> {
        let Some(encoding) = headers.get(CONTENT_ENCODING) else { return Ok(Self::Plain) };
        match encoding.as_bytes().to_ascii_lowercase().trim_ascii() {
            b"identity" | b"" => Ok(Self::Plain),
            b"gzip" | b"x-gzip" => Ok(Self::Gzip),
            other => {
                let other = printable(&String::from_utf8_lossy(other));
                Err(Failure::BadAnswer(format!("the answer is compressed ({other}), which was not asked for")))
            }
        }
    }

    /// A whole body, unpacked; never more than `limit` bytes are made of it.
    pub(super) fn unpack(self, body: Vec<u8>, limit: u64) -> Result<Vec<u8>, Failure> {
        if self == Self::Plain {
            return Ok(body);
        }
        let mut unpacked = Vec::new();
        let read = MultiGzDecoder::new(body.as_slice()).take(limit.saturating_add(1)).read_to_end(&mut unpacked);
        if unpacked.len() as u64 > limit {
            return Err(too_long(limit));
        }
        read.map_err(|_| Failure::BadAnswer("the answer is said to be compressed (gzip), and cannot be unpacked".to_owned()))?;
        Ok(unpacked)
    }

    /// The beginning of a body that is wanted for the words in it alone, as far as it can be unpacked.
    pub(super) fn unpack_beginning(self, body: Vec<u8>, limit: u64) -> Vec<u8> {
        if self == Self::Plain {
            return body;
        }
        let mut unpacked = Vec::new();
        let _ = MultiGzDecoder::new(body.as_slice()).take(limit).read_to_end(&mut unpacked);
        unpacked
    }
}

/// An answer that is longer than is allowed.
pub(super) fn too_long(limit: u64) -> Failure {
    Failure::BadAnswer(format!("the answer is longer than the {limit} bytes that are allowed"))
}
