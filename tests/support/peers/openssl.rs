//! Keys and certificates, all made by the `openssl` program: nothing of ours has a hand in what the peers are shown.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::process;

/// Runs `openssl` in `folder`; its standard output.
pub(crate) fn openssl(folder: &Path, args: &[&str]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.args(args).current_dir(folder);
    let (status, stdout, stderr) = process::run(&mut command, "", Duration::from_secs(60));
    assert!(status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&stderr));
    stdout
}

/// How a private key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// P-256, `EC PRIVATE KEY`: what UCP's client bundles hold.
    EcSec1,
    /// P-256, `PRIVATE KEY`.
    EcPkcs8,
    /// RSA 2048, `RSA PRIVATE KEY`.
    RsaPkcs1,
    /// RSA 2048, `PRIVATE KEY`.
    RsaPkcs8,
}

/// Who signed a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Issuer {
    /// An RSA CA with SHA-256, as UCP's is.
    Ca,
    /// The key itself.
    Itself,
}

/// What a UCP client bundle gives a person: `key.pem` (mode 0600) and `cert.pem`.
pub(crate) struct Bundle {
    /// The private key.
    pub(crate) key: PathBuf,
    /// Its certificate.
    pub(crate) cert: PathBuf,
}

impl Bundle {
    /// Makes `key.pem` and `cert.pem` for `name` in `folder`, which is created.
    pub(crate) fn make(folder: &Path, name: &str, form: KeyForm, issuer: Issuer) -> Self {
        fs::create_dir_all(folder).expect("a folder for the bundle");
        make_key(folder, "key.pem", form);
        fs::set_permissions(folder.join("key.pem"), fs::Permissions::from_mode(0o600)).expect("a mode");
        let subject = format!("/O=Engineering/CN={name}");
        match issuer {
            Issuer::Itself => {
                openssl(
                    folder,
                    &[
                        "req",
                        "-x509",
                        "-new",
                        "-key",
                        "key.pem",
                        "-subj",
                        &subject,
                        "-addext",
                        "basicConstraints=critical,CA:FALSE",
                        "-days",
                        "365",
                        "-out",
                        "cert.pem",
                    ],
                );
            }
            Issuer::Ca => {
                make_key(folder, "ca-key.pem", KeyForm::RsaPkcs8);
                let ca_subject = "/CN=UCP Client Root CA";
                openssl(
                    folder,
                    &["req", "-x509", "-new", "-key", "ca-key.pem", "-subj", ca_subject, "-days", "3650", "-out", "ca.pem"],
                );
                issue(
                    folder,
                    &Request { key: "key.pem", cert: "cert.pem", subject: &subject, extensions: "extendedKeyUsage=clientAuth" },
                );
            }
        }
        Self { key: folder.join("key.pem"), cert: folder.join("cert.pem") }
    }
}

/// The certificates of one set of servers: files in a folder.
pub(crate) struct ServerCerts {
    /// The CA of all of them.
    pub(crate) ca: PathBuf,
    /// Of the front, the signer, and the notary server as the signer's client: for `localhost` and 127.0.0.1.
    pub(crate) cert: PathBuf,
    /// The key of `cert`.
    pub(crate) key: PathBuf,
    /// Of the token server, in DER.
    pub(crate) token_cert: Vec<u8>,
    /// The key that signs the tokens, PKCS#8 PEM.
    pub(crate) token_key: String,
}

impl ServerCerts {
    /// Makes them in `folder`.
    pub(crate) fn make(folder: &Path) -> Self {
        make_key(folder, "ca-key.pem", KeyForm::EcPkcs8);
        openssl(folder, &["req", "-x509", "-new", "-key", "ca-key.pem", "-subj", "/CN=Test CA", "-days", "30", "-out", "ca.pem"]);
        let names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE";
        make_key(folder, "server-key.pem", KeyForm::EcPkcs8);
        issue(folder, &Request { key: "server-key.pem", cert: "server.pem", subject: "/CN=localhost", extensions: names });
        make_key(folder, "token-key.pem", KeyForm::EcPkcs8);
        issue(
            folder,
            &Request {
                key: "token-key.pem",
                cert: "token.pem",
                subject: "/CN=Token Server",
                extensions: "basicConstraints=CA:FALSE",
            },
        );
        Self {
            ca: folder.join("ca.pem"),
            cert: folder.join("server.pem"),
            key: folder.join("server-key.pem"),
            token_cert: openssl(folder, &["x509", "-in", "token.pem", "-outform", "DER"]),
            token_key: fs::read_to_string(folder.join("token-key.pem")).expect("just made"),
        }
    }
}

struct Request<'a> {
    key: &'a str,
    cert: &'a str,
    subject: &'a str,
    extensions: &'a str,
}

/// A certificate by the folder's `ca.pem`.
fn issue(folder: &Path, request: &Request<'_>) {
    let Request { key, cert, subject, extensions } = request;
    let serial = format!("0x{}", hex_of(&openssl(folder, &["rand", "8"])));
    fs::write(folder.join("extensions.cnf"), extensions).expect("the folder is writable");
    openssl(folder, &["req", "-new", "-key", key, "-subj", subject, "-out", "request.pem"]);
    let mut args =
        vec!["x509", "-req", "-in", "request.pem", "-CA", "ca.pem", "-CAkey", "ca-key.pem", "-set_serial", &serial, "-sha256"];
    args.extend(["-days", "365", "-extfile", "extensions.cnf", "-out", cert]);
    openssl(folder, &args);
}

fn make_key(folder: &Path, file: &str, form: KeyForm) {
    let args: &[&str] = match form {
        KeyForm::EcSec1 => &["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file],
        KeyForm::EcPkcs8 => &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file],
        KeyForm::RsaPkcs1 => &["genrsa", "-traditional", "-out", file, "2048"],
        KeyForm::RsaPkcs8 => &["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", file],
    };
    openssl(folder, args);
}

fn hex_of(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all");
        text
    })
}
