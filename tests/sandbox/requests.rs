//! The table of requests: what the sandbox's registry answers and what `docker-registry` answers, row by row.

#[path = "requests_beyond.rs"]
mod beyond;
#[path = "requests_blobs.rs"]
mod blobs;
#[path = "requests_manifests.rs"]
mod manifests;
#[path = "requests_paths.rs"]
mod paths;
#[path = "requests_table.rs"]
mod table;
#[path = "requests_verdict.rs"]
mod verdict;

use crate::pair::{Answer, Auth, Pair, Server};
use verdict::Verdict;

/// Some requests in order, and what is said of all of them.
struct Row {
    name: &'static str,
    steps: Vec<Step>,
    /// Why the sandbox answers otherwise than 2.8.
    differs: Option<&'static str>,
}

/// A request.
#[derive(Clone)]
struct Step {
    method: &'static str,
    /// From the row's repository on; from the host on, if it begins with a slash. `@` is the last `Location`, `^` the first one, `REPO` the
    /// repository.
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    who: Who,
}

/// How a step is authorised.
#[derive(Clone)]
enum Who {
    /// By a token for all that a row may do.
    Everything,
    /// By a token for these scopes.
    Scope(&'static str),
    /// By this header.
    Header(&'static str),
    /// Not at all.
    Nobody,
}

#[test]
fn the_registry_answers_as_the_real_one() {
    let Some(pair) = Pair::start() else { return };
    let (mut wrong, mut on_purpose, mut equal) = (Vec::new(), Vec::new(), 0);
    let rows = table::rows();
    let count = rows.iter().filter(|row| row.differs.is_none()).count();
    for (number, row) in rows.iter().enumerate() {
        let [ours, theirs] = pair.both().map(|server| play(server, number, row));
        let differences = verdict::differences(&row.steps, &ours, &theirs);
        match (row.differs, differences.is_empty()) {
            (None, true) => equal += 1,
            (Some(why), false) => on_purpose.push(format!("  {}: {why}", row.name)),
            (Some(_), true) => wrong.push(format!("{}: said to differ, and does not", row.name)),
            (None, false) => wrong.push(format!("{}\n{}", row.name, differences.join("\n"))),
        }
    }
    println!("{equal} of {count} verdicts equal; {} rows differ on purpose:\n{}", on_purpose.len(), on_purpose.join("\n"));
    assert!(wrong.is_empty(), "{} rows\n\n{}", wrong.len(), wrong.join("\n\n"));
}

fn play(server: &Server, number: usize, row: &Row) -> Vec<Verdict> {
    let repository = format!("row{number}/app");
    let all = format!("repository:{repository}:*");
    let other = format!("repository:{repository}/other:*");
    let mut scopes = vec![all.as_str(), other.as_str(), "registry:catalog:*"];
    scopes.extend(table::OTHER_SCOPES);
    let everything = format!("Bearer {}", server.token(&scopes));
    let mut locations: Vec<String> = Vec::new();
    let mut verdicts = Vec::new();
    for step in &row.steps {
        let path = path(step, &repository, &locations);
        let headers: Vec<(&str, &str)> = step.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let send = |auth| server.send(step.method, &path, &headers, &step.body, auth);
        let answer: Answer = match step.who {
            Who::Everything => send(Auth::Header(&everything)),
            Who::Scope(scope) => send(Auth::Token(&[&scope.replace("REPO", &repository)])),
            Who::Header(header) => send(Auth::Header(header)),
            Who::Nobody => send(Auth::None),
        };
        let origin = format!("https://{}", server.host);
        locations.extend(answer.header("location").map(|location| location.strip_prefix(&origin).unwrap_or(location).to_owned()));
        verdicts.push(verdict::of(server, &repository, step.method, &answer));
    }
    verdicts
}

fn path(step: &Step, repository: &str, locations: &[String]) -> String {
    let path = step.path.replace("REPO", repository);
    match path.split_at_checked(1) {
        Some(("@", rest)) => format!("{}{rest}", locations.last().expect("an answer with a Location")),
        Some(("^", rest)) => format!("{}{rest}", locations.first().expect("an answer with a Location")),
        Some(("/", _)) => path,
        _ => format!("/v2/{repository}/{path}"),
    }
}

fn row(name: &'static str, steps: impl IntoIterator<Item = Vec<Step>>) -> Row {
    Row { name, steps: steps.into_iter().flatten().collect(), differs: None }
}

impl Row {
    fn differs(self, why: &'static str) -> Self {
        Self { differs: Some(why), ..self }
    }
}

fn step(method: &'static str, path: impl Into<String>) -> Step {
    Step { method, path: path.into(), headers: Vec::new(), body: Vec::new(), who: Who::Everything }
}

impl Step {
    fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    fn by(self, who: Who) -> Self {
        Self { who, ..self }
    }
}
