//! `dct inspect --pretty`: the blocks, blank lines and tables of `docker trust inspect --pretty`. A tag that only `targets/releases` has is shown as that
//! role's, and not as the repository owner's.

use crate::term::{natural_order, table};
use client::image::inspect_image::{ImageReport, SignerRow, TagRow};
use trust::model::role::RoleName;

/// How many digits of a signer's key ID are shown.
const SHORT_ID: usize = 12;

/// Renders the report of one image, beside its argument as it was typed.
pub(crate) fn render(typed: &str, report: &ImageReport) -> Vec<String> {
    let mut lines = vec![String::new()];
    if report.tags.is_empty() {
        lines.extend([format!("No signatures for {typed}"), String::new()]);
    } else {
        lines.extend([format!("Signatures for {typed}"), String::new()]);
        lines.extend(tag_table(&report.tags));
    }
    if !report.signers.is_empty() {
        lines.extend([String::new(), format!("List of signers and their keys for {typed}"), String::new()]);
        lines.extend(signer_table(&report.signers));
    }
    lines.extend([String::new(), format!("Administrative keys for {typed}"), String::new()]);
    lines.push(format!("  Repository Key:\t{}", sorted(&report.repository_keys).join(", ")));
    lines.push(format!("  Root Key:\t{}", sorted(&report.root_keys).join(", ")));
    lines
}

fn tag_table(rows: &[TagRow]) -> Vec<String> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by(|a, b| natural_order::compare(&a.tag, &b.tag));
    let cells = rows.into_iter().map(|row| {
        let signers = match row.signers.as_slice() {
            [] if row.by_repository => "(Repo Admin)".to_owned(),
            [] => format!("({})", RoleName::releases()),
            signers => sorted(signers).join(", "),
        };
        [row.tag.clone(), row.digest.to_hex(), signers]
    });
    table::lines(["SIGNED TAG", "DIGEST", "SIGNERS"], cells)
}

fn signer_table(rows: &[SignerRow]) -> Vec<String> {
    let mut rows: Vec<_> = rows.iter().collect();
    rows.sort_by(|a, b| natural_order::compare(&a.name, &b.name));
    let cells = rows.into_iter().map(|row| {
        let keys: Vec<String> = sorted(&row.keys).iter().map(|id| id.chars().take(SHORT_ID).collect()).collect();
        [row.name.clone(), keys.join(", ")]
    });
    table::lines(["SIGNER", "KEYS"], cells)
}

fn sorted(names: &[impl ToString]) -> Vec<String> {
    let mut names: Vec<_> = names.iter().map(ToString::to_string).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::docker_inspect;
    use trust::model::{
        digest::Sha256,
        key_id::{CanonicalKeyId, TufKeyId},
    };

    fn sha(byte: char) -> Sha256 {
        Sha256::from_hex(&byte.to_string().repeat(64)).unwrap()
    }

    fn report() -> ImageReport {
        let tag = |tag: &str, digit, signers: &[&str]| TagRow {
            tag: tag.to_owned(),
            digest: sha(digit),
            signers: signers.iter().map(|&s| s.to_owned()).collect(),
            by_repository: signers.is_empty(),
        };
        let signer = |name: &str, digits: &[char]| SignerRow {
            name: name.to_owned(),
            keys: digits.iter().map(|d| CanonicalKeyId::new(sha(*d))).collect(),
        };
        ImageReport {
            gun: trust::model::gun::Gun::parse("h/p").unwrap(),
            unknown: None,
            tags: vec![tag("v2", 'a', &["jeff", "ian"]), tag("v10", 'b', &[])],
            signers: vec![signer("ian", &['2']), signer("jeff", &['4', '3'])],
            root_keys: vec![TufKeyId::new(sha('e'))],
            repository_keys: vec![TufKeyId::new(sha('f'))],
            unnamed_releasers: Vec::new(),
        }
    }

    #[test]
    fn an_image_with_signers_is_shown_as_docker_shows_it() {
        let (a, b, e, f) = ("a".repeat(64), "b".repeat(64), "e".repeat(64), "f".repeat(64));
        assert_eq!(
            render("x/y", &report()).join("\n"),
            format!(
                "\nSignatures for x/y\n\nSIGNED TAG   DIGEST{0}SIGNERS\nv2           {a}   ian, jeff\nv10          {b}   (Repo Admin)\n\n\
                 List of signers and their keys for x/y\n\nSIGNER    KEYS\nian       222222222222\njeff      333333333333, 444444444444\n\n\
                 Administrative keys for x/y\n\n  Repository Key:\t{f}\n  Root Key:\t{e}",
                " ".repeat(61)
            )
        );
    }

    #[test]
    fn a_tag_that_only_the_releasing_role_has_is_not_shown_as_the_owner_s() {
        let mut report = report();
        report.tags.iter_mut().for_each(|row| row.by_repository = false);
        let text = render("x/y", &report).join("\n");
        assert!(text.contains(&format!("\nv10          {}   (targets/releases)\n", "b".repeat(64))), "{text}");
        let json = docker_inspect::render(std::iter::once(("x/y", &report))).unwrap();
        assert!(json.contains("\"Signers\": []\n            }\n        ],") && !(text + &json).contains("Repo Admin"), "{json}");
    }

    #[test]
    fn an_image_without_signatures_has_two_blank_lines() {
        let report = ImageReport { tags: Vec::new(), signers: Vec::new(), ..report() };
        let text = render("x/y:1", &report).join("\n");
        assert!(text.starts_with("\nNo signatures for x/y:1\n\n\nAdministrative keys for x/y:1\n\n  Repository Key:\t"), "{text}");
    }

    #[test]
    fn json_has_dockers_members_in_dockers_order() {
        let report = report();
        let json = docker_inspect::render(std::iter::once(("x/y", &report))).unwrap();
        let id = |digit: &str| format!("                        \"ID\": \"{}\"\n", digit.repeat(64));
        let keys = |digits: &[&str]| {
            let keys: Vec<_> = digits.iter().map(|d| format!("                    {{\n{}                    }}", id(d))).collect();
            format!("                \"Keys\": [\n{}\n                ]\n", keys.join(",\n"))
        };
        let named = |name: &str, digits: &[&str]| {
            format!("            {{\n                \"Name\": \"{name}\",\n{}            }}", keys(digits))
        };
        let tag = |tag: &str, digit: &str, signers: &[&str]| {
            let signers: Vec<_> = signers.iter().map(|s| format!("                    \"{s}\"")).collect();
            format!(
                "            {{\n                \"SignedTag\": \"{tag}\",\n                \"Digest\": \"{}\",\n                \"Signers\": [\n{}\n                ]\n            }}",
                digit.repeat(64),
                signers.join(",\n")
            )
        };
        let expected = format!(
            "[\n    {{\n        \"Name\": \"x/y\",\n        \"SignedTags\": [\n{},\n{}\n        ],\n        \"Signers\": [\n{},\n{}\n        ],\n        \"AdministrativeKeys\": [\n{},\n{}\n        ]\n    }}\n]",
            tag("v2", "a", &["jeff", "ian"]),
            tag("v10", "b", &["Repo Admin"]),
            named("jeff", &["4", "3"]),
            named("ian", &["2"]),
            named("Root", &["e"]),
            named("Repository", &["f"]),
        );
        assert_eq!(json, expected);
    }

    /// What `docker trust inspect` showed of the repositories in `testdata/peers`, told again by us.
    #[test]
    fn repositories_of_the_peers_are_shown_byte_for_byte() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/peers");
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let folder = entry.unwrap().path();
            let Ok(json) = std::fs::read_to_string(folder.join("inspect.json")) else { continue };
            let pretty = std::fs::read_to_string(folder.join("inspect.pretty")).unwrap();
            if folder.ends_with("odd-names") {
                // a name without SHA-256 cannot be pulled and is no row of ours; names that act on a terminal are escaped
                continue;
            }
            let (typed, report) = report_of(&json);
            assert_eq!(render(&typed, &report).join("\n") + "\n", pretty, "{}", folder.display());
            assert_eq!(
                docker_inspect::render(std::iter::once((typed.as_str(), &report))).unwrap() + "\n",
                json,
                "{}",
                folder.display()
            );
            count += 1;
        }
        assert!(count >= 5, "{count}");
    }

    fn report_of(json: &str) -> (String, ImageReport) {
        let image = serde_json::from_str::<serde_json::Value>(json).unwrap()[0].clone();
        let list = |value: &serde_json::Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let keys = |value: &serde_json::Value| -> Vec<Sha256> {
            list(&value["Keys"]).iter().map(|key| Sha256::from_hex(key["ID"].as_str().unwrap()).unwrap()).collect()
        };
        let tags = list(&image["SignedTags"]);
        let tags = tags.iter().map(|row| TagRow {
            tag: text(&row["SignedTag"]),
            digest: Sha256::from_hex(row["Digest"].as_str().unwrap()).unwrap(),
            signers: list(&row["Signers"]).iter().map(text).filter(|name| name != "Repo Admin").collect(),
            by_repository: list(&row["Signers"]).iter().any(|name| name == "Repo Admin"),
        });
        let signers = list(&image["Signers"]);
        let signers = signers
            .iter()
            .map(|row| SignerRow { name: text(&row["Name"]), keys: keys(row).into_iter().map(CanonicalKeyId::new).collect() });
        let administrative = |role: usize| keys(&image["AdministrativeKeys"][role]).into_iter().map(TufKeyId::new).collect();
        let report = ImageReport {
            tags: tags.collect(),
            signers: signers.rev().collect(),
            root_keys: administrative(0),
            repository_keys: administrative(1),
            ..report()
        };
        (text(&image["Name"]), report)
    }

    #[test]
    fn json_of_nothing_is_an_empty_list() {
        assert_eq!(docker_inspect::render(std::iter::empty()).unwrap(), "[]");
        let empty =
            ImageReport { tags: Vec::new(), signers: Vec::new(), root_keys: Vec::new(), repository_keys: Vec::new(), ..report() };
        let json = docker_inspect::render(std::iter::once(("x/y", &empty))).unwrap();
        assert!(json.contains("\"SignedTags\": [],\n        \"Signers\": [],\n"), "{json}");
        assert!(json.contains("{\n                \"Name\": \"Root\"\n            }"), "{json}");
    }
}
