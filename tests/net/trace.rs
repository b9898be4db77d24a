//! The trace of a command: one line a request with what a person needs to know, and nothing that is secret.

use std::{fs, io::Write as _, path::Path, process::Command};

use client::ports::{
    CertificateFault, FileRef, NotaryRemote as _, Service, Step, TlsFault,
    trace::{Exchange, Fault, TlsVersion, TrustedAuthorities},
};
use host::{
    http::{Net, NetSettings, named_tls::NamedTlsFiles},
    notary::{Access, NotaryServers, servers::Servers},
};

use crate::{
    https::{Https, Identity, Reply, Request, raw, reply, tcp},
    plain::Eager,
    world::{LOCAL, Recorder, World, gun, with_server},
};

/// What no trace may hold: a password, plain and as `Basic` has it, a token, the value of a query, a proxy's password.
const SECRETS: [&str; 6] = ["hunter2", "amVmZjpodW50ZXIy", "tok-secret", "query-secret", "proxypw", "location-secret"];

/// A server with a token server, which is itself. It lacks every repository.
fn server(request: &Request) -> Reply {
    let realm = format!("https://{}/token?key=query-secret", request.header("host").unwrap());
    match request.target.split('?').next().unwrap() {
        "/token" => reply(200, &["Set-Cookie: a=tok-secret"], r#"{"token":"tok-secret"}"#),
        _ if request.header("authorization") == Some("Bearer tok-secret") => reply(404, &[], "{}"),
        _ => reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{realm}\",service=\"dtr\"")], ""),
    }
}

fn login(host: &str) -> String {
    format!(r#"{{"auths":{{"{host}":{{"auth":"amVmZjpodW50ZXIy"}}}}}}"#)
}

/// The program in that world, with nothing of the environment.
fn dct(world: &World, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dct"));
    let docker = world.path().join("docker");
    // no challenge is remembered
    command.env_clear().env("HOME", world.path()).env("DOCKER_CONFIG", docker).env("DCT_CACHE_DIR", "/dev/null").args(arguments);
    command
}

/// What it says on standard output and standard error.
fn said(command: &mut Command) -> (String, String) {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    for secret in SECRETS {
        assert!(!out.contains(secret) && !err.contains(secret), "{secret}: {err}");
    }
    (out, err)
}

/// The lines of the trace, with `N ms` for what a request took.
fn trace(err: &str) -> Vec<String> {
    let timeless = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let at = words.iter().position(|word| *word == "ms").unwrap_or_else(|| panic!("{line}"));
        words[at - 1].parse::<u64>().unwrap();
        [&words[..at - 1], &["N"], &words[at..]].concat().join(" ")
    };
    err.lines().filter_map(|line| line.strip_prefix("debug: GET ")).map(timeless).collect()
}

#[test]
fn each_request_is_one_line_with_all_that_is_known() {
    let (world, server) = with_server(server);
    let host = server.host();
    let world = world.config(&login(&host));
    let (out, err) = said(&mut dct(&world, &["-D", "inspect", &format!("{host}/prod/nginx")]));
    let docker = world.path().join("docker");
    let way = format!("tls1.3 ca=system,{}", docker.join("tls").join(&host).join("ca.crt").display());
    let (config, scope) = (docker.join("config.json"), host.replace(':', "%3A"));
    let lines = trace(&err);
    assert_eq!(
        lines[..2],
        [
            format!("https://{host}/v2/ 401 N ms 0 B {way} login=anonymous service=notary step=challenge"),
            format!(
                "https://{host}/token?key=***&service=dtr&scope=repository%3A{scope}%2Fprod%2Fnginx%3Apull&account=jeff \
                 200 N ms 22 B {way} login={} service=notary step=token",
                config.display()
            ),
        ]
    );
    let data = format!(" 404 N ms 2 B {way} login={} service=notary", config.display());
    assert!(lines.len() > 2 && lines[2..].iter().all(|line| line.ends_with(&data)), "{err}");
    assert_eq!(lines.len(), server.requests().len());
    let (quiet_out, quiet_err) = said(&mut dct(&world, &["inspect", &format!("{host}/prod/nginx")]));
    assert_eq!(out, quiet_out, "standard output is the answer's alone");
    assert!(trace(&quiet_err).is_empty() && !quiet_err.contains("debug"), "{quiet_err}");
}

#[test]
fn each_setting_is_told_with_where_it_was_said() {
    let (world, server) = with_server(server);
    let settings = world.path().join(".config").join("dct");
    fs::create_dir_all(&settings).unwrap();
    fs::write(settings.join("config.toml"), "# ours\n[network]\ntimeout = 20\n").unwrap();
    let docker = world.path().join("docker").display().to_string();
    let told = |command: &mut Command| -> Vec<String> {
        let (_, err) = said(command);
        let lines = err.lines().filter_map(|line| line.strip_prefix("debug: setting "));
        lines.map(|line| line.replace(&world.path().display().to_string(), "HOME")).collect()
    };
    let image = format!("{}/prod/nginx", server.host());
    let of_variables = told(dct(&world, &["-D", "inspect", &image]).env("DOCKER_CONTENT_TRUST_SERVER", "https://127.0.0.1:1"));
    let file = "network.timeout=20 (HOME/.config/dct/config.toml, line 3)";
    assert_eq!(
        of_variables,
        [
            "docker-folder=HOME/docker (DOCKER_CONFIG)",
            "server=https://127.0.0.1:1 (DOCKER_CONTENT_TRUST_SERVER)",
            "cache-folder=/dev/null (DCT_CACHE_DIR)",
            file
        ]
    );
    let of_flags = told(&mut dct(&world, &["-D", "--config", &docker, "inspect", &image]));
    assert_eq!(of_flags[0], "docker-folder=HOME/docker (--config)");
    let hidden = told(
        dct(&world, &["-D", "inspect", &image]).env("DOCKER_CONTENT_TRUST_SERVER", "https://jeff:location-secret@127.0.0.1:1"),
    );
    assert_eq!(hidden[1], "server=(not shown: it may hold a password) (DOCKER_CONTENT_TRUST_SERVER)");
    let notary = told(&mut dct(&world, &["notary", "-D", "-d", "trust", "-s", "https://127.0.0.1:1", "status", &image]));
    assert!(notary[0].ends_with("/trust (--trustDir)"), "{notary:?}");
    assert_eq!(notary[1..], ["remote_server.url=https://127.0.0.1:1 (--server)", "cache-folder=/dev/null (DCT_CACHE_DIR)", file]);
}

#[test]
fn a_hostile_server_cannot_write_a_secret_or_a_line_of_its_own() {
    let (world, server) = with_server(|request| match request.target.split('?').next().unwrap() {
        "/v2/" => {
            let realm = format!("https://{}/a%0Adebug:%20x/token?query-secret&a=query-secret", request.header("host").unwrap());
            reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{realm}\",service=\"a&key=b\"")], "")
        }
        target if target.ends_with("/token") => reply(200, &[], r#"{"token":"tok-secret"}"#),
        _ => reply(307, &["Location: https://jeff:location-secret@elsewhere.invalid/?x=location-secret"], ""),
    });
    let host = server.host();
    let world = world.config(&login(&host));
    let (_, err) = said(&mut dct(&world, &["--debug", "inspect", &format!("{host}/prod/nginx")]));
    let lines = trace(&err);
    assert!(lines[1].starts_with(&format!("https://{host}/a%0Adebug:%20x/token?***&a=***&service=a%26key%3Db&scope=")), "{err}");
    assert!(lines[2].contains("/timestamp.json 307 N ms 0 B ") || lines[2].contains(" 307 "), "{err}");
    assert_eq!(lines.len(), server.requests().len(), "{err}");
}

#[test]
fn a_proxy_is_named_without_its_credentials() {
    let port = tcp(|mut stream| drop(stream.write_all(b"HTTP/1.1 407 -\r\nContent-Length: 0\r\n\r\n")));
    let world = World::new().config(&login("dtr.invalid"));
    let mut command = dct(&world, &["-D", "inspect", "dtr.invalid/prod/nginx"]);
    let (_, err) = said(command.env("HTTPS_PROXY", format!("http://me:proxypw@127.0.0.1:{port}")));
    let proxied = format!("https://dtr.invalid/v2/ unreachable N ms 0 B ca=system proxy=http://127.0.0.1:{port} login=anonymous");
    assert!(trace(&err)[0].starts_with(&proxied), "{err}");
    let (world, server) = with_server(server);
    let mut command = dct(&world, &["-D", "inspect", &format!("{}/prod/nginx", server.host())]);
    let (_, err) = said(command.env("HTTPS_PROXY", format!("http://me:proxypw@127.0.0.1:{port}")));
    assert!(!trace(&err).is_empty() && !err.contains("proxy="), "this machine's own servers are asked directly: {err}");
}

#[test]
fn the_commands_of_notary_are_traced_too() {
    let (world, server) = with_server(server);
    let (url, ca) = (format!("https://{}", server.host()), world.tls(&server.host()).join("ca.crt"));
    let folder = world.path().join("trust");
    let words =
        ["-s", &url, "--tlscacert", ca.to_str().unwrap(), "-d", folder.to_str().unwrap(), "list", "dtr.example.com/prod/nginx"];
    for line in [&["notary", "-D"] as &[&str], &["-D", "notary"], &["-l", "debug", "notary"]] {
        let mut command = dct(&world, &[line, &words].concat());
        let (_, err) = said(command.env("NOTARY_AUTH", "amVmZjpodW50ZXIy"));
        let lines = trace(&err);
        let ca = format!("ca={}", ca.display());
        assert!(lines.iter().all(|line| line.contains(&ca)), "its authority counts alone: {err}");
        assert!(lines[0].ends_with(" login=anonymous service=notary step=challenge"), "{line:?}: {err}");
        assert!(lines[1].ends_with(" login=NOTARY_AUTH service=notary step=token"), "{line:?}: {err}");
        assert!(lines[2].ends_with(" login=NOTARY_AUTH service=notary"), "{line:?}: {err}");
    }
    let (_, err) = said(&mut dct(&world, &[&["notary"] as &[&str], &words].concat()));
    assert!(!err.contains("debug"), "{err}");
}

#[test]
fn the_levels_of_docker_are_taken() {
    let (world, server) = with_server(server);
    let world = world.config(&login(&server.host()));
    let private = world.path().join("docker/trust/private");
    fs::create_dir_all(&private).unwrap();
    fs::write(private.join("junk.key"), "junk").unwrap();
    let image = format!("{}/prod/nginx", server.host());
    // whether requests are told of, and warnings
    for (flags, requests, warnings) in [
        (&["-l", "debug"] as &[&str], true, true),
        (&["--log-level=DEBUG"], true, true),
        (&["--log-level", "info"], false, true),
        (&["-lwarn"], false, true),
        (&["--log-level", ""], false, true),
        (&["--log-level=error"], false, false),
        (&["-l=fatal"], false, false),
        (&["-D", "-l", "fatal"], true, true),
    ] {
        let (_, err) = said(&mut dct(&world, &[flags, &["inspect", &image]].concat()));
        assert_eq!(!trace(&err).is_empty(), requests, "{flags:?}: {err}");
        let (_, err) = said(&mut dct(&world, &[&["key", "list"] as &[&str], flags].concat()));
        assert_eq!(err.contains("warning: "), warnings, "{flags:?}: {err}");
    }
    for line in [&["--log-level", "x", "key", "list"] as &[&str], &["key", "list", "-l", "x"], &["-l=x", "notary", "version"]] {
        let output = dct(&world, line).output().unwrap();
        let (code, err) = (output.status.code(), String::from_utf8(output.stderr).unwrap());
        assert_eq!((code, err.as_str(), output.stdout.as_slice()), (Some(1), "Unable to parse logging level: x\n", &b""[..]));
    }
}

fn timestamp_over(net: Net, access: Access, server: &str) {
    let servers = Servers::default().for_all(server).unwrap();
    let remote = NotaryServers::new(net.into(), servers, access);
    let _ = remote.fetch_all(&gun("dtr.example.com"), &[FileRef::Timestamp]);
}

/// What is told of a server whose authority lies in this file alone.
fn told_of(server: &str, ca: &Path) -> Vec<Exchange> {
    let recorder = Recorder::default();
    let host = server.trim_start_matches("https://").to_owned();
    let tls = NamedTlsFiles { server: host, ca: Some(ca.to_owned()), ..NamedTlsFiles::default() };
    let net = Net::new(NetSettings::default(), Box::new(Eager), Box::new(tls)).traced(Some(std::sync::Arc::new(recorder.clone())));
    timestamp_over(net, Access::Read, server);
    recorder.told()
}

#[test]
fn the_version_of_tls_is_the_one_that_was_agreed_on() {
    let identity = Identity::self_signed(LOCAL);
    let world = World::trusting(&identity, &["x"]);
    let ca = world.tls("x").join("ca.crt");
    for (version, told) in [(&rustls::version::TLS12, TlsVersion::V1_2), (&rustls::version::TLS13, TlsVersion::V1_3)] {
        let server = Https::start_speaking(version, &identity, |_| reply(200, &[], "{}"));
        let exchanges = told_of(&format!("https://{}", server.host()), &ca);
        assert_eq!(exchanges.len(), 2);
        assert!(exchanges.iter().all(|exchange| exchange.tls == Some(told)), "{exchanges:?}");
        let alone = TrustedAuthorities { system: false, files: vec![ca.clone()] };
        assert_eq!(exchanges[0].route.authorities, Some(alone));
        assert_eq!((exchanges[0].errand.service, exchanges[0].errand.step), (Service::Notary, Step::Challenge));
    }
}

#[test]
fn what_failed_is_told_by_its_kind() {
    let identity = Identity::self_signed("DNS:other.example.com");
    let world = World::trusting(&identity, &["x"]);
    let ca = world.tls("x").join("ca.crt");
    let told =
        |server: &str| told_of(server, &ca).into_iter().map(|exchange| (exchange.status, exchange.fault)).collect::<Vec<_>>();
    let wrong_name = Https::start(&identity, |_| reply(200, &[], "{}"));
    let faults = told(&format!("https://{}", wrong_name.host()));
    let [(None, Some(Fault::Tls(TlsFault::Certificate(certificate))))] = &faults[..] else { panic!("{faults:?}") };
    assert_eq!(certificate.why, CertificateFault::Name);
    let local = Identity::self_signed(LOCAL);
    world.trust(&local, "x");
    let long = Https::start(&local, |_| raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"));
    assert_eq!(told(&format!("https://{}", long.host())), [(Some(200), Some(Fault::BadAnswer))]);
    let nobody = format!("https://localhost:{}", tcp(drop));
    assert!(matches!(told(&nobody)[..], [(None, Some(_))]));
}
