//! The folder that programs find a sandbox by: Docker's configuration, client bundles, and what other programs want beside it.
//!
//! ```text
//! ca.pem         the authority of the server's certificate; ca-bundle.pem has those of the system too
//! jeff/ ian/     client bundles: key.pem, cert.pem, cert.pub, ca.pem
//! docker/        DOCKER_CONFIG: jeff's login, the authority, trust data and keys
//! notary/        the configuration of the notary program
//! bin/           first on the path
//! env.sh         the environment, for a shell
//! ```

use std::{
    ffi::OsString,
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{
    certificates::Authority,
    environment::{self, Variable, quote},
    error::{StartError, at},
    tokens::{self, USERS},
};

/// How a script of ours begins. Such a `notary` is none to call: it would call itself.
pub const SCRIPT: &str = "#!/bin/sh\n# of dct sandbox\n";

/// Where systems keep the certificates of the authorities that they trust (Go `crypto/x509`, Linux and BSD).
const SYSTEM_BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/etc/ssl/cert.pem",
];

/// What of this machine goes into the folder.
#[derive(Clone, Debug, Default)]
pub struct Furnishing {
    /// Programs to put first on the path, by the name that they are called by there.
    pub programs: Vec<(String, PathBuf)>,
    /// The words by which a `notary` is called, to be followed by the sandbox's configuration; none where there is no such program.
    pub notary: Vec<OsString>,
    /// The certificates of the authorities that programs trust: what `SSL_CERT_FILE` names, and the usual place if it names none.
    pub authorities: Option<PathBuf>,
}

/// Writes what programs find. The authority is a new one at every start, and what it has signed with it; keys, logins and trust data stay.
pub(super) fn furnish(
    folder: &Path,
    host: &str,
    authority: &Authority,
    furnishing: &Furnishing,
) -> Result<Vec<Variable>, StartError> {
    let ca = authority.certificate();
    write(&folder.join("ca.pem"), ca)?;
    write(&folder.join("ca-bundle.pem"), &format!("{}{ca}", authorities(furnishing)))?;
    for (user, _) in USERS {
        bundle(&folder.join(user), user, authority)?;
    }
    docker(&folder.join("docker"), host, ca)?;
    let bin = folder.join("bin");
    private_folder(&bin)?;
    for (name, program) in &furnishing.programs {
        link(program, &bin.join(name))?;
    }
    if !furnishing.notary.is_empty() {
        notary(folder, host, &furnishing.notary)?;
    }
    let environment = environment::of(folder, host);
    write(&folder.join("env.sh"), &environment::script(&environment))?;
    Ok(environment)
}

/// A folder that is its owner's alone; one that is there already stays as it is.
pub(super) fn private_folder(folder: &Path) -> Result<(), StartError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).map_err(at(folder))
}

/// A client bundle as UCP gives it out. The key of an earlier time stays, and gets a new certificate: it may be a signer's.
fn bundle(folder: &Path, user: &str, authority: &Authority) -> Result<(), StartError> {
    private_folder(folder)?;
    let file = folder.join("key.pem");
    let known = match fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read.map_err(at(&file))?),
    };
    let issued = authority.client(user, known.as_deref())?;
    write(&folder.join("ca.pem"), authority.certificate())?;
    write(&folder.join("cert.pem"), &issued.certificate)?;
    write(&folder.join("cert.pub"), &issued.public_key)?;
    if known.is_none() {
        write(&file, &issued.key)?;
    }
    Ok(())
}

fn docker(folder: &Path, host: &str, ca: &str) -> Result<(), StartError> {
    let tls = folder.join("tls").join(host);
    private_folder(&tls)?;
    write(&tls.join("ca.crt"), ca)?;
    let config = folder.join("config.json");
    if config.exists() {
        return Ok(());
    }
    write(&config, &format!("{:#}\n", json!({"auths": {host: {"auth": tokens::first_login()}}})))
}

fn notary(folder: &Path, host: &str, words: &[OsString]) -> Result<(), StartError> {
    let config = folder.join("notary/config.json");
    private_folder(&folder.join("notary"))?;
    let server = json!({"url": format!("https://{host}"), "root_ca": folder.join("ca.pem")});
    write(&config, &format!("{:#}\n", json!({"trust_dir": folder.join("docker/trust"), "remote_server": server})))?;
    let words: Vec<String> = words.iter().map(|word| quote(&word.to_string_lossy())).collect();
    let (program, config) = (words.join(" "), quote(&config.to_string_lossy()));
    let script = folder.join("bin/notary");
    write(&script, &format!("{SCRIPT}exec {program} -c {config} \"$@\"\n"))?;
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).map_err(at(&script))
}

fn authorities(furnishing: &Furnishing) -> String {
    let usual = SYSTEM_BUNDLES.into_iter().map(Path::new);
    let mut text = furnishing.authorities.as_deref().into_iter().chain(usual).find_map(|file| fs::read_to_string(file).ok());
    if let Some(text) = text.as_mut().filter(|text| !text.ends_with('\n')) {
        text.push('\n');
    }
    text.unwrap_or_default()
}

/// Written with its owner's rights alone, for some hold keys; beside its place and renamed, for no link is followed.
fn write(path: &Path, text: &str) -> Result<(), StartError> {
    let folder = path.parent().unwrap_or(path);
    let written = tempfile::Builder::new().prefix("~").tempfile_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(at(path))
}

fn link(program: &Path, link: &Path) -> Result<(), StartError> {
    match fs::remove_file(link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(link)(error)),
        _ => symlink(program, link).map_err(at(link)),
    }
}
