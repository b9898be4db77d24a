//! The jobs that docs/ci.md shows, each run on a runner of its own: a home that has a login and nothing else.

use std::{fs, path::Path};

use saphyr::{LoadableYamlNode as _, YamlOwned};

use crate::{
    support::programs,
    verb::{home, shell, text},
};

/// What lets the pipeline's signer in, and what the pipeline gets: a key, a passphrase, and the digest of what was built.
const PREPARE: &str = r"
    set -eu; cd $SANDBOX_DIR; image=$SANDBOX/prod/nginx
    dct key generate ci >/dev/null
    dct signer add --key ci.pub ci $image >/dev/null
    dct key export --file ci.pem ci
    digest=$(skopeo inspect --format '{{.Digest}}' docker://$image:1)
";

/// A runner: its home has the login and the authority, as a pipeline's has.
const RUNNER: &str = r#"
    runner=$SANDBOX_DIR/runner; rm -rf $runner; mkdir -p $runner/.docker
    cp -r $DOCKER_CONFIG/config.json $DOCKER_CONFIG/tls $runner/.docker
    export IMAGE=$image TAG=1 DIGEST=$digest HOME=$runner SIGNING_KEY="$(cat ci.pem)"
    cd $runner; unset DOCKER_CONFIG
"#;

#[test]
fn each_job_signs_what_was_built_and_deploys_what_is_signed() {
    if !programs::installed(&["skopeo"]) {
        return;
    }
    let jobs = jobs();
    assert_eq!(jobs.len(), 6, "{jobs:#?}");
    for job in jobs {
        let resolves = job.contains("dct resolve");
        let signed = "dct sign \"$IMAGE:$TAG@$DIGEST\" >/dev/null; ";
        let load = "printf '%s\\n' \"$SIGNING_KEY\" | dct key load --name ci - >/dev/null; ";
        let before = if resolves { [load, signed].concat() } else { String::new() };
        let script = format!(
            "{PREPARE}{RUNNER}{before}{job}\ntest \"$(dct resolve $IMAGE:1)\" = \"$IMAGE@$DIGEST\"\ndct inspect --pretty $IMAGE:1"
        );
        let output = shell(home().path(), &[], &script);
        let (said, complaint) = (text(&output.stdout), text(&output.stderr));
        assert!(
            output.status.success() && said.lines().any(|line| line.starts_with("1 ") && line.ends_with("ci")),
            "{job}\n{said}{complaint}"
        );
    }
}

/// The scripts of the document: blocks of a shell, what `run` and `script` hold in YAML, and Jenkins' `sh`.
fn jobs() -> Vec<String> {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")).unwrap();
    let blocks = |language: &str| -> Vec<String> {
        let fence = format!("```{language}\n");
        document.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
    };
    let mut jobs = blocks("sh");
    for block in blocks("yaml") {
        for document in YamlOwned::load_from_str(&block).unwrap() {
            scripts(&document, &mut jobs);
        }
    }
    for block in blocks("groovy") {
        jobs.extend(block.split("sh '''").skip(1).map(|rest| rest.split("'''").next().unwrap().to_owned()));
    }
    jobs
}

fn scripts(node: &YamlOwned, found: &mut Vec<String>) {
    if let Some(mapping) = node.as_mapping() {
        for (key, value) in mapping {
            match (key.as_str(), value.as_str(), value.as_sequence()) {
                (Some("run" | "script"), Some(script), _) => found.push(script.to_owned()),
                (Some("script"), _, Some(lines)) => {
                    found.push(lines.iter().filter_map(YamlOwned::as_str).collect::<Vec<_>>().join("\n"));
                }
                _ => scripts(value, found),
            }
        }
    }
    for item in node.as_sequence().into_iter().flatten() {
        scripts(item, found);
    }
}
