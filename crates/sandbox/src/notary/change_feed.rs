//! The change feed: a line for each new timestamp and for each deletion (Notary `server/handlers/changefeed.go`).

use hyper::body::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::shelf::{Name, Shelf, name};

/// One change. Its ID is its place in the feed, from 1.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Change {
    #[serde(rename = "ID", default)]
    id: String,
    created_at: String,
    #[serde(rename = "GUN")]
    gun: String,
    version: u64,
    #[serde(rename = "SHA256")]
    sha256: String,
    category: String,
}

impl Change {
    /// A new timestamp.
    pub(super) fn update(gun: &str, version: u64, sha256: &str, now: Timestamp) -> Self {
        Self {
            id: String::new(),
            created_at: now.to_string(),
            gun: gun.to_owned(),
            version,
            sha256: sha256.to_owned(),
            category: "update".to_owned(),
        }
    }

    /// The end of a repository.
    pub(super) fn deletion(gun: &str, now: Timestamp) -> Self {
        Self { category: "deletion".to_owned(), ..Self::update(gun, 0, "", now) }
    }
}

/// The records of more changes.
pub(super) fn records(shelf: &Shelf, changes: &[Change]) -> Vec<(Name, Bytes)> {
    let before = shelf.below(&name(["trust", "changes"])).len();
    let record = |(at, change): (usize, &Change)| {
        let id = before + at + 1;
        let change = Change { id: id.to_string(), ..change.clone() };
        let json = serde_json::to_vec(&change).unwrap_or_default();
        (name(["trust", "changes", &format!("{id:020}")]), Bytes::from(json))
    };
    changes.iter().enumerate().map(record).collect()
}

/// The answer to a query, or the detail of the error: `change_id` is the change after which to begin (before which, where `records` is negative; a
/// negative one is the end), and `records` how many to give at most, with 0 for 100.
pub(super) fn answer(shelf: &Shelf, query: &str, gun: Option<&str>) -> Result<Vec<u8>, Value> {
    let parameter = |wanted: &str| {
        let found = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (records, id) = (parameter("records"), parameter("change_id"));
    let records = parse_i32(&records)
        .map_err(|why| json!(format!("invalid records parameter: strconv.ParseInt: parsing {}: {why}", json!(records))))?;
    // Go's error has no member that is written
    let id = if id.is_empty() { 0 } else { parse_i32(&id).map_err(|_| json!({}))? };
    let changes = select(&all(shelf), id, if records == 0 { 100 } else { records }, gun);
    let body = Feed { count: changes.as_ref().map_or(0, Vec::len), records: changes };
    serde_json::to_vec(&body).map_err(|_| json!({}))
}

#[derive(Serialize)]
struct Feed {
    count: usize,
    records: Option<Vec<Change>>,
}

/// None where the query begins behind the end, and where there is no change at all: Go then writes `null`.
fn select(all: &[Change], id: i64, records: i64, gun: Option<&str>) -> Option<Vec<Change>> {
    let reversed = id < 0 || records < 0;
    let most = usize::try_from(records.unsigned_abs()).unwrap_or(usize::MAX);
    let ours = |change: &&Change| gun.is_none_or(|gun| change.gun == gun);
    if !reversed {
        let start = usize::try_from(id).ok().filter(|start| *start < all.len())?;
        return Some(all.iter().skip(start).filter(ours).take(most).cloned().collect());
    }
    if all.is_empty() && gun.is_none() {
        return None;
    }
    let end = usize::try_from(id).ok().filter(|id| *id <= all.len()).map_or(all.len(), |id| id.saturating_sub(1));
    let mut changes: Vec<Change> = all.iter().take(end).rev().filter(ours).take(most).cloned().collect();
    changes.reverse();
    Some(changes)
}

fn all(shelf: &Shelf) -> Vec<Change> {
    let records = shelf.below(&name(["trust", "changes"]));
    records.iter().filter_map(|(_, record)| serde_json::from_slice(record).ok()).collect()
}

/// Go's `strconv.ParseInt(text, 10, 32)`
fn parse_i32(text: &str) -> Result<i64, &'static str> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("invalid syntax");
    }
    text.parse::<i32>().map(i64::from).map_err(|_| "value out of range")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_go_both_ways() {
        let now = Timestamp::UNIX_EPOCH;
        let all: Vec<Change> = (1..=5).map(|n| Change::update(if n % 2 == 0 { "even" } else { "odd" }, n, "", now)).collect();
        let versions = |id, records, gun| {
            select(&all, id, records, gun).map(|changes| changes.iter().map(|change| change.version).collect::<Vec<_>>())
        };
        assert_eq!(versions(0, 2, None), Some(vec![1, 2]));
        assert_eq!(versions(2, 100, None), Some(vec![3, 4, 5]));
        assert_eq!(versions(5, 100, None), None);
        assert_eq!(versions(-1, 2, None), Some(vec![4, 5]));
        assert_eq!(versions(4, -2, None), Some(vec![2, 3]));
        assert_eq!(versions(9, -2, None), Some(vec![4, 5]));
        assert_eq!(versions(-1, -2, Some("odd")), Some(vec![3, 5]));
        assert_eq!(versions(1, 2, Some("even")), Some(vec![2, 4]));
        assert_eq!(versions(0, -1, None), Some(vec![]), "Notary's server falls over this one");
    }

    #[test]
    fn numbers_are_read_as_go_does() {
        assert_eq!(parse_i32("-7"), Ok(-7));
        assert_eq!(parse_i32("+7"), Ok(7));
        assert_eq!(parse_i32(""), Err("invalid syntax"));
        assert_eq!(parse_i32("1_0"), Err("invalid syntax"));
        assert_eq!(parse_i32("2147483648"), Err("value out of range"));
    }
}
