//! An upload as it comes: a form with a file for each role (Notary `handlers.AtomicUpdateHandler`).

use hyper::{Request, body::Bytes, header};
use serde_json::Value;

use super::{multipart, replies, signed_file::SignedFile};
use crate::errcode::ApiError;
use trust::model::role::RoleName;

/// Longest upload, in bytes: what the peers' clients would read of one file. Notary's server has no limit.
const MOST: usize = 100 << 20;

/// One file of it.
#[derive(Clone, Debug)]
pub(super) struct Uploaded {
    /// The role that its name says.
    pub(super) role: RoleName,
    /// The version that it claims.
    pub(super) version: i64,
    /// The bytes.
    pub(super) bytes: Bytes,
}

/// Takes the form apart. Each file is looked at no further than its version.
pub(super) fn read(request: &Request<Bytes>) -> Result<Vec<Uploaded>, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if request.body().len() > MOST {
        return Err(replies::malformed_upload(None));
    }
    let parts = multipart::parts(kind, request.body()).map_err(|_| replies::malformed_upload(None))?;
    parts.into_iter().map(read_part).collect()
}

fn read_part(part: multipart::FormPart) -> Result<Uploaded, ApiError> {
    let name = part.filename.unwrap_or_default();
    let name = name.strip_suffix(".json").unwrap_or(&name);
    if name.is_empty() {
        return Err(replies::no_filename(None));
    }
    let role = RoleName::parse(name).map_err(|_| replies::invalid_role(Some(Value::from(name))))?;
    let version = SignedFile::claimed_version(&part.content).ok_or_else(|| replies::malformed_json(None))?;
    Ok(Uploaded { role, version, bytes: part.content })
}
