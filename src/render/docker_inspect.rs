//! `dct inspect` as JSON: the members, their order and what is left out are `docker trust inspect`'s. A tag that only `targets/releases` has is
//! nobody's here, and the repository owner's there.

use serde::Serialize;

use crate::{
    render::go_json,
    term::{error::CliError, natural_order},
};
use client::image::inspect_image::{ImageReport, SignerRow, TagRow};

/// Renders the reports of several images, each beside its argument as it was typed.
pub(crate) fn render<'a>(reports: impl Iterator<Item = (&'a str, &'a ImageReport)>) -> Result<String, CliError> {
    let images: Vec<_> = reports.map(|(typed, report)| Image::of(typed, report)).collect();
    go_json::indented(&images).map_err(|error| CliError::new(error.to_string()))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Image<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    signed_tags: Vec<SignedTag<'a>>,
    signers: Vec<Signer<'a>>,
    administrative_keys: Vec<Signer<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SignedTag<'a> {
    #[serde(rename = "SignedTag")]
    tag: &'a str,
    digest: String,
    signers: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Signer<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    keys: Vec<KeyId>,
}

#[derive(Serialize)]
struct KeyId {
    #[serde(rename = "ID")]
    id: String,
}

impl<'a> Image<'a> {
    fn of(typed: &'a str, report: &'a ImageReport) -> Self {
        let mut signers: Vec<_> = report.signers.iter().map(Signer::of).collect();
        // Docker sorts by name, the last first
        signers.sort_by(|a, b| b.name.cmp(a.name));
        let mut tags: Vec<_> = report.tags.iter().map(SignedTag::of).collect();
        tags.sort_by(|a, b| natural_order::compare(a.tag, b.tag));
        Self {
            name: typed,
            signed_tags: tags,
            signers,
            administrative_keys: vec![
                Signer { name: "Root", keys: ids(&report.root_keys) },
                Signer { name: "Repository", keys: ids(&report.repository_keys) },
            ],
        }
    }
}

impl<'a> SignedTag<'a> {
    fn of(row: &'a TagRow) -> Self {
        let signers = match row.signers.as_slice() {
            [] if row.by_repository => vec!["Repo Admin"],
            signers => signers.iter().map(String::as_str).collect(),
        };
        Self { tag: &row.tag, digest: row.digest.to_hex(), signers }
    }
}

impl<'a> Signer<'a> {
    fn of(row: &'a SignerRow) -> Self {
        Self { name: &row.name, keys: ids(&row.keys) }
    }
}

fn ids(keys: &[impl ToString]) -> Vec<KeyId> {
    keys.iter().map(|key| KeyId { id: key.to_string() }).collect()
}
