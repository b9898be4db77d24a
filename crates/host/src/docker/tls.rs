//! Where Docker keeps the certificates for a host: `<config>/tls/<host[:port]>/` and `/etc/docker/certs.d/<host[:port]>/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use crate::http::{
    pem_files::{client_pair, trust},
    tls_files::{TlsFileError, TlsFiles, TlsMaterial},
};

/// The folders that are searched for a host's certificates, and CA files of the settings.
///
/// In a folder, `*.crt` are CA certificates and `X.cert` with `X.key` is a client pair. The first pair found is used, in the order of the
/// folders and of the names. Docker reads the first folder alone for a trust server, and its Engine the second alone for a registry; ours
/// reads both for either, as one host name often serves both.
#[derive(Clone, Debug, Default)]
pub struct TlsFolders {
    /// The folders that hold one folder a host, in their order.
    pub folders: Vec<PathBuf>,
    /// CA files of the settings, by registry.
    pub ca_files: BTreeMap<String, CaFile>,
}

/// A CA file that is trusted where it is about one registry's images, and nowhere else: a server may hold the trust data of several registries.
#[derive(Clone, Debug)]
pub struct CaFile {
    /// The file.
    pub path: PathBuf,
    /// The servers that it vouches for, as `host[:port]`: the registry and its Notary server.
    pub hosts: Vec<String>,
}

impl TlsFolders {
    /// The folders of a Docker configuration (`~/.docker/tls`) and of the machine (`/etc/docker/certs.d`).
    #[must_use]
    pub fn of_docker(config_dir: &Path) -> Self {
        Self { folders: vec![config_dir.join("tls"), PathBuf::from("/etc/docker/certs.d")], ca_files: BTreeMap::new() }
    }
}

impl TlsFiles for TlsFolders {
    fn for_host(&self, authority: &str, registry: &str) -> Result<TlsMaterial, TlsFileError> {
        let mut material = TlsMaterial::default();
        if let Some(file) = self.ca_files.get(registry).filter(|file| file.hosts.iter().any(|host| host == authority)) {
            trust(&mut material, &file.path)?;
        }
        for name in names_of(authority) {
            // Docker takes the colon out on Windows, where a file's name cannot have one
            let folder = if cfg!(windows) { name.replace(':', "") } else { name };
            for base in &self.folders {
                read_folder(&base.join(&folder), &mut material)?;
            }
        }
        Ok(material)
    }
}

/// The host as it is written, and the long form where the port is the usual one.
fn names_of(authority: &str) -> Vec<String> {
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
    if has_port { vec![authority.to_owned()] } else { vec![authority.to_owned(), format!("{authority}:443")] }
}

/// Docker's `ReadCertsDirectory`.
fn read_folder(folder: &Path, material: &mut TlsMaterial) -> Result<(), TlsFileError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(unusable(folder, e.to_string())),
    };
    let mut names = BTreeSet::new();
    for entry in entries {
        let entry = entry.map_err(|e| unusable(folder, e.to_string()))?;
        names.extend(entry.file_name().into_string());
    }
    for name in &names {
        if name.strip_suffix(".crt").is_some() {
            trust(material, &folder.join(name))?;
        } else if let Some(stem) = name.strip_suffix(".cert") {
            let key = format!("{stem}.key");
            if !names.contains(&key) {
                return Err(TlsFileError::MissingKey { key, certificate: name.clone() });
            }
            if material.client.is_none() {
                material.client = Some(client_pair(&folder.join(name), &folder.join(&key))?);
            }
        } else if let Some(stem) = name.strip_suffix(".key") {
            let certificate = format!("{stem}.cert");
            if !names.contains(&certificate) {
                return Err(TlsFileError::MissingCertificate { certificate, key: name.clone() });
            }
        }
    }
    Ok(())
}

fn unusable(path: &Path, reason: String) -> TlsFileError {
    TlsFileError::Unusable { path: path.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, TlsFolders) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("tls/example.com:5000")).unwrap();
        for (name, content) in files {
            fs::write(dir.path().join("tls/example.com:5000").join(name), content).unwrap();
        }
        let folders = TlsFolders { folders: vec![dir.path().join("tls")], ca_files: BTreeMap::new() };
        (dir, folders)
    }

    #[test]
    fn a_half_of_a_pair_is_refused_in_dockers_words() {
        let message = |files| folder(files).1.for_host("example.com:5000", "example.com:5000").unwrap_err().to_string();
        assert_eq!(
            message(&[("client.cert", "")]),
            "missing key client.key for client certificate client.cert. CA certificates must use the extension .crt"
        );
        assert_eq!(message(&[("client.key", "")]), "missing client certificate client.cert for key client.key");
        assert!(message(&[("ca.crt", "junk")]).ends_with("ca.crt: it holds no certificate in PEM"));
    }

    #[test]
    fn other_files_and_absent_folders_say_nothing() {
        let (_dir, folders) = folder(&[("README", "x")]);
        assert!(folders.for_host("example.com:5000", "example.com:5000").unwrap().roots.is_empty());
        assert!(folders.for_host("example.com", "example.com").unwrap().client.is_none());
    }

    #[test]
    fn the_usual_port_may_be_written() {
        assert_eq!(names_of("example.com"), ["example.com", "example.com:443"]);
        assert_eq!(names_of("[::1]"), ["[::1]", "[::1]:443"]);
        assert_eq!(names_of("[::1]:5000"), ["[::1]:5000"]);
    }

    #[test]
    fn a_registry_s_authority_vouches_for_its_two_servers_where_it_is_about_that_registry() {
        let hosts = vec!["dtr.example.com".to_owned(), "notary.other.org:4443".to_owned()];
        let file = CaFile { path: "../../testdata/certs/chain-ca.pem".into(), hosts };
        let folders = TlsFolders { folders: Vec::new(), ca_files: BTreeMap::from([("dtr.example.com".to_owned(), file)]) };
        for (authority, registry, roots) in [
            ("dtr.example.com", "dtr.example.com", 1),
            ("notary.other.org:4443", "dtr.example.com", 1),
            ("notary.other.org", "dtr.example.com", 0),
            ("auth.example.com", "dtr.example.com", 0),
            ("notary.other.org:4443", "hub.example.net", 0),
            ("dtr.example.com", "hub.example.net", 0),
        ] {
            assert_eq!(folders.for_host(authority, registry).unwrap().roots.len(), roots, "{authority} for {registry}");
        }
    }
}
