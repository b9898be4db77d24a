//! Answers: tables for a person, JSON for a program.

pub(crate) mod docker_inspect;
pub(crate) mod expiry_json;
pub(crate) mod go_json;
pub(crate) mod inspect_pretty;
pub(crate) mod json;
pub(crate) mod keys_json;
pub(crate) mod notary_table;
pub(crate) mod target_row;
pub(crate) mod targets_json;
