//! Why a sandbox cannot start.

use std::{io, path::Path};

use super::{certificates::IssueError, images::PreloadError};

/// A sandbox that cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its certificates.
    #[error(transparent)]
    Certificates(#[from] IssueError),
    /// A file or folder.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A folder that cannot be a sandbox's.
    #[error("{folder}: {reason}")]
    Folder {
        /// Which.
        folder: String,
        /// Why not.
        reason: &'static str,
    },
    /// The images that are there from the start.
    #[error(transparent)]
    Images(#[from] PreloadError),
    /// The folder's trust data names the host with its port, and would be lost at another.
    #[error(
        "the sandbox in {folder} is at port {kept}, which its images and trust data have in their names; it cannot move to {asked}"
    )]
    OtherPort {
        /// The folder.
        folder: String,
        /// The port of the last time.
        kept: u16,
        /// The port that was asked for.
        asked: u16,
    },
    /// The port is taken, or not allowed.
    #[error("port {port} on loopback: {error}")]
    Port {
        /// Which.
        port: u16,
        /// Why.
        error: io::Error,
    },
    /// What is kept in the folder is not what was written.
    #[error("the state in {folder} is spoiled: its port is none")]
    Spoiled {
        /// The folder.
        folder: String,
    },
    /// The server.
    #[error("the sandbox's server cannot start: {0}")]
    Server(io::Error),
}

/// Names the file of an error.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> StartError {
    let path = path.display().to_string();
    move |error| StartError::File { path, error }
}
