//! Answers: tables for a person, JSON for a program.

pub mod expiry_json;
pub mod go_json;
pub mod inspect_json;
pub mod inspect_pretty;
pub mod keys_json;
pub mod notary_table;
pub mod target_row;
pub mod targets_json;
