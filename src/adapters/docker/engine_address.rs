//! Where the Docker Engine is, as Docker's own client finds it: `DOCKER_HOST`, else the context, else the usual socket.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use url::Url;

use super::config::Config;
use crate::{
    adapters::net::{
        endpoint::Address,
        pem_files,
        tls_files::{Authorities, ClientPair, TlsMaterial},
    },
    ops::ports::EngineError,
    tuf::digest::Sha256,
};

/// The usual socket.
pub const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// The name that means: no context.
const DEFAULT_CONTEXT: &str = "default";

/// Longest file of a context, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// What names an Engine, with the variables of the environment; one that is empty counts as not set.
#[derive(Clone, Debug, Default)]
pub struct EngineNames {
    /// Docker's folder.
    pub config_dir: PathBuf,
    /// `DOCKER_HOST`.
    pub host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub context: Option<String>,
    /// `DOCKER_TLS_VERIFY` or `DOCKER_TLS`: TLS is spoken to a host. Its certificate is verified whichever of them it is.
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
    /// The Engine; none where none is named and the usual socket is not there.
    pub fn find(&self) -> Result<Option<EngineAddress>, EngineError> {
        if let Some(host) = &self.host {
            return parse(host, self.tls.as_ref().map(|_| self.files())).map(Some);
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
        // a socket that is there and does not answer is told of when it is asked
        let exists = self.socket.symlink_metadata().is_ok();
        let host = format!("unix://{}", self.socket.display());
        Ok(exists.then(|| EngineAddress { address: Address::Unix(self.socket.clone()), host }))
    }

    fn files(&self) -> Files {
        let folder = self.cert_path.as_ref().unwrap_or(&self.config_dir);
        Files { folder: folder.clone(), named: self.tls_files.clone() }
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
        let unusable = |error: crate::adapters::net::tls_files::TlsFileError| unusable(error.to_string());
        // one that is named must be there
        let mut named = self.named.iter().cloned();
        let [ca, certificate, key] =
            FILES.map(|name| named.next().flatten().or_else(|| Some(self.folder.join(name)).filter(|path| path.exists())));
        let roots = ca.map_or(Ok(Vec::new()), |ca| pem_files::certificates(&ca)).map_err(unusable)?;
        let client: Option<ClientPair> = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(pem_files::client_pair(&certificate, &key).map_err(unusable)?),
            (None, None) => None,
            _ => {
                let folder = self.folder.display();
                return Err(EngineError::Unusable(format!("{folder}: of cert.pem and key.pem one is missing")));
            }
        };
        Ok(TlsMaterial { roots, authorities: Authorities::Alone, client })
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
            let (protocol, port) = if is_tls { ("https", 2376) } else { ("http", 2375) };
            let Ok(mut url) = Url::parse(&format!("{protocol}://{rest}")) else { return refuse("it is no address") };
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
        _ => return Err(unusable(format!("unable to resolve docker endpoint: invalid bind address format: {host}"))),
    };
    Ok(EngineAddress { address, host: host.to_owned() })
}

fn has_port(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
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
            ("https://h:1", "tls https://h:1/ 0"),
            (
                "ssh://me@h",
                "ssh://me@h cannot be used as a Docker Engine: ssh is not supported; forward the Engine's socket with `ssh -L` and name that",
            ),
            ("foo://x", "unable to resolve docker endpoint: invalid bind address format: foo://x"),
            ("tcp://", "tcp:// cannot be used as a Docker Engine: it is no address"),
            ("tcp://a:b@h:1", "tcp://a:b@h:1 cannot be used as a Docker Engine: it holds more than a host, a port and a path"),
        ] {
            assert_eq!(shown(parse(host, None).map(Some)), address, "{host}");
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

        let tls = folder.path().join("contexts/tls").join(Sha256::of(b"far").to_hex()).join("docker");
        fs::create_dir_all(&tls).unwrap();
        fs::copy("testdata/certs/chain-ca.pem", tls.join("ca.pem")).unwrap();
        assert_eq!(shown(names.find()), "tls https://far:2376/ 1");
        fs::write(tls.join("key.pem"), "").unwrap();
        assert!(shown(names.find()).ends_with("of cert.pem and key.pem one is missing"));
        for json in [r#"{"Endpoints":{"docker":{"Host":"tcp://far:1","SkipTLSVerify":true}}}"#, "{}", "junk"] {
            write(json);
            assert!(shown(names.find()).starts_with("unable to resolve docker endpoint: context \"far\": "), "{json}");
        }
    }

    #[test]
    fn tls_by_variables_takes_the_files_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        fs::copy("testdata/certs/chain-ca.pem", folder.path().join("ca.pem")).unwrap();
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
