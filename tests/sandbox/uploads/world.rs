//! A row of the table and what its steps can do: forge a repository, send it, and note what the server says.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding as _};
use forge::{Forge, key::Key};
use serde_json::{Value, json};

use crate::pair::{Answer, Auth, Server};

/// A row.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) steps: fn(&mut World<'_>),
    /// Why the verdicts are not the same, where they cannot be.
    pub(crate) differs: Option<&'static str>,
}

/// A row whose verdicts are equal.
pub(crate) const fn row(name: &'static str, steps: fn(&mut World<'_>)) -> Row {
    Row { name, steps, differs: None }
}

/// A row whose verdicts cannot be.
pub(crate) const fn differs(name: &'static str, reason: &'static str, steps: fn(&mut World<'_>)) -> Row {
    Row { name, steps, differs: Some(reason) }
}

/// One server and one repository of a row's own.
pub(crate) struct World<'a> {
    pub(crate) server: &'a Server,
    pub(crate) gun: String,
    bearer: String,
    /// What was said.
    pub(crate) log: Vec<String>,
}

impl<'a> World<'a> {
    pub(crate) fn new(server: &'a Server, name: &str) -> Self {
        let slug: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let gun = format!("example.com/{slug}");
        let token = server.token(&[&format!("repository:{gun}:pull,push,*"), "registry:catalog:*"]);
        Self { server, gun, bearer: format!("Bearer {token}"), log: Vec::new() }
    }

    /// A repository that is not published: the server holds timestamp and snapshot key.
    pub(crate) fn forge(&self) -> Forge {
        let mut forge = self.client_forge();
        forge.give("snapshot", &[self.server_key("snapshot")]);
        forge
    }

    /// The same, with a snapshot key of the client's own; the snapshot lists what is there.
    pub(crate) fn client_forge(&self) -> Forge {
        let mut forge = Forge::new(&self.gun);
        forge.give("timestamp", &[self.server_key("timestamp")]);
        forge.snap();
        forge
    }

    /// A repository that was published whole.
    pub(crate) fn published(&mut self) -> Forge {
        let forge = self.forge();
        self.post(&forge, &["root", "targets", "targets/jeff", "targets/releases"]);
        forge
    }

    /// The server's key of a role, as it can stand in a root: its private half is not ours.
    pub(crate) fn server_key(&self, role: &str) -> Key {
        public_key(&self.ask("GET", &format!("{role}.key"), &[], b""))
    }

    /// A new one.
    pub(crate) fn rotated_key(&self, role: &str) -> Key {
        public_key(&self.ask("POST", &format!("{role}.key"), &[], b""))
    }

    /// Uploads the files of roles, and notes the verdict.
    pub(crate) fn post(&mut self, forge: &Forge, roles: &[&str]) -> &mut Self {
        let files: Vec<(&str, &[u8])> = roles.iter().map(|role| (*role, forge.bytes[*role].as_slice())).collect();
        self.post_files(&files)
    }

    /// Uploads files by their names.
    pub(crate) fn post_files(&mut self, files: &[(&str, &[u8])]) -> &mut Self {
        let mut body = Vec::new();
        for (name, bytes) in files {
            body.extend(
                format!(
                    "--boundary\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
                )
                .into_bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--boundary--\r\n");
        self.post_body("multipart/form-data; boundary=boundary", &body)
    }

    /// Uploads a body as it is.
    pub(crate) fn post_body(&mut self, kind: &str, body: &[u8]) -> &mut Self {
        self.send("POST", "", &[("Content-Type", kind)], body)
    }

    /// A file, or another `GET` below the repository.
    pub(crate) fn get(&mut self, path: &str) -> &mut Self {
        self.send("GET", path, &[], b"")
    }

    /// Any request below the repository; a path that begins with a slash is taken whole.
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> &mut Self {
        let answer = self.ask(method, path, headers, body);
        let said = verdict(&answer);
        self.log.push(normal(&format!("{method} {path}: {said}")));
        self
    }

    /// The challenge to a request that has no token.
    pub(crate) fn without_token(&mut self, method: &str, path: &str) -> &mut Self {
        let answer = self.server.send(method, &self.path(path), &[], b"", Auth::None);
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        let scope = challenge.split_once("scope=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(scope, _)| scope);
        // the real server's actions come in any order
        let (name, actions) = scope.rsplit_once(':').unwrap_or_default();
        let mut actions: Vec<&str> = actions.split(',').collect();
        actions.sort_unstable();
        self.log.push(format!("{method} {path}: {} {} {name}:{}", answer.status, answer.json(), actions.join(",")));
        self
    }

    /// What a request gives, unnoted.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.server.send(method, &self.path(path), headers, body, Auth::Header(&self.bearer))
    }

    fn path(&self, path: &str) -> String {
        if path.starts_with('/') { path.to_owned() } else { format!("/v2/{}/_trust/tuf/{path}", self.gun) }
    }

    /// Notes what a client would find: timestamp, snapshot, and by their hashes all that the snapshot lists; which of it is the forge's, byte for byte.
    pub(crate) fn see(&mut self, forge: &Forge) -> &mut Self {
        let timestamp = self.ask("GET", "timestamp.json", &[], b"");
        self.log.push(normal(&format!("timestamp: {}", signed(&timestamp))));
        let snapshot = self.ask("GET", &by_hash("snapshot", &timestamp.json()["signed"]["meta"]["snapshot"]), &[], b"");
        self.log.push(normal(&format!("snapshot: {}", signed(&snapshot))));
        let listed = snapshot.json()["signed"]["meta"].as_object().cloned().unwrap_or_default();
        for (role, meta) in &listed {
            let file = self.ask("GET", &by_hash(role, meta), &[], b"");
            let ours = forge.bytes.get(role).is_some_and(|bytes| *bytes == file.body);
            let length = meta["length"].as_u64() == Some(file.body.len() as u64);
            self.log.push(format!("{role} by hash: {}, ours: {ours}, length fits: {length}", file.status));
        }
        self
    }

    /// Notes something.
    pub(crate) fn note(&mut self, text: String) -> &mut Self {
        self.log.push(text);
        self
    }
}

/// `ROLE.SHA256.json`, from an entry of a snapshot or a timestamp.
pub(crate) fn by_hash(role: &str, meta: &Value) -> String {
    let sha256 = Base64::decode_vec(meta["hashes"]["sha256"].as_str().unwrap_or_default()).unwrap_or_default();
    format!("{role}.{}.json", base16ct::lower::encode_string(&sha256))
}

fn public_key(answer: &Answer) -> Key {
    let public = answer.json()["keyval"]["public"].as_str().expect("a key").to_owned();
    Key::p256("of the server").with_public(Base64::decode_vec(&public).expect("base64"))
}

/// What a client sees of an answer.
fn verdict(answer: &Answer) -> String {
    let mut said = answer.status.to_string();
    for name in ["content-type", "cache-control", "last-modified", "location", "pragma"] {
        // the front has a page of its own for what its backend does not answer
        if let Some(value) = answer.header(name).filter(|_| answer.status != 502) {
            said.extend([" [", name, ": ", value, "]"]);
        }
    }
    let body = match answer.json() {
        // its bytes are looked at in `see`
        json if json["signed"].is_object() => {
            format!(
                "{} {}, {} signatures",
                json["signed"]["_type"],
                json["signed"]["version"],
                json["signatures"].as_array().map_or(0, Vec::len)
            )
        }
        Value::Null => String::from_utf8_lossy(&answer.body).into_owned(),
        json => json.to_string(),
    };
    if answer.status == 502 { said } else { format!("{said} {body}") }
}

/// The signed part of a file of the server's.
fn signed(answer: &Answer) -> String {
    let mut signed = answer.json()["signed"].clone();
    if signed["meta"]["snapshot"]["length"].is_u64() {
        // the real server's times have a fraction of any length
        signed["meta"]["snapshot"]["length"] = json!("a length");
    }
    let days = signed["expires"]
        .as_str()
        .and_then(|text| text.parse::<jiff::Timestamp>().ok())
        .map(|expires| (expires.duration_since(now()).as_hours() + 12) / 24);
    signed["expires"] = json!(format!("in {days:?} days"));
    format!("{} {signed}", answer.status)
}

#[expect(clippy::disallowed_methods, reason = "the servers have their own clocks too")]
pub(crate) fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// A text without what must differ: hashes and key IDs, keys and signatures, times. The same one keeps its number within a text.
fn normal(text: &str) -> String {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut out = String::new();
    let this_year = now().strftime("%Y-").to_string();
    let mut in_time = false;
    for word in text.split_inclusive(['"', ' ', ',', '.']) {
        let (word, end) = word.split_at(word.trim_end_matches(['"', ' ', ',', '.']).len());
        let is_hex = word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
        let is_base64 = word.len() > 40 && word.ends_with('=') && Base64::decode_vec(word).is_ok();
        let has_date = word.len() >= 19 && word.starts_with(&this_year) && word.as_bytes()[10] == b'T';
        if is_hex || is_base64 {
            let next = seen.len();
            let number = seen.entry(word).or_insert(next).to_string();
            out.extend(["<", &number, ">"]);
        } else if has_date {
            out += "<time>";
        } else if !in_time {
            out += word;
        }
        // a fraction and a zone may follow
        in_time = has_date && end == ".";
        if !in_time {
            out += end;
        }
    }
    last_modified(&out)
}

/// `Sat, 21 Nov 2026 14:40:26 UTC` without its digits and its zone.
fn last_modified(text: &str) -> String {
    let Some((before, rest)) = text.split_once("[last-modified: ") else { return text.to_owned() };
    let (date, after) = rest.split_once(']').unwrap_or((rest, ""));
    let date = date.rsplit_once(' ').map_or(date, |(date, _)| date);
    let shape: String = date
        .chars()
        .map(|c| {
            if c.is_ascii_digit() {
                '0'
            } else if c.is_ascii_lowercase() {
                'x'
            } else {
                c
            }
        })
        .collect();
    let shape: String = shape.chars().enumerate().map(|(at, c)| if at < 11 && c.is_ascii_uppercase() { 'X' } else { c }).collect();
    format!("{before}[last-modified: {shape}]{after}")
}

/// The lines in which two logs differ.
pub(crate) fn differences(ours: &[String], theirs: &[String]) -> String {
    let longest = ours.len().max(theirs.len());
    let line = |log: &[String], at: usize| log.get(at).cloned().unwrap_or_else(|| "nothing".to_owned());
    let unequal = (0..longest).filter(|at| ours.get(*at) != theirs.get(*at));
    let both = unequal.map(|at| format!("  sandbox: {}\n  real:    {}", line(ours, at), line(theirs, at)));
    both.collect::<Vec<_>>().join("\n")
}
