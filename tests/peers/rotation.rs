//! experiment
use std::{sync::Arc, thread, time::Duration};

use dct::{
    adapters::{
        docker::{credentials::DockerCredentials, tls::TlsFolders},
        net::{Net, NetSettings},
        notary::{Access, NotaryServers, servers::Servers},
    },
    ops::ports::{Bytes, FileRef, NotaryRemote},
    tuf::{gun::Gun, role::RoleName},
};

use crate::{
    raw::forge::{Forge, certificate::Certificate, key::Key},
    support::{Peers, home::Home},
};

fn server(home: &Home) -> NotaryServers {
    let docker = home.path().join(".docker");
    let net = Net::new(
        NetSettings::default(),
        Box::new(DockerCredentials::new(docker.clone())),
        Box::new(TlsFolders::of_docker(&docker)),
    );
    NotaryServers::new(Arc::new(net), Servers::default(), Access::Admin)
}

fn soon(seconds: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
fn soon_utc(seconds: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).strftime("%y%m%d%H%M%SZ").to_string()
}

fn published(home: &Home, peers: &Peers, forge: &mut Forge, client_snapshot: bool) -> Gun {
    let gun = Gun::parse(&forge.gun).unwrap();
    let server = server(home);
    for role in ["timestamp", "snapshot"] {
        if role == "snapshot" && client_snapshot {
            continue;
        }
        let answer = server.server_keys(&gun, &[RoleName::parse(role).unwrap()]).pop().unwrap().unwrap();
        let json: serde_json::Value = serde_json::from_slice(&answer).unwrap();
        let public = <base64ct::Base64 as base64ct::Encoding>::decode_vec(json["keyval"]["public"].as_str().unwrap()).unwrap();
        let key = Key::p256("nobody").with_public(public);
        forge.give(role, &[key]);
    }
    gun
}

fn up(home: &Home, gun: &Gun, forge: &Forge, roles: &[&str]) {
    let files: Vec<(RoleName, Bytes)> =
        roles.iter().map(|r| (RoleName::parse(r).unwrap(), Bytes::from(forge.bytes[*r].clone()))).collect();
    println!("POST {roles:?}: {:?}", server(home).publish(gun, &files));
}

#[test]
fn experiment_root_cert() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    for (name, what) in [("x/cert", "cert"), ("x/root", "root"), ("x/targets", "targets"), ("x/snap", "snap")] {
        println!("=== {what}");
        let mut forge = Forge::new(&peers.image(name));
        let gun = published(&home, &peers, &mut forge, what == "snap");
        let root = Key::p256("root");
        if what == "cert" {
            let cert = Certificate { not_after: soon_utc(3), ..Certificate::of(&forge.gun) };
            forge.give("root", &[root.in_certificate(&cert)]);
        }
        if what == "root" {
            forge.set_expires("root", &soon(3));
        }
        if what == "targets" {
            forge.set_expires("targets", &soon(3));
        }
        forge.publish();
        if what == "snap" {
            forge.set_expires("snapshot", &soon(3));
        }
        let mut roles = vec!["root", "targets", "targets/jeff", "targets/releases"];
        if what == "snap" {
            roles.push("snapshot");
        }
        up(&home, &gun, &forge, &roles);
        thread::sleep(Duration::from_secs(5));
        for run in [home.notary(&["list", &forge.gun]), home.dct(&["inspect", &forge.gun])] {
            println!("{run}");
        }
        println!(
            "{:?}",
            server(&home)
                .fetch_all(&gun, &[FileRef::Timestamp, FileRef::CurrentRoot])
                .iter()
                .map(|r| r.as_ref().map(|b| b.len()).map_err(|e| e.to_string()))
                .collect::<Vec<_>>()
        );
        for file in [
            "timestamp.json",
            "snapshot.json",
            "targets.json",
            "targets/jeff.json",
            "1.snapshot.json",
            "2.snapshot.json",
            "1.targets.json",
            "3.targets.json",
            "1.timestamp.json",
            "2.timestamp.json",
        ] {
            let net = {
                let docker = home.path().join(".docker");
                Net::new(
                    NetSettings::default(),
                    Box::new(DockerCredentials::new(docker.clone())),
                    Box::new(TlsFolders::of_docker(&docker)),
                )
            };
            let api = dct::adapters::net::api::Api::parse(&peers.url()).unwrap();
            let scope = format!("repository:{}:*", forge.gun);
            let path = format!("{}/_trust/tuf/{file}", forge.gun);
            let a = net.send(&dct::adapters::net::Ask {
                api: &api,
                method: dct::adapters::net::Method::Get,
                path: &path,
                accept: None,
                content: None,
                limit: 1 << 20,
                registry: gun.host(),
                scope: &scope,
            });
            println!("GET {file}: {:?}", a.map(|a| (a.status, a.body.len())));
        }
        match what {
            "cert" => {
                let mut next = forge.clone();
                next.rotate("root", &[Key::p256("root").certified(&forge.gun)]);
                up(&home, &gun, &next, &["root"]);
                let mut t = forge.clone();
                t.bump("targets");
                up(&home, &gun, &t, &["targets"]);
                println!("{}", peers.logs().lines().rev().take(12).collect::<Vec<_>>().join("\n"));
                println!("{:?}", server(&home).delete(&gun));
                up(&home, &gun, &next, &["root", "targets", "targets/jeff", "targets/releases"]);
                for run in [home.notary(&["list", &forge.gun]), home.dct(&["inspect", &forge.gun])] {
                    println!("{run}");
                }
            }
            "root" => {
                let mut n = forge.clone();
                n.set_expires("root", "2045-01-01T00:00:00Z");
                n.bump("root");
                up(&home, &gun, &n, &["root"]);
            }
            "targets" => {
                let mut n = forge.clone();
                n.set_expires("targets", "2045-01-01T00:00:00Z");
                n.bump("targets");
                up(&home, &gun, &n, &["targets"]);
            }
            _ => {
                let mut n = forge.clone();
                n.set_expires("snapshot", "2045-01-01T00:00:00Z");
                n.bump("snapshot");
                up(&home, &gun, &n, &["snapshot"]);
            }
        }
        for run in [home.notary(&["list", &forge.gun]), home.dct(&["inspect", &forge.gun])] {
            println!("{run}");
        }
    }
}
