//! The variables by which programs find a sandbox, and keep away from the person's own Docker folder.

use std::{ffi::OsString, path::Path};

use super::tokens;

/// The passphrase of root keys in a sandbox.
const ROOT_PASSPHRASE: &str = "sandbox root passphrase";
/// The passphrase of all other keys.
const REPOSITORY_PASSPHRASE: &str = "sandbox repository passphrase";

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it is set to.
    pub value: String,
    /// What becomes of the value that it had before.
    pub before: Before,
}

/// What becomes of a variable's value from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It goes.
    Gone,
    /// It follows the new one, behind this mark.
    Follows(char),
}

impl Variable {
    /// The value for a child of this process.
    #[must_use]
    pub fn value_over(&self, before: Option<OsString>) -> OsString {
        let mut value = OsString::from(&self.value);
        if let (Before::Follows(mark), Some(before)) = (self.before, before.filter(|before| !before.is_empty())) {
            value.push(mark.to_string());
            value.push(before);
        }
        value
    }

    /// The line that sets it in a shell.
    #[must_use]
    pub fn export(&self) -> String {
        let value = quote(&self.value);
        match self.before {
            Before::Gone => format!("export {}={value}", self.name),
            Before::Follows(mark) => format!("export {0}={value}\"${{{0}:+{mark}${0}}}\"", self.name),
        }
    }
}

/// The variables of a sandbox in `folder` at `host`.
pub(super) fn of(folder: &Path, host: &str) -> Vec<Variable> {
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let set = |name, value: &str| Variable { name, value: value.to_owned(), before: Before::Gone };
    let first = |name, value: &str, mark| Variable { name, value: value.to_owned(), before: Before::Follows(mark) };
    vec![
        set("SANDBOX", host),
        set("SANDBOX_DIR", &folder.to_string_lossy()),
        set("DOCKER_CONFIG", &path("docker")),
        set("DOCKER_CONTENT_TRUST_SERVER", &format!("https://{host}")),
        set("DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE", ROOT_PASSPHRASE),
        set("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", REPOSITORY_PASSPHRASE),
        set("NOTARY_ROOT_PASSPHRASE", ROOT_PASSPHRASE),
        set("NOTARY_TARGETS_PASSPHRASE", REPOSITORY_PASSPHRASE),
        set("NOTARY_SNAPSHOT_PASSPHRASE", REPOSITORY_PASSPHRASE),
        set("NOTARY_DELEGATION_PASSPHRASE", REPOSITORY_PASSPHRASE),
        set("NOTARY_AUTH", &tokens::first_login()),
        // of skopeo and podman
        set("REGISTRY_AUTH_FILE", &path("docker/config.json")),
        // of programs in Go and on OpenSSL; curl looks at its own first
        set("SSL_CERT_FILE", &path("ca-bundle.pem")),
        set("CURL_CA_BUNDLE", &path("ca-bundle.pem")),
        set("DCT_CACHE_DIR", &path("cache")),
        // the images are in the registry, whatever Engine there is
        set("DCT_SIGN_FROM", "registry"),
        first("NO_PROXY", "localhost,127.0.0.1", ','),
        first("no_proxy", "localhost,127.0.0.1", ','),
        first("PATH", &path("bin"), ':'),
    ]
}

/// All of them, for a shell to read.
pub(super) fn script(environment: &[Variable]) -> String {
    environment.iter().map(|variable| variable.export() + "\n").collect()
}

/// A word for a shell, as it is.
#[must_use]
pub fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_and_a_child_get_the_same() {
        let environment = of(Path::new("/tmp/it's a \"$HOME\" folder"), "localhost:4443");
        for (path, proxy) in [("/bin:/usr/bin", None), ("/bin:/usr/bin", Some("example.com"))] {
            let before = |name: &str| match name {
                "PATH" => Some(OsString::from(path)),
                "NO_PROXY" => proxy.map(OsString::from),
                _ => None,
            };
            for variable in &environment {
                let show = format!("{}\nprintf %s \"${}\"", script(&environment), variable.name);
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", &show]).env_clear().env("PATH", path).envs(proxy.map(|proxy| ("NO_PROXY", proxy)));
                let shown = shell.output().unwrap();
                assert_eq!(String::from_utf8(shown.stdout).unwrap(), variable.value_over(before(variable.name)).to_string_lossy());
            }
        }
    }
}
