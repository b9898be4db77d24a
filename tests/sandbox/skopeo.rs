//! `skopeo` takes images out of the sandbox and puts them back, and they are the same bytes.

use std::{fs, process::Command};

use sandbox::{
    images,
    running::{Options, Sandbox},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::support::programs;

/// A sandbox, and a folder for copies.
struct World {
    sandbox: Sandbox,
    folder: TempDir,
}

impl World {
    /// None, said aloud, where there is no `skopeo`.
    #[expect(clippy::disallowed_methods, reason = "a server has its own clock")]
    fn new() -> Option<Self> {
        let start = || Sandbox::start(&Options::default(), jiff::Timestamp::now()).expect("a sandbox");
        programs::installed(&["skopeo"]).then(|| Self { sandbox: start(), folder: tempfile::tempdir().expect("a folder") })
    }

    /// Runs `skopeo` as `dct sandbox -- skopeo …` does, and returns what it prints.
    fn skopeo(&self, args: &[&str]) -> Vec<u8> {
        let mut command = Command::new("skopeo");
        command.args(["--insecure-policy", "--command-timeout", "60s"]).args(args).env_clear().current_dir(&self.folder);
        for variable in self.sandbox.environment() {
            command.env(variable.name, variable.value_over(std::env::var_os(variable.name)));
        }
        let run = command.env("HOME", self.folder.path()).env("TMPDIR", self.folder.path()).output().expect("skopeo");
        assert!(run.status.success(), "skopeo {args:?}: {}", String::from_utf8_lossy(&run.stderr));
        run.stdout
    }

    fn image(&self, name: &str) -> String {
        format!("docker://{}/{name}", self.sandbox.host())
    }

    /// A manifest, byte for byte.
    fn raw(&self, name: &str) -> Vec<u8> {
        self.skopeo(&["inspect", "--raw", &self.image(name)])
    }

    fn inspect(&self, name: &str) -> Value {
        serde_json::from_slice(&self.skopeo(&["inspect", &self.image(name)])).expect("JSON")
    }
}

#[test]
fn the_images_from_the_start_are_images() {
    let Some(world) = World::new() else { return };
    let said = world.inspect("prod/nginx:1");
    assert_eq!(said["RepoTags"], json!(["1", "1.1", "2"]));
    assert_eq!((&said["Architecture"], &said["Os"]), (&json!("amd64"), &json!("linux")));
    assert_eq!(said["Digest"], json!(digest(&world.raw("prod/nginx:1"))));
    let index: Value = serde_json::from_slice(&world.raw(&format!("prod/nginx:{}", images::MULTI))).unwrap();
    let platforms: Vec<&Value> =
        index["manifests"].as_array().unwrap().iter().map(|entry| &entry["platform"]["architecture"]).collect();
    assert_eq!(platforms, ["amd64", "arm64"]);
    world.skopeo(&["--override-arch", "arm64", "--override-os", "linux", "copy", &world.image("prod/nginx:2"), "oci:arm64"]);
}

#[test]
fn an_image_and_an_index_go_out_and_back() {
    let Some(world) = World::new() else { return };
    for (tag, layout) in [("1", "dir:one"), ("2", "oci:two:2")] {
        let (from, to) = (world.image(&format!("prod/nginx:{tag}")), world.image(&format!("copies/app:{tag}")));
        world.skopeo(&["copy", "--all", "--preserve-digests", &from, layout]);
        world.skopeo(&["copy", "--all", "--preserve-digests", layout, &to]);
        assert_eq!(world.raw(&format!("copies/app:{tag}")), world.raw(&format!("prod/nginx:{tag}")), "{tag}");
    }
    // within the registry, where skopeo mounts what it can
    world.skopeo(&["copy", "--all", &world.image("copies/app:2"), &world.image("copies/other:2")]);
    assert_eq!(world.raw("copies/other:2"), world.raw("prod/nginx:2"));
    world.skopeo(&["sync", "--all", "--src", "docker", "--dest", "dir", &format!("{}/copies/app", world.sandbox.host()), "synced"]);
    assert_eq!(fs::read(world.folder.path().join("synced/app:1/manifest.json")).unwrap(), world.raw("prod/nginx:1"));
}

#[test]
fn an_image_becomes_one_of_docker_on_the_way_in() {
    let Some(world) = World::new() else { return };
    world.skopeo(&["copy", "--format", "v2s2", &world.image("prod/nginx:1"), &world.image("copies/docker:1")]);
    let manifest: Value = serde_json::from_slice(&world.raw("copies/docker:1")).unwrap();
    assert_eq!(manifest["mediaType"], "application/vnd.docker.distribution.manifest.v2+json");
    world.skopeo(&["delete", &world.image("copies/docker:1")]);
    let tags = world.skopeo(&["list-tags", &world.image("prod/nginx")]);
    assert_eq!(serde_json::from_slice::<Value>(&tags).unwrap()["Tags"], json!(["1", "1.1", "2"]));
}

#[test]
fn a_layer_of_many_megabytes_goes_in_and_out() {
    let Some(world) = World::new() else { return };
    let layer: Vec<u8> = (0..24_000_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let config =
        json!({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]}}).to_string();
    let part = |media_type: &str, bytes: &[u8]| json!({"mediaType": media_type, "digest": digest(bytes), "size": bytes.len()});
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": part("application/vnd.oci.image.config.v1+json", config.as_bytes()),
        "layers": [part("application/vnd.oci.image.layer.v1.tar", &layer)],
    })
    .to_string();
    let folder = world.folder.path().join("large");
    fs::create_dir(&folder).unwrap();
    for bytes in [layer.as_slice(), config.as_bytes()] {
        fs::write(folder.join(digest(bytes).trim_start_matches("sha256:")), bytes).unwrap();
    }
    fs::write(folder.join("manifest.json"), &manifest).unwrap();
    fs::write(folder.join("version"), "Directory Transport Version: 1.1\n").unwrap();
    world.skopeo(&["copy", "--preserve-digests", "dir:large", &world.image("copies/large:1")]);
    world.skopeo(&["copy", "--preserve-digests", &world.image("copies/large:1"), "dir:again"]);
    let again = world.folder.path().join("again");
    assert_eq!(fs::read(again.join("manifest.json")).unwrap(), manifest.as_bytes());
    assert!(fs::read(again.join(digest(&layer).trim_start_matches("sha256:"))).unwrap() == layer);
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", base16ct::lower::encode_string(&Sha256::digest(bytes)))
}
