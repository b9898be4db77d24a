//! What of an answer counts: the status, the errors with code, message and detail, the headers that clients go by, and the body.

use serde_json::{Value, json};

use super::Step;
use crate::pair::{Answer, Server};

/// Headers that clients go by.
const HEADERS: [&str; 15] = [
    "accept-ranges",
    "allow",
    "cache-control",
    "content-range",
    "content-type",
    "docker-content-digest",
    "docker-distribution-api-version",
    "docker-upload-uuid",
    "etag",
    "link",
    "location",
    "oci-subject",
    "range",
    "www-authenticate",
    "x-content-type-options",
];

/// An answer without what differs from run to run.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

/// The verdict of an answer.
pub(super) fn of(server: &Server, repository: &str, method: &str, answer: &Answer) -> Verdict {
    let mut names: Vec<&'static str> = HEADERS.to_vec();
    if answer.status == 301 {
        // of the page for people
        names.retain(|name| *name != "content-type");
    }
    if method == "HEAD" && answer.status == 200 {
        names.push("content-length");
    }
    let value = |name: &'static str| Some((name, normal_header(server, name, answer.header(name)?)));
    let headers = names.into_iter().filter_map(value).collect();
    Verdict { status: answer.status, headers, body: normal_body(repository, answer) }
}

/// Where two runs of the same steps part.
pub(super) fn differences(steps: &[Step], ours: &[Verdict], theirs: &[Verdict]) -> Vec<String> {
    let pairs = steps.iter().zip(ours.iter().zip(theirs)).enumerate().filter(|(_, (_, (ours, theirs)))| ours != theirs);
    let say = |verdict: &Verdict| {
        let body = verdict.body.to_string();
        format!("{} {:?} {}", verdict.status, verdict.headers, body.chars().take(600).collect::<String>())
    };
    pairs
        .map(|(number, (step, (ours, theirs)))| {
            format!("  step {number}: {} {}\n    sandbox: {}\n    real:    {}", step.method, step.path, say(ours), say(theirs))
        })
        .collect()
}

fn normal_header(server: &Server, name: &str, value: &str) -> String {
    let value = value.replace(&server.host, "HOST");
    match name {
        "docker-upload-uuid" => {
            assert_eq!(value.len(), 36, "{}: a UUID", server.name);
            "UUID".to_owned()
        }
        "location" => match value.split_once("/blobs/uploads/") {
            Some((before, rest)) if !rest.is_empty() => {
                assert!(rest.contains("?_state="), "{}: {rest}", server.name);
                format!("{before}/blobs/uploads/UUID")
            }
            _ => value,
        },
        "www-authenticate" => normal_challenge(&value.replace("dct sandbox", "SERVICE").replace("Test Registry", "SERVICE")),
        _ => value,
    }
}

/// The real one keeps scopes and actions in maps, in no order.
fn normal_challenge(value: &str) -> String {
    let Some((before, rest)) = value.split_once(",scope=\"") else { return value.to_owned() };
    let (scopes, after) = rest.split_once('"').expect("a closing quote");
    let mut scopes: Vec<String> = scopes
        .split(' ')
        .map(|scope| {
            let (resource, actions) = scope.rsplit_once(':').expect("actions");
            let mut actions: Vec<&str> = actions.split(',').collect();
            actions.sort_unstable();
            format!("{resource}:{}", actions.join(","))
        })
        .collect();
    scopes.sort();
    format!("{before},scope=\"{}\"{after}", scopes.join(" "))
}

fn normal_body(repository: &str, answer: &Answer) -> Value {
    let mut body = answer.json();
    if let Some(errors) = body.pointer_mut("/errors").and_then(Value::as_array_mut) {
        for error in errors {
            let error = error.as_object_mut().expect("an error");
            if error.get("detail").is_some_and(is_of_go) {
                error.remove("detail");
            }
            if let Some(detail) = error.get_mut("detail").and_then(Value::as_array_mut) {
                detail.sort_by_key(ToString::to_string);
            }
        }
        return body;
    }
    if let Some(tags) = body.pointer_mut("/tags").and_then(Value::as_array_mut) {
        // in the order of the folder, which is none
        tags.sort_by_key(ToString::to_string);
    }
    if body.is_null() {
        // a redirect has a page for people, in its own HTML
        let text = String::from_utf8_lossy(&answer.body).replace(repository, "REPO");
        return if answer.status == 301 { Value::Null } else { json!(text) };
    }
    body
}

/// A value of the program's inside: a place in a file, an error of the library's.
fn is_of_go(detail: &Value) -> bool {
    match detail {
        Value::Object(fields) => fields.keys().all(|key| !matches!(key.as_str(), "name" | "Tag" | "Revision" | "n" | "Digest")),
        Value::Number(_) => true,
        _ => false,
    }
}
