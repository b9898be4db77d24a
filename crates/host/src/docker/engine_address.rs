//! Where the Docker Engine is, as Docker's own client finds it: `DOCKER_HOST`, else the context, else the usual socket.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use url::Url;

use super::config::Config;
use crate::{
    bounded::read_bounded,
    http::{
        endpoint::Address,
        pem_files,
        tls_files::{Authorities, TlsMaterial},
    },
};
use client::ports::EngineError;
use trust::model::digest::Sha256;

/// The usual socket.
pub const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// The host of an Engine that TLS is spoken to where none is named, and of an address without one.
const DEFAULT_HOST: &str = "localhost";

/// The name that means: no context.
const DEFAULT_CONTEXT: &str = "default";

/// The ports of an address without one.
const TLS_PORT: u16 = 2376;
const PLAIN_PORT: u16 = 2375;

/// Longest file of a context, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// What names an Engine, with the variables of the environment; one that is empty counts as not set.
#[derive(Clone, Debug, Default)]
pub struct EngineNames {
    /// Docker's folder.
    pub config_dir: PathBuf,
    /// `DOCKER_HOST`. One of blanks alone is the default, whatever the context.
    pub host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub context: Option<String>,
    /// `DOCKER_TLS_VERIFY` or `DOCKER_TLS`: TLS is spoken to a host, which is `tcp://localhost:2376` where none is named. Its certificate is
    /// verified whichever of them it is.
    pub tls: Option<String>,
    /// `DOCKER_CERT_PATH`: the folder with `ca.pem`, `cert.pem` and `key.pem`; else Docker's folder.
    pub cert_path: Option<PathBuf>,
    /// The files that are named in place of `ca.pem`, `cert.pem` and `key.pem` (`--tlscacert`, `--tlscert`, `--tlskey`).
    pub tls_files: [Option<PathBuf>; 3],
    /// The usual socket.
    pub socket: PathBuf,
}

/// An Engine's address.
#[derive(Debug)]
pub struct EngineAddress {
    /// Where it listens.
    pub address: Address,
    /// The address as it was written, for messages.
    pub host: String,
}

/// What is known of a context (`contexts/meta/<SHA-256 of its name>/meta.json`).
#[derive(Deserialize)]
struct Context {
    #[serde(rename = "Endpoints", default)]
    endpoints: Endpoints,
}

#[derive(Default, Deserialize)]
struct Endpoints {
    docker: Option<DockerEndpoint>,
}

#[derive(Deserialize)]
struct DockerEndpoint {
    #[serde(rename = "Host", default)]
    host: String,
    #[serde(rename = "SkipTLSVerify", default)]
    skip_tls_verify: bool,
}

impl EngineNames {
    /// The Engine; none where none is named, TLS is not asked for, and the usual socket is not there.
    pub fn find(&self) -> Result<Option<EngineAddress>, EngineError> {
        match &self.host {
            Some(host) if host.trim().is_empty() => return self.default_host(),
            Some(host) => return named(host, self.tls_files()).map(Some),
            None => {}
        }
        let context = if let Some(context) = &self.context {
            context.clone()
        } else {
            let file = self.config_dir.join("config.json");
            let config = Config::read(&file).map_err(|reason| unusable(format!("{}: {reason}", file.display())))?;
            config.current_context().to_owned()
        };
        if !context.is_empty() && context != DEFAULT_CONTEXT {
            return self.of_context(&context).map(Some);
        }
        self.default_host()
    }

    /// The Engine that nothing names (docker/cli `opts.ParseHost`).
    fn default_host(&self) -> Result<Option<EngineAddress>, EngineError> {
        if let Some(files) = self.tls_files() {
            return parse(&format!("tcp://{DEFAULT_HOST}:{TLS_PORT}"), Some(files)).map(Some);
        }
        // a socket that is there and does not answer is told of when it is asked
        let exists = self.socket.symlink_metadata().is_ok();
        let host = format!("unix://{}", self.socket.display());
        Ok(exists.then(|| EngineAddress { address: Address::Unix(self.socket.clone()), host }))
    }

    /// None where TLS is not asked for.
    fn tls_files(&self) -> Option<Files> {
        self.tls.as_ref()?;
        let folder = self.cert_path.as_ref().unwrap_or(&self.config_dir);
        Some(Files { folder: folder.clone(), named: self.tls_files.clone() })
    }

    fn of_context(&self, name: &str) -> Result<EngineAddress, EngineError> {
        let fail = |reason: String| unusable(format!("unable to resolve docker endpoint: context \"{name}\": {reason}"));
        let folder = Sha256::of(name.as_bytes()).to_hex();
        let contexts = self.config_dir.join("contexts");
        let file = contexts.join("meta").join(&folder).join("meta.json");
        let json = read(&file).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => fail(format!("context not found: open {}: no such file or directory", file.display())),
            _ => fail(format!("{}: {error}", file.display())),
        })?;
        let context: Context = serde_json::from_slice(&json).map_err(|error| fail(format!("{}: {error}", file.display())))?;
        let endpoint = context.endpoints.docker.ok_or_else(|| fail("it names no Docker Engine".to_owned()))?;
        if endpoint.skip_tls_verify {
            return Err(fail("it is not to verify the Engine's certificate; dct always does".to_owned()));
        }
        if endpoint.host.is_empty() {
            let host = format!("unix://{}", self.socket.display());
            return Ok(EngineAddress { address: Address::Unix(self.socket.clone()), host });
        }
        parse(&endpoint.host, Files::of_context(contexts.join("tls").join(folder).join("docker")))
    }
}

/// The three files by which TLS is spoken to an Engine.
struct Files {
    folder: PathBuf,
    /// In place of those of the folder, in the order of [`FILES`].
    named: [Option<PathBuf>; 3],
}

/// An authority, a certificate, its key.
const FILES: [&str; 3] = ["ca.pem", "cert.pem", "key.pem"];

impl Files {
    /// None where the context has none of the files: then it speaks without TLS.
    fn of_context(folder: PathBuf) -> Option<Self> {
        FILES.iter().any(|name| folder.join(name).exists()).then(|| Self { folder, named: <[_; 3]>::default() })
    }

    fn material(&self) -> Result<TlsMaterial, EngineError> {
        let unusable = |error: crate::http::tls_files::TlsFileError| unusable(error.to_string());
        // one that is named must be there
        let mut named = self.named.iter().cloned();
        let [ca, certificate, key] =
            FILES.map(|name| named.next().flatten().or_else(|| Some(self.folder.join(name)).filter(|path| path.exists())));
        let mut material = TlsMaterial { authorities: Authorities::Alone, ..TlsMaterial::default() };
        if let Some(ca) = ca {
            pem_files::trust(&mut material, &ca).map_err(unusable)?;
        }
        material.client = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(pem_files::client_pair(&certificate, &key).map_err(unusable)?),
            (None, None) => None,
            _ => {
                let folder = self.folder.display();
                return Err(EngineError::Unusable(format!("{folder}: of cert.pem and key.pem one is missing")));
            }
        };
        Ok(material)
    }
}

/// Reads an address that a flag or `DOCKER_HOST` names. Docker takes `http` and `https` from a context alone.
fn named(host: &str, files: Option<Files>) -> Result<EngineAddress, EngineError> {
    match host.trim().split_once("://") {
        Some(("http" | "https", _)) => Err(bad_format(host.trim())),
        _ => parse(host, files),
    }
}

/// Reads an address; `files` where TLS is to be spoken.
fn parse(host: &str, files: Option<Files>) -> Result<EngineAddress, EngineError> {
    let host = host.trim();
    let (scheme, rest) = host.split_once("://").unwrap_or(("tcp", host));
    let refuse = |reason: &str| Err(unusable(format!("{host} cannot be used as a Docker Engine: {reason}")));
    let address = match scheme {
        "unix" if rest.is_empty() => Address::Unix(PathBuf::from(DEFAULT_SOCKET)),
        "unix" => Address::Unix(PathBuf::from(rest)),
        "tcp" | "http" | "https" => {
            let is_tls = files.is_some() || scheme == "https";
            let (protocol, port) = if is_tls { ("https", TLS_PORT) } else { ("http", PLAIN_PORT) };
            let names_host = !rest.is_empty() && !rest.starts_with([':', '/']);
            let local = if names_host { "" } else { DEFAULT_HOST };
            let Ok(mut url) = Url::parse(&format!("{protocol}://{local}{rest}")) else { return refuse("it is no address") };
            if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
                return refuse("it holds more than a host, a port and a path");
            }
            if scheme == "tcp" && !has_port(rest) && url.set_port(Some(port)).is_err() {
                return refuse("it names no host");
            }
            match files {
                Some(files) => Address::Tls(url, files.material()?),
                None if is_tls => Address::Tls(url, TlsMaterial::default()),
                None => Address::Plain(url),
            }
        }
        "ssh" => return refuse("ssh is not supported; forward the Engine's socket with `ssh -L` and name that"),
        "npipe" | "fd" => return refuse("it is not supported here"),
        _ => return Err(bad_format(host)),
    };
    Ok(EngineAddress { address, host: host.to_owned() })
}

fn has_port(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_bounded(File::open(path)?, MAX_FILE, &mut bytes)?;
    Ok(bytes)
}

fn bad_format(host: &str) -> EngineError {
    unusable(format!("unable to resolve docker endpoint: invalid bind address format: {host}"))
}

fn unusable(reason: String) -> EngineError {
    EngineError::Unusable(reason)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn shown(found: Result<Option<EngineAddress>, EngineError>) -> String {
        match found {
            Ok(None) => "none".to_owned(),
            Ok(Some(EngineAddress { address: Address::Unix(path), .. })) => path.display().to_string(),
            Ok(Some(EngineAddress { address: Address::Plain(url), .. })) => url.to_string(),
            Ok(Some(EngineAddress { address: Address::Tls(url, files), .. })) => format!("tls {url} {}", files.roots.len()),
            Err(error) => error.to_string(),
        }
    }

    fn names(folder: &Path) -> EngineNames {
        EngineNames { config_dir: folder.to_owned(), socket: folder.join("docker.sock"), ..EngineNames::default() }
    }

    #[test]
    fn hosts_are_read_as_docker_reads_them() {
        for (host, address) in [
            ("unix:///run/d.sock", "/run/d.sock"),
            ("unix://", DEFAULT_SOCKET),
            ("tcp://h", "http://h:2375/"),
            ("tcp://h:80", "http://h/"),
            ("tcp://[::1]", "http://[::1]:2375/"),
            ("h:1234", "http://h:1234/"),
            ("tcp://h:1/prefix", "http://h:1/prefix"),
            ("https://h:1", "unable to resolve docker endpoint: invalid bind address format: https://h:1"),
            ("http://h:1", "unable to resolve docker endpoint: invalid bind address format: http://h:1"),
            ("tcp://", "http://localhost:2375/"),
            ("tcp://:1", "http://localhost:1/"),
            (":1", "http://localhost:1/"),
            (":", "http://localhost:2375/"),
            ("tcp:///prefix", "http://localhost:2375/prefix"),
            (
                "ssh://me@h",
                "ssh://me@h cannot be used as a Docker Engine: ssh is not supported; forward the Engine's socket with `ssh -L` and name that",
            ),
            ("foo://x", "unable to resolve docker endpoint: invalid bind address format: foo://x"),
            ("tcp://h:99999", "tcp://h:99999 cannot be used as a Docker Engine: it is no address"),
            ("tcp://a:b@h:1", "tcp://a:b@h:1 cannot be used as a Docker Engine: it holds more than a host, a port and a path"),
        ] {
            assert_eq!(shown(named(host, None).map(Some)), address, "{host}");
        }
    }

    #[test]
    fn a_host_goes_before_a_context_and_the_socket_is_last() {
        let folder = tempfile::tempdir().unwrap();
        let names = names(folder.path());
        assert_eq!(shown(names.find()), "none");
        fs::write(&names.socket, "").unwrap();
        assert_eq!(shown(names.find()), names.socket.display().to_string());

        let meta = folder.path().join("contexts/meta").join(Sha256::of(b"far").to_hex());
        let file = meta.join("meta.json");
        fs::write(folder.path().join("config.json"), r#"{"currentContext":"far"}"#).unwrap();
        let absent = format!("context \"far\": context not found: open {}: no such file or directory", file.display());
        assert!(shown(names.find()).ends_with(&absent));
        fs::create_dir_all(&meta).unwrap();
        let write = |json: &str| fs::write(&file, json).unwrap();
        write(r#"{"Name":"far","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far:2376","SkipTLSVerify":false}}}"#);
        assert_eq!(shown(names.find()), "http://far:2376/");
        assert_eq!(
            shown(EngineNames { context: Some("default".into()), ..names.clone() }.find()),
            names.socket.display().to_string()
        );
        assert_eq!(
            shown(EngineNames { host: Some("unix:///x".into()), context: Some("far".into()), ..names.clone() }.find()),
            "/x"
        );

        // of blanks alone, a host is the default one, whatever the context
        let blank = EngineNames { host: Some(" ".into()), context: Some("far".into()), ..names.clone() };
        assert_eq!(shown(blank.find()), names.socket.display().to_string());
        write(r#"{"Endpoints":{"docker":{"Host":"https://far:1"}}}"#);
        assert_eq!(shown(names.find()), "tls https://far:1/ 0");
        write(r#"{"Endpoints":{"docker":{}}}"#);
        assert_eq!(shown(names.find()), names.socket.display().to_string());
        write(r#"{"Endpoints":{"docker":{"Host":"tcp://far:2376"}}}"#);

        let tls = folder.path().join("contexts/tls").join(Sha256::of(b"far").to_hex()).join("docker");
        fs::create_dir_all(&tls).unwrap();
        fs::copy("../../testdata/certs/chain-ca.pem", tls.join("ca.pem")).unwrap();
        assert_eq!(shown(names.find()), "tls https://far:2376/ 1");
        fs::write(tls.join("key.pem"), "").unwrap();
        assert!(shown(names.find()).ends_with("of cert.pem and key.pem one is missing"));
        // an entry that is whole before what is too much
        let entry = r#"{"Endpoints":{"docker":{"Host":"tcp://far:2376"}}}"#;
        write(&(entry.to_owned() + &" ".repeat((1 << 20) + 1 - entry.len())));
        let too_long = format!("context \"far\": {}: it is longer than 1048576 bytes", file.display());
        assert_eq!(shown(names.find()), format!("unable to resolve docker endpoint: {too_long}"));
        for json in [r#"{"Endpoints":{"docker":{"Host":"tcp://far:1","SkipTLSVerify":true}}}"#, "{}", "junk"] {
            write(json);
            assert!(shown(names.find()).starts_with("unable to resolve docker endpoint: context \"far\": "), "{json}");
        }
    }

    #[test]
    fn tls_without_a_host_is_spoken_on_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        let names = EngineNames { tls: Some("1".into()), ..names(folder.path()) };
        for host in [None, Some(String::new())] {
            assert_eq!(shown(EngineNames { host, ..names.clone() }.find()), "tls https://localhost:2376/ 0");
        }
        // though there is a socket
        fs::write(&names.socket, "").unwrap();
        let found = names.find().unwrap().unwrap();
        assert_eq!(found.host, "tcp://localhost:2376");
        fs::write(folder.path().join("key.pem"), "").unwrap();
        assert!(shown(names.find()).ends_with("of cert.pem and key.pem one is missing"));
    }

    #[test]
    fn tls_by_variables_takes_the_files_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::copy("../../testdata/certs/chain-ca.pem", folder.path().join("ca.pem")).unwrap();
        let of = |cert_path| EngineNames {
            host: Some("tcp://h:2376".into()),
            tls: Some("1".into()),
            cert_path,
            ..names(Path::new("/nowhere"))
        };
        assert_eq!(shown(of(Some(folder.path().to_owned())).find()), "tls https://h:2376/ 1");
        assert_eq!(shown(of(None).find()), "tls https://h:2376/ 0");
        let named = |ca: PathBuf| shown(EngineNames { tls_files: [Some(ca), None, None], ..of(None) }.find());
        assert_eq!(named(folder.path().join("ca.pem")), "tls https://h:2376/ 1");
        assert!(named("/nowhere/ca.crt".into()).contains("/nowhere/ca.crt"));
    }
}
