//! The front, as a Docker Trusted Registry has it: one host name for trust data, tokens and images, TLS 1.3 and HTTP/2, by nginx.

use std::{ffi::OsStr, fs, path::Path, thread, time::Duration};

use super::{http, openssl::ServerCerts, ports::PortLease, process::Server};

/// Where the front sends what.
pub(crate) struct Backends {
    /// The Notary server's port.
    pub(crate) notary: u16,
    /// The registry's.
    pub(crate) registry: u16,
    /// The token server's.
    pub(crate) token: u16,
}

/// A request that reached the front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The method.
    pub(crate) method: String,
    /// Path and query, as sent.
    pub(crate) path: String,
    /// The status of the answer.
    pub(crate) status: u16,
    /// `HTTP/2.0` or `HTTP/1.1`.
    pub(crate) protocol: String,
    /// Counts connections: equal numbers came on one connection.
    pub(crate) connection: u64,
    /// When it came, in milliseconds of the front's clock.
    pub(crate) started: u64,
    /// When its answer had gone out.
    pub(crate) ended: u64,
}

/// The running front.
pub(crate) struct Front {
    server: Server,
    port: u16,
    marks: PortLease,
    log: std::path::PathBuf,
}

impl Front {
    /// Starts nginx on `port`, with all its files in `folder`.
    pub(crate) fn start(folder: &Path, port: u16, marks: PortLease, certs: &ServerCerts, backends: &Backends) -> Self {
        let config = configuration(folder, port, marks.number, certs, backends);
        let file = folder.join("nginx.conf");
        fs::write(&file, config).expect("the folder is writable");
        let log = folder.join("access.log");
        let args =
            [OsStr::new("-e"), OsStr::new("stderr"), OsStr::new("-p"), folder.as_os_str(), OsStr::new("-c"), file.as_os_str()];
        let server = Server::start("nginx", &args, &[], folder);
        let mut front = Self { server, port, marks, log };
        let marks = front.marks.number;
        front.server.wait_until(|| http::request(marks, "GET", "/ready", &[], b"").is_ok_and(|answer| answer.status == 204));
        front
    }

    /// The port of the one host name.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// All requests so far. One event loop answers and logs, so when a last request of ours is in the log, all before it are.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let before = self.lines().len();
        http::request(self.marks.number, "GET", "/mark", &[], b"").expect("the front answers");
        for _ in 0..500 {
            let lines = self.lines();
            if lines.get(before..).is_some_and(|new| new.iter().any(|line| line.starts_with("mark"))) {
                return lines.iter().filter_map(|line| parse(line)).collect();
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the front did not log its mark");
    }

    /// What nginx complained of.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }

    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned();
        text.split_inclusive('\n').filter(|line| line.ends_with('\n')).map(|line| line.trim_end().to_owned()).collect()
    }
}

fn parse(line: &str) -> Option<Request> {
    let mut fields = line.strip_prefix("request\t")?.split('\t').map(str::to_owned);
    let (ended, took) = (millis(&fields.next()?)?, millis(&fields.next()?)?);
    Some(Request {
        method: fields.next()?,
        path: fields.next()?,
        status: fields.next()?.parse().ok()?,
        protocol: fields.next()?,
        connection: fields.next()?.parse().ok()?,
        ended,
        started: ended.saturating_sub(took),
    })
}

/// nginx writes seconds with three decimals.
fn millis(seconds: &str) -> Option<u64> {
    seconds.replace('.', "").parse().ok()
}

fn configuration(folder: &Path, port: u16, marks: u16, certs: &ServerCerts, backends: &Backends) -> String {
    let Backends { notary, registry, token } = backends;
    let (cert, key) = (certs.cert.display(), certs.key.display());
    let folder = folder.display();
    // One process in the foreground (no master that could leave a worker behind), and nothing outside the folder.
    format!(
        r#"daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 512; }}
http {{
    log_format requests "request\t$msec\t$request_time\t$request_method\t$request_uri\t$status\t$server_protocol\t$connection";
    log_format marks "mark\t$request_uri";
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;
    server_tokens off;
    server {{
        listen 127.0.0.1:{marks};
        access_log {folder}/access.log marks;
        return 204;
    }}
    server {{
        listen 127.0.0.1:{port} ssl http2;
        server_name localhost;
        ssl_certificate {cert};
        ssl_certificate_key {key};
        ssl_protocols TLSv1.3;
        access_log {folder}/access.log requests;
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-Proto https;
        location /_notary_server {{ proxy_pass http://127.0.0.1:{notary}; }}
        location ~ ^/v2/(.*/)?_trust/ {{ proxy_pass http://127.0.0.1:{notary}; }}
        location = /token {{ proxy_pass http://127.0.0.1:{token}; }}
        location /v2/ {{ proxy_pass http://127.0.0.1:{registry}; }}
        location / {{ return 404; }}
    }}
}}
"#
    )
}
