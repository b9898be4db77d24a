//! A real Docker Engine: sign of a new tag, push, pull and resolve, beside what docker's own client says and does.

use std::{fs, io::Write as _, path::Path};

use super::support::{
    Peers,
    dockerd::Dockerd,
    engine::Engine,
    home::{Home, Run},
    openssl::{Bundle, Issuer, KeyForm},
};

/// Servers, an Engine, and a home that uses both.
fn engine() -> Option<(Peers, Dockerd, Home)> {
    let peers = Peers::start()?;
    let dockerd = Dockerd::start(&peers.folder("dockerd"), peers.server_certs())?;
    let home = with_engine(Home::new(&peers, "jeff"), &dockerd);
    Some((peers, dockerd, home))
}

fn with_engine(home: Home, dockerd: &Dockerd) -> Home {
    home.without("DCT_SIGN_FROM").with("DOCKER_HOST", &dockerd.host())
}

/// A local image of the Engine.
fn import(home: &Home, image: &str, content: &str) {
    let folder = home.path().join("layer");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("content"), content).unwrap();
    home.other("tar", &["-C", "layer", "-cf", "layer.tar", "."]).ok();
    home.docker(&["import", "layer.tar", image]).ok();
}

fn add_signer(home: &Home, repository: &str) {
    let bundle = Bundle::make(home.path(), "jeff", KeyForm::EcSec1, Issuer::Ca);
    home.dct(&["key", "load", "--name", "jeff", &bundle.key.to_string_lossy()]).ok();
    home.dct(&["signer", "add", "--key", &bundle.cert.to_string_lossy(), "jeff", repository]).ok();
}

/// The digest that the registry says a push had.
fn pushed_digest(run: &Run) -> String {
    let line = run.stdout.lines().find(|line| line.contains(": digest: sha256:")).unwrap_or_else(|| panic!("{run}"));
    line.split(' ').find_map(|word| word.strip_prefix("sha256:")).unwrap().to_owned()
}

/// What is said, without names, layers and digests, and without what only dct says.
fn normal(run: &Run, repository: &str) -> (i32, String, Vec<String>) {
    let digits = |word: &str| {
        let (before, hex) = word.split_once("sha256:").unwrap_or(("", word));
        let hex = hex.trim_end_matches(':');
        let is_hex = hex.len() >= 12 && hex.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hex { format!("{before}HEX") } else { word.to_owned() }
    };
    let name = repository.split_once('/').unwrap().1;
    let line = |line: &str| {
        line.replace(repository, "REPOSITORY").replace(name, "NAME").split(' ').map(digits).collect::<Vec<_>>().join(" ")
    };
    // whether these are told depends on the time that they take
    let is_passing = |line: &String| {
        ["Waiting", "Verifying Checksum", "Download complete", "Layer already exists"].iter().any(|status| line.ends_with(status))
    };
    let ours = |line: &&str| {
        let made = line.starts_with("warning: made root key ");
        made || line.starts_with("hint: ") || line.starts_with("cause: ") || line.contains(" as the Docker Engine pushed it: ")
    };
    let out = run.stdout.lines().map(line).filter(|line| !is_passing(line)).collect::<Vec<_>>().join("\n");
    (run.code, out, run.stderr.lines().filter(|line| !ours(line)).map(line).collect())
}

#[test]
fn a_new_tag_is_pushed_and_signed_as_docker_does_it() {
    let Some((peers, dockerd, home)) = engine() else { return };
    let other = with_engine(Home::new(&peers, "jeff"), &dockerd);
    let (of_docker, of_dct) = (peers.image("engine/docker"), peers.image("engine/dct"));
    for repository in [&of_docker, &of_dct] {
        for tag in ["1", "2"] {
            import(&home, &format!("{repository}:{tag}"), &format!("{repository} {tag}"));
        }
    }
    // a new repository, a new tag in it, a signed tag again, an image that is not there, and a changed image
    let steps: [&[&str]; 4] =
        [&["sign", "REPOSITORY:1"], &["sign", "REPOSITORY:2"], &["sign", "REPOSITORY:1"], &["sign", "REPOSITORY:3"]];
    for step in steps {
        let (docker, dct) = both(&other, &home, step, &of_docker, &of_dct);
        assert_eq!(normal(&docker, &of_docker), normal(&dct, &of_dct), "{docker}\n{dct}");
    }
    for repository in [&of_docker, &of_dct] {
        import(&home, &format!("{repository}:1"), &format!("{repository} changed"));
    }
    let (docker, dct) = both(&other, &home, &["sign", "--local", "REPOSITORY:1"], &of_docker, &of_dct);
    assert_eq!(normal(&docker, &of_docker), normal(&dct, &of_dct), "{docker}\n{dct}");
    let digest = pushed_digest(&dct);
    assert!(dct.stderr.contains(&format!("as the Docker Engine pushed it: sha256:{digest}, ")), "{dct}");
    assert!(home.docker_trust(&["inspect", &format!("{of_dct}:1")]).ok().stdout.contains(&digest));
    // neither knows the other's repository, and both see the same of each
    for repository in [&of_docker, &of_dct] {
        assert_eq!(home.dct(&["inspect", repository]).ok().stdout, other.docker_trust(&["inspect", repository]).ok().stdout);
    }
}

fn both(docker: &Home, dct: &Home, step: &[&str], of_docker: &str, of_dct: &str) -> (Run, Run) {
    let with = |repository: &str| step.iter().map(|word| word.replace("REPOSITORY", repository)).collect::<Vec<_>>();
    let (one, two) = (with(of_docker), with(of_dct));
    let (one, two): (Vec<&str>, Vec<&str>) = (one.iter().map(String::as_str).collect(), two.iter().map(String::as_str).collect());
    (docker.docker_trust(&one), dct.dct(&two))
}

#[test]
fn trusted_push_and_pull_go_on_as_docker_had_them() {
    let Some((peers, dockerd, home)) = engine() else { return };
    let docker = with_engine(Home::new(&peers, "jeff"), &dockerd)
        .with("DOCKER_CONTENT_TRUST", "1")
        .with("DOCKER_CONTENT_TRUST_SERVER", &peers.url());
    let (of_docker, of_dct) = (peers.image("engine/docker"), peers.image("engine/dct"));
    for repository in [&of_docker, &of_dct] {
        import(&home, &format!("{repository}:1"), &format!("{repository} 1"));
        import(&home, &format!("{repository}:latest"), &format!("{repository} latest"));
    }
    let compare = |verb: &[&str], suffix: &str| {
        let line = |repository: &str| format!("{repository}{suffix}");
        let (one, two) = (line(&of_docker), line(&of_dct));
        let (theirs, ours) = (docker.docker(&[verb, &[&one]].concat()), home.dct(&[verb, &[&two]].concat()));
        assert_eq!(normal(&theirs, &of_docker), normal(&ours, &of_dct), "{theirs}\n{ours}");
        ours
    };
    let pushed = compare(&["push"], ":1");
    let digest = pushed_digest(&pushed);
    compare(&["push"], "");
    for repository in [&of_docker, &of_dct] {
        home.docker(&["rmi", &format!("{repository}:1"), &format!("{repository}:latest")]).ok();
    }
    compare(&["pull"], ":1");
    // docker goes through the tags in no order
    let in_order = |run: &Run, repository: &str| {
        let (code, out, mut err) = normal(run, repository);
        let numbers = |line: &str| line.replace("Pull (1 of 2)", "Pull (N of 2)").replace("Pull (2 of 2)", "Pull (N of 2)");
        let mut out: Vec<String> = out.lines().map(numbers).collect();
        out.sort();
        err.sort();
        (code, out, err)
    };
    let (theirs, ours) = (docker.docker(&["pull", "-a", &of_docker]), home.dct(&["pull", "-a", &of_dct]));
    assert_eq!(in_order(&theirs, &of_docker), in_order(&ours, &of_dct), "{theirs}\n{ours}");
    compare(&["pull"], "");
    compare(&["pull"], ":absent");
    compare(&["pull", "-a"], ":1");
    let pulled = home.docker(&["image", "inspect", "-f", "{{.RepoDigests}}", &format!("{of_dct}:1")]).ok();
    assert!(pulled.stdout.contains(&format!("{of_dct}@sha256:{digest}")), "{pulled}");

    let resolved = home.dct(&["resolve", &format!("{of_dct}:1")]).ok();
    assert_eq!((resolved.stdout.as_str(), resolved.stderr.as_str()), (&*format!("{of_dct}@sha256:{digest}\n"), ""));
    for (doubt, code) in [
        (format!("{of_dct}:absent"), 10),
        (peers.image("engine/nowhere:1"), 10),
        (format!("{of_dct}@sha256:{digest}"), 125),
        ("a//b".to_owned(), 125),
    ] {
        let refused = home.dct(&["resolve", &doubt]).fails(code);
        assert_eq!(refused.stdout, "", "{refused}");
    }
    let away = Home::new(&peers, "jeff").with("DOCKER_CONTENT_TRUST_SERVER", "https://localhost:1");
    copy_trust(&home, &away);
    assert_eq!(away.dct(&["resolve", &format!("{of_dct}:1")]).fails(20).stdout, "");
}

fn copy_trust(from: &Home, to: &Home) {
    fs::create_dir_all(to.trust_dir()).unwrap();
    let tuf = |home: &Home| home.trust_dir().join("tuf").to_string_lossy().into_owned();
    to.other("cp", &["-a", &tuf(from), &tuf(to)]).ok();
}

#[test]
fn a_tag_that_was_swapped_in_the_registry_is_pulled_as_it_was_signed_or_not_at_all() {
    let Some((peers, _dockerd, home)) = engine() else { return };
    let one = peers.image("engine/swap:1");
    import(&home, &one, "signed");
    let signed = pushed_digest(&home.dct(&["push", &one]).ok());
    home.docker(&["rmi", &one]).ok();

    let swapped = peers.images().push("engine/swap", "1", "swapped");
    assert_ne!(swapped.sha256, signed);
    let pulled = home.dct(&["pull", &one]).ok();
    assert!(pulled.stdout.contains(&signed) && !pulled.stdout.contains(&swapped.sha256), "{pulled}");
    let digests = home.docker(&["image", "inspect", "-f", "{{.RepoDigests}}", &one]).ok();
    assert!(digests.stdout.contains(&signed) && !digests.stdout.contains(&swapped.sha256), "{digests}");
    assert!(home.dct(&["resolve", &one]).ok().stdout.ends_with(&format!("@sha256:{signed}\n")));

    // the signed content is gone from the registry and from the Engine: nothing comes in its place
    home.docker(&["rmi", &one, &format!("{}@sha256:{signed}", peers.image("engine/swap"))]);
    peers.images().delete("engine/swap", &signed);
    let pulled = home.dct(&["pull", &one]);
    if pulled.code == 0 {
        // the Engine forgets a manifest only after a while, and its layers are still there
        let digests = home.docker(&["image", "inspect", "-f", "{{.RepoDigests}}", &one]).ok();
        assert!(digests.stdout.contains(&signed) && !digests.stdout.contains(&swapped.sha256), "{digests}");
    } else {
        assert!(pulled.code == 1 && !pulled.stderr.contains("Tagging"), "{pulled}");
        home.docker(&["image", "inspect", &one]).fails(1);
    }
}

#[test]
fn an_index_that_containerd_s_image_store_pushes_is_signed_where_docker_gives_up() {
    let Some(peers) = Peers::start() else { return };
    let engine = Engine::start(&peers.folder("engine"));
    let home = Home::new(&peers, "jeff").without("DCT_SIGN_FROM").with("DOCKER_HOST", &engine.host());
    let (repository, one) = (peers.image("prod/multi"), peers.image("prod/multi:1"));
    add_signer(&home, &repository);
    let index = peers.images().push_index("prod/multi", "1", "two platforms");
    for recorded in ["push-several-aux.jsonl", "push-words-only.jsonl"] {
        let stream = fs::read_to_string(format!("{}/testdata/engine/{recorded}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let stream = stream.replace(&"c".repeat(64), &index.sha256).replace("856", &index.length.to_string());
        engine.says(&repository, "1", &index, &stream);
        let docker = home.docker_trust(&["sign", "--local", &one]).fails(1);
        assert!(docker.stderr.contains("handleTarget") || docker.stderr.contains("no hashes specified"), "{docker}");
        let signed = home.dct(&["sign", "--local", &one]).ok();
        assert!(signed.stderr.contains(&format!("pushed it: sha256:{}, {} bytes", index.sha256, index.length)), "{signed}");
        assert!(home.docker_trust(&["inspect", &one]).ok().stdout.contains(&index.sha256));
    }
    // the registry serves something else than any of what was reported
    let other = peers.images().push("prod/multi", "1", "other");
    let refused = home.dct(&["sign", "--local", &one]).fails(1);
    assert!(refused.stderr.contains(&format!("{one} may be pushed, and is not signed")), "{refused}");
    assert!(!home.docker_trust(&["inspect", &one]).ok().stdout.contains(&other.sha256));
}

#[test]
fn the_engine_of_a_context_is_found_and_met_with_its_certificates() {
    let Some((peers, dockerd, home)) = engine() else { return };
    let certs = home.path().join("certs");
    fs::create_dir_all(&certs).unwrap();
    let tls = peers.server_certs();
    for (file, name) in [(&tls.ca, "ca.pem"), (&tls.cert, "cert.pem"), (&tls.key, "key.pem")] {
        fs::copy(file, certs.join(name)).unwrap();
    }
    let at = |name: &str| certs.join(name).to_string_lossy().into_owned();
    let endpoint = format!("host={},ca={},cert={},key={}", dockerd.tls_host(), at("ca.pem"), at("cert.pem"), at("key.pem"));
    let home = home.without("DOCKER_HOST");
    home.docker(&["context", "create", "far", "--docker", &endpoint]).ok();
    let (one, two, three) = (peers.image("far/nginx:1"), peers.image("far/nginx:2"), peers.image("far/nginx:3"));
    let home = home.with("DOCKER_CONTEXT", "far");
    for image in [&one, &two, &three] {
        import(&home, image, image);
    }
    home.dct(&["push", &one]).ok();
    let home = home.without("DOCKER_CONTEXT");
    home.docker(&["context", "use", "far"]).ok();
    home.dct(&["push", &two]).ok();
    let home = home
        .with("DOCKER_HOST", dockerd.tls_host())
        .with("DOCKER_TLS_VERIFY", "1")
        .with("DOCKER_CERT_PATH", &certs.to_string_lossy());
    home.dct(&["push", &three]).ok();
    // without its certificates, and with an authority that did not issue the Engine's
    let refused = home.with("DOCKER_CERT_PATH", "/nonexistent");
    assert!(refused.dct(&["pull", &one]).fails(1).stderr.contains("Cannot connect to the Docker daemon at tcp://"));
    let stranger = Bundle::make(&peers.folder("stranger"), "stranger", KeyForm::EcSec1, Issuer::Itself);
    fs::copy(&stranger.cert, certs.join("ca.pem")).unwrap();
    let home = refused.with("DOCKER_CERT_PATH", &certs.to_string_lossy());
    let refused = home.dct(&["pull", &one]).fails(1);
    assert!(refused.stderr.contains("cause: the certificate of localhost is signed by an unknown authority"), "{refused}");
}

#[test]
fn an_engine_that_does_not_answer_is_an_error_and_none_at_all_leaves_the_registry() {
    let Some(peers) = Peers::start() else { return };
    let one = peers.image("prod/nginx:1");
    let image = peers.images().push("prod/nginx", "1", "one");
    let home = Home::new(&peers, "jeff").without("DCT_SIGN_FROM");
    let mark = peers.mark();
    for verb in ["sign", "push", "pull"] {
        let refused = home.dct(&[verb, &one]).fails(1);
        let words = "Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock. Is the docker daemon running?\n";
        assert!(refused.stderr.starts_with(words) || verb == "pull", "{refused}");
    }
    assert!(peers.requests_since(mark).iter().all(|(method, ..)| method == "GET"), "nothing is published");
    assert!(home.key_files().is_empty(), "nothing is made");
    let signed = home.dct(&["sign", "--registry", &one]).ok();
    assert!(
        signed.stderr.contains(&format!("as its registry serves it: sha256:{}, {} bytes", image.sha256, image.length)),
        "{signed}"
    );
    home.dct(&["sign", "--registry", "--local", &one]).fails(125);
    if !Path::new("/var/run/docker.sock").exists() {
        let two = peers.image("prod/nginx:2");
        peers.images().push("prod/nginx", "2", "two");
        home.without("DOCKER_HOST").dct(&["sign", &two]).ok();
    }
}

#[test]
fn twenty_tags_go_out_as_one_publish() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/many");
    add_signer(&home, &repository);
    let tags: Vec<String> = (1..=20).map(|number| format!("v{number}")).collect();
    let images: Vec<_> = tags.iter().map(|tag| peers.images().push("prod/many", tag, tag)).collect();
    let references: Vec<String> = tags.iter().map(|tag| format!("{repository}:{tag}")).collect();
    let mut line = vec!["sign"];
    line.extend(references.iter().map(String::as_str));
    let mark = peers.mark();
    let signed = home.dct(&line).ok();
    let requests = peers.requests_since(mark);
    let posts = requests.iter().filter(|(method, ..)| method == "POST").count();
    let trust = requests.iter().filter(|(_, path, _)| path.contains("/_trust/")).count();
    let report =
        format!("20 tags signed: {} requests, {trust} of them for trust data, {posts} of them a publish\n", requests.len());
    std::io::stderr().write_all(report.as_bytes()).unwrap();
    assert_eq!(posts, 1, "{requests:?}");
    assert_eq!(signed.stdout.matches("Successfully signed").count(), 20, "{signed}");
    let shown = home.docker_trust(&["inspect", &repository]).ok().stdout;
    assert!(images.iter().all(|image| shown.contains(&image.sha256)), "{shown}");
}

#[test]
fn several_repositories_are_signed_side_by_side_with_one_root_key_and_one_signer() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let names = ["prod/a", "prod/b", "prod/c"];
    let references: Vec<String> = names.iter().map(|name| peers.image(&format!("{name}:1"))).collect();
    for name in names {
        peers.images().push(name, "1", name);
    }
    let absent = peers.image("prod/b:absent");
    let mut line: Vec<&str> = references.iter().map(String::as_str).collect();
    line.insert(0, "sign");
    home.dct(&line).ok();
    assert_eq!(home.key_files().len(), 1 + 3 + 1, "a root key, three targets keys, and jeff's");
    line.push(&absent);
    let some = home.dct(&line).fails(1);
    assert_eq!(some.stdout.matches("Successfully signed").count(), 2, "{some}");
    assert!(some.stderr.contains("failed to sign"), "{some}");
}

#[test]
fn an_index_is_signed_by_its_digest_and_docker_sees_it() {
    let Some(peers) = Peers::start() else { return };
    let home = Home::new(&peers, "jeff");
    let repository = peers.image("prod/multi");
    add_signer(&home, &repository);
    let index = peers.images().push_index("prod/multi", "latest", "two platforms");
    let other = peers.images().push("prod/multi", "1", "one");
    let one = format!("{repository}:1");
    // whatever the tag is in the registry, or was signed for
    home.dct(&["sign", &one]).ok();
    let signed = home.dct(&["sign", &format!("{one}@sha256:{}", index.sha256)]).ok();
    assert!(signed.stdout.ends_with(&format!("Successfully signed {one}\n")), "{signed}");
    assert!(
        signed.stderr.contains(&format!("for the digest that was named: sha256:{}, {} bytes", index.sha256, index.length)),
        "{signed}"
    );
    let shown = home.docker_trust(&["inspect", &one]).ok().stdout;
    assert!(shown.contains(&index.sha256) && !shown.contains(&other.sha256), "{shown}");
    let looked_up = home.notary(&["lookup", &repository, "1"]).ok();
    assert_eq!(looked_up.stdout, format!("1 sha256:{} {}\n", index.sha256, index.length));

    let nowhere = format!("{one}@sha256:{}", "0".repeat(64));
    let mark = peers.mark();
    let refused = home.dct(&["sign", &nowhere]).fails(1);
    assert!(refused.stderr.contains("the registry has no such content"), "{refused}");
    assert!(peers.requests_since(mark).iter().all(|(method, ..)| method != "POST"), "nothing is published");
    home.dct(&["sign", &one, &format!("{one}@sha256:{}", index.sha256)]).fails(1);
}
