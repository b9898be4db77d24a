//! A proxy of the environment. The environment is the process's, so a process of its own asks.

use std::{
    env,
    io::{Read, Write},
    process::Command,
    sync::{Arc, Mutex},
};

use crate::{
    https::{reply, tcp},
    world::{World, with_server},
};

#[test]
fn a_proxy_gets_its_own_credentials_and_not_the_registrys() {
    let heard = Arc::new(Mutex::new(String::new()));
    let ear = Arc::clone(&heard);
    let port = tcp(move |mut stream| {
        let mut buffer = [0; 4096];
        let n = stream.read(&mut buffer).unwrap_or(0);
        ear.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..n]));
        let _ = stream.write_all(b"HTTP/1.1 407 -\r\nContent-Length: 0\r\n\r\n");
    });
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "proxy::asks_through_the_proxy", "--ignored"])
        .env("HTTPS_PROXY", format!("http://me:proxypw@127.0.0.1:{port}"))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let heard = heard.lock().unwrap().to_ascii_lowercase();
    assert!(heard.starts_with("connect dtr.invalid:443 http/1.1"), "{heard}");
    assert!(heard.contains("proxy-authorization: basic bwu6chjvehlwdw=="), "{heard}"); // me:proxypw
    assert!(!heard.contains("\nauthorization:") && !heard.contains("localhost"), "{heard}");
}

/// What the process does that the test above starts.
#[test]
#[ignore = "started by another test, with a proxy in its environment"]
fn asks_through_the_proxy() {
    let world = World::new().config(r#"{"auths":{"dtr.invalid":{"auth":"amVmZjpwdw=="}}}"#);
    let error = world.timestamp("dtr.invalid").unwrap_err();
    assert!(error.is_outage() && error.to_string().contains("tunnel"), "{error}");
    let (world, server) = with_server(|_| reply(200, &[], "{}"));
    world.timestamp(&server.host()).unwrap(); // this machine's own servers are asked directly
}
