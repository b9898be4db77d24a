//! A repository's trust data as the server has it: brought up to date, and published.

pub mod error;
pub mod publish;
pub mod refresh;
