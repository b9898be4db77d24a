//! What Docker 29 does with a plugin, played: how it is found, called and asked.

use std::{ffi::OsStr, path::Path, process::Output};

use crate::{command, home, plugin};

fn run(home: &Path, by_docker: bool, args: &[impl AsRef<OsStr>]) -> Output {
    let mut plugin = command(&plugin(home, "docker-trust"), home);
    if by_docker {
        plugin.env("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "/usr/bin/docker");
    }
    plugin.args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn it_tells_of_itself_as_dockers_own_plugins_do() {
    let home = home("docker-trust");
    let output = run(home.path(), false, &["docker-cli-plugin-metadata"]);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        text(&output.stdout),
        format!(
            "{{\n     \"SchemaVersion\": \"0.1.0\",\n     \"Vendor\": \"dct\",\n     \"Version\": \"{version}\",\n     \
             \"ShortDescription\": \"Manage trust on Docker images\"\n}}\n"
        )
    );
    assert!(output.status.success() && output.stderr.is_empty());
}

#[test]
fn help_and_errors_come_in_dockers_words_on_its_streams_with_its_codes() {
    let home = home("docker-trust");
    for (args, by_docker, code, out, err) in [
        (&["trust"][..], true, 0, "", "Usage:  docker trust COMMAND\n"),
        (&["trust", "--help"], true, 0, "Usage:  docker trust COMMAND\n", ""),
        (&["help", "trust"], true, 0, "Usage:  docker trust COMMAND\n", ""),
        (&["--debug", "trust", "key", "load", "--help"], true, 0, "Usage:  docker trust key load [OPTIONS] KEYFILE\n", ""),
        (&["trust", "foo"], true, 1, "", "docker: unknown command: docker trust foo\n\nUsage:  docker trust\n"),
        (&["trust", "sign"], true, 1, "", "docker: 'docker trust sign' requires 1 argument\n\nUsage:  docker trust sign"),
        (&["trust", "inspect"], true, 1, "", "docker: 'docker trust inspect' requires at least 1 argument\n"),
        (&["trust", "sign", "--foo"], true, 125, "", "unknown flag: --foo\n\nUsage:  docker trust sign"),
        (&["trust", "delete", "a"], true, 1, "", "docker: unknown command: docker trust delete\n"),
        (&["trust", "key", "load", "no.pem"], true, 1, "Loading key from \"no.pem\"...\n", "refusing to load key from no.pem: "),
        (&[], false, 0, "", "Usage:  docker-trust [OPTIONS] COMMAND\n"),
        (&["sign"], false, 1, "", "docker-trust: 'docker-trust sign' requires 1 argument\n"),
        (&["--foo", "sign"], false, 125, "", "unknown flag: --foo\n\nUsage:  docker-trust [OPTIONS] COMMAND\n"),
        (&["--version"], false, 0, "dct 0.", ""),
    ] {
        let output = run(home.path(), by_docker, args);
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{args:?}: {stderr}");
        assert!(stdout.starts_with(out) && stdout.is_empty() == out.is_empty(), "{args:?}: {stdout}");
        assert!(stderr.starts_with(err) && stderr.is_empty() == err.is_empty(), "{args:?}: {stderr}");
    }
}

#[test]
fn hints_name_what_was_typed() {
    let home = home("docker-trust");
    let config = home.path().join("elsewhere");
    let config = config.to_str().unwrap();
    std::fs::copy(home.path().join("key.pem"), home.path().join("private.pem")).unwrap();
    let add = ["signer", "add", "--key", "private.pem", "jeff", "localhost:1/prod/nginx"];
    for (before, by_docker, name) in
        [(&["--config", config, "trust"][..], true, "docker trust"), (&["--config", config], false, "docker-trust")]
    {
        let output = run(home.path(), by_docker, &[before, &add].concat());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(&format!("hint: this is a private key: `{name} key load` takes it")), "{stderr}");
    }
    let beyond = text(&run(home.path(), true, &["trust", "delete", "a"]).stderr);
    assert!(beyond.ends_with("hint: `dct delete` is a command of dct alone\n"), "{beyond}");
}

#[test]
fn an_authoritys_certificate_is_taken_with_a_warning_since_scripts_rely_on_it() {
    let home = home("docker-trust");
    std::fs::write(home.path().join("ca.pem"), include_bytes!("../../testdata/certs/chain-ca.pem")).unwrap();
    let add = ["trust", "signer", "add", "--key", "ca.pem", "jeff", "localhost:1/prod/nginx"];
    let stderr = text(&run(home.path(), true, &add).stderr);
    assert!(stderr.starts_with("warning: ca.pem: CN Example CA is an authority's certificate, and no signer's; "), "{stderr}");
    assert!(stderr.contains("contacting notary server"), "{stderr}");
}

#[test]
fn the_folder_of_the_flag_holds_the_keys() {
    let home = home("docker-trust");
    let mut plugin = command(&plugin(home.path(), "docker-trust"), home.path());
    plugin.env("DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND", "docker").env("DOCKER_CONTENT_TRUST_REPOSITORY_PASSPHRASE", "passphrase");
    let output =
        plugin.args(["--config", "elsewhere", "-D", "trust", "key", "load", "--name", "jeff", "key.pem"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(home.path().join("elsewhere/trust/private").is_dir() && !home.path().join(".docker/trust").exists());
}

#[test]
fn dockers_completion_is_answered() {
    let home = home("docker-trust");
    for (args, by_docker, lines) in [
        (&["__completeNoDesc", "trust", "si"][..], true, "signer\nsign\n:4\n"),
        (&["__complete", "trust", "signer", "a"], true, "add\tAdd a signer\n:4\n"),
        (&["__completeNoDesc", "trust", "key", "load", "k"], true, "key.pem\n:4\n"),
        (&["__completeNoDesc", "si"], false, "signer\nsign\n:4\n"),
        (&["__completeNoDesc", "trust", "nonsense", "x"], true, ":4\n"),
    ] {
        let output = run(home.path(), by_docker, args);
        assert_eq!(text(&output.stdout), lines, "{args:?}");
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}");
    }
}
