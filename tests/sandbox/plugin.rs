//! The flow through Docker's plugin: under a real docker, where that still has its own `trust` by another name; as Docker 29 calls it; and typed itself.

use crate::{
    support::programs,
    verb::{home, left_behind, shell, text},
};

const SCRIPT: &str = "
    set -eu; cd $SANDBOX_DIR; image=$SANDBOX/prod/nginx
    plugins=$DOCKER_CONFIG/cli-plugins; mkdir $plugins
    ln -s $(command -v dct) $plugins/docker-trust; ln -s docker-trust $plugins/docker-dcttrust
    of29() { DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND=docker $plugins/docker-trust --config $DOCKER_CONFIG \"$@\"; }
    typed() { $plugins/docker-trust \"$@\"; }
    code() { if \"$@\" >$SANDBOX_DIR/out; then echo 0; else echo $?; fi; }

    docker dcttrust key load --name jeff jeff/key.pem
    docker dcttrust signer add --key jeff/cert.pem jeff $image
    docker dcttrust sign $image:1
    of29 trust key load --name ian ian/key.pem
    of29 -D trust signer add --key ian/cert.pem ian $image
    of29 trust sign $image:1
    typed sign $image:2
    echo ===; docker -D dcttrust inspect --pretty $image
    echo ===; of29 trust inspect --pretty $image
    echo ===; typed inspect --pretty $image
    echo ===; dct inspect --pretty $image
    echo ===; docker trust inspect --pretty $image
    echo ===; code docker dcttrust inspect $image $SANDBOX/prod/absent; cat out
    echo ===; code of29 trust inspect $image $SANDBOX/prod/absent; cat out
    echo ===; code dct inspect $image $SANDBOX/prod/absent; cat out
    echo ===; code docker dcttrust sign $image:absent; code of29 trust sign $image:absent; code docker dcttrust inspect --bad";

#[test]
fn the_plugin_plays_the_flow_as_dct_does() {
    if !programs::installed(&["docker"]) || !programs::docker_is_28() {
        return;
    }
    let home = home();
    let run = shell(home.path(), &[], SCRIPT);
    let printed = text(&run.stdout);
    assert!(run.status.success(), "{printed}{}", text(&run.stderr));
    let parts: Vec<&str> = printed.split("===\n").collect();
    assert!(parts[0].contains("Successfully added signer: ian to "), "{printed}");
    assert!(parts[1].contains("   ian, jeff\n") && parts[1].contains("\n2 "), "{printed}");
    for same in &parts[2..6] {
        assert_eq!(parts[1], *same);
    }
    assert!(parts[6].starts_with("1\n[\n"), "{printed}");
    assert_eq!((parts[6], parts[7]), (parts[8], parts[8]));
    assert_eq!(parts[9], "1\n1\n125\n");
    assert_eq!(left_behind(home.path()), [""; 0]);
}

/// Docker's global flags, and the variables beside them, with the beginning of the error that shows which Engine was looked for.
const ENGINES: [(&str, &str, &str); 5] = [
    ("", "-H unix:///nowhere/a.sock", "Cannot connect to the Docker daemon at unix:///nowhere/a.sock."),
    (
        "DOCKER_HOST=unix:///nowhere/b.sock",
        "--context far",
        "unable to resolve docker endpoint: context \"far\": context not found: ",
    ),
    ("DOCKER_HOST=unix:///nowhere/b.sock", "-c default", "Cannot connect to the Docker daemon at unix:///nowhere/b.sock."),
    ("DOCKER_CONTEXT=far", "-H tcp://localhost:1 --tlsverify --tlscacert /nowhere/ca.crt", "/nowhere/ca.crt: "),
    (
        "DOCKER_CONTEXT=far DOCKER_TLS=1",
        "-H tcp://localhost:1 --tls=false",
        "Cannot connect to the Docker daemon at tcp://localhost:1.",
    ),
];

#[test]
fn dockers_flags_name_the_engine() {
    let home = home();
    let begin = "set -eu; unset DCT_SIGN_FROM; cd $SANDBOX_DIR; mkdir $DOCKER_CONFIG/cli-plugins; plugin=$DOCKER_CONFIG/cli-plugins/docker-trust
        ln -s $(command -v dct) $plugin; image=$SANDBOX/prod/nginx
        $plugin key load --name jeff jeff/key.pem; $plugin signer add --key jeff/cert.pem jeff $image";
    let lines = ENGINES.map(|(variables, flags, _)| {
        format!("\nenv {variables} DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND=docker $plugin {flags} trust sign $image:1 2>&1 >out | head -1")
    });
    let run = shell(home.path(), &[], &(format!("{begin}; echo ===") + &lines.concat()));
    let printed = text(&run.stdout);
    assert!(run.status.success(), "{printed}{}", text(&run.stderr));
    let told: Vec<&str> = printed.split_once("===\n").unwrap().1.lines().collect();
    for (engine, told) in ENGINES.iter().zip(&told) {
        assert!(told.starts_with(engine.2), "{engine:?}: {told}");
    }
    assert_eq!(told.len(), ENGINES.len());
}
