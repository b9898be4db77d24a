//! As much of a Docker Engine as `docker trust sign` of a new tag asks for: the image is there, and a push tells tag, digest and size.
//! It stands in for an Engine, which tests cannot run; what is in the registry was pushed before by `images`.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use serde_json::json;

use super::images::Pushed;

/// The stand-in; its thread ends with the process.
pub(crate) struct Engine {
    socket: PathBuf,
    images: Arc<Mutex<BTreeMap<String, Image>>>,
}

/// A local image.
struct Image {
    pushed: Pushed,
    /// What a push of it says; none for the one message of the Engine's own image store.
    stream: Option<String>,
}

impl Engine {
    /// Listens on a socket in `folder`.
    pub(crate) fn start(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("writable");
        let socket = folder.join("engine.sock");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let images: Arc<Mutex<BTreeMap<String, Image>>> = Arc::default();
        let served = Arc::clone(&images);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let images = Arc::clone(&served);
                // A client that goes away in the middle is no fault of the server.
                thread::spawn(move || drop(serve(&stream, &images)));
            }
        });
        Self { socket, images }
    }

    /// The value of `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// Lets the Engine have `repository:tag` as a local image, which a push finds to be `pushed`.
    pub(crate) fn has(&self, repository: &str, tag: &str, pushed: &Pushed) {
        self.insert(repository, tag, Image { pushed: pushed.clone(), stream: None });
    }

    /// The same, and a push says this.
    pub(crate) fn says(&self, repository: &str, tag: &str, pushed: &Pushed, stream: &str) {
        self.insert(repository, tag, Image { pushed: pushed.clone(), stream: Some(stream.to_owned()) });
    }

    fn insert(&self, repository: &str, tag: &str, image: Image) {
        self.images.lock().expect("no panic holds it").insert(format!("{repository}:{tag}"), image);
    }
}

/// One connection, which the client keeps for several requests.
fn serve(stream: &UnixStream, images: &Mutex<BTreeMap<String, Image>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream.try_clone()?;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let mut header = String::new();
        while reader.read_line(&mut header)? > 0 && !header.trim().is_empty() {
            header.clear();
        }
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (status, body) = answer(target, &images.lock().expect("no panic holds it"));
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} -\r\nApi-Version: 1.47\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        writer.write_all(head.as_bytes())?;
        if method != "HEAD" {
            writer.write_all(body.as_bytes())?;
        }
        line.clear();
    }
    Ok(())
}

fn answer(target: &str, images: &BTreeMap<String, Image>) -> (u16, String) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path.ends_with("/_ping") {
        return (200, "OK".to_owned());
    }
    let path = path.split_once("/images/").map_or("", |(_, rest)| rest);
    let tag = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "tag").map(|(_, tag)| tag.into_owned());
    let found = |name: &str| images.get_key_value(name);
    if let Some((name, Image { pushed, .. })) = path.strip_suffix("/json").and_then(found) {
        return (200, json!({"Id": format!("sha256:{}", pushed.sha256), "RepoTags": [name]}).to_string());
    }
    if let (Some(repository), Some(tag)) = (path.strip_suffix("/push"), tag)
        && let Some((_, Image { pushed, stream })) = found(&format!("{repository}:{tag}"))
    {
        if let Some(stream) = stream {
            return (200, stream.clone());
        }
        let digest = format!("sha256:{}", pushed.sha256);
        return (200, format!("{}\n", json!({"progressDetail": {}, "aux": {"Tag": tag, "Digest": digest, "Size": pushed.length}})));
    }
    (404, json!({"message": format!("No such image: {path}")}).to_string())
}
