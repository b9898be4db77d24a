//! A real Docker Engine beside a sandbox: `docker push` and pull, with and without content trust, and ours.

use crate::{
    support::{dockerd::Dockerd, openssl::ServerCerts, programs},
    verb::{home, left_behind, shell, text},
};

const SCRIPT: &str = "
    set -eu; cd $SANDBOX_DIR; image=$SANDBOX/engine/app
    local_image() { echo $1 >content; tar -cf layer.tar content; docker import layer.tar $1; }
    digest() { sed -n 's/.*digest: \\(sha256:[0-9a-f]*\\) .*/\\1/p' $1; }
    signed() { docker trust inspect --pretty $image | grep \"^$1  *$(digest $2 | cut -d: -f2)  *jeff$\"; }

    echo === pushed by docker
    local_image $image:plain; docker push $image:plain >plain
    docker trust inspect $image && exit 1
    docker rmi $image:plain; docker pull $image@$(digest plain)
    test $(skopeo inspect --format '{{.Digest}}' docker://$image:plain) = $(digest plain)

    echo === signed by docker trust
    docker trust key load --name jeff jeff/key.pem
    docker trust signer add --key jeff/cert.pem jeff $image
    local_image $image:1; docker trust sign $image:1 >one; signed 1 one

    echo === pushed by docker with content trust
    local_image $image:2; DOCKER_CONTENT_TRUST=1 docker push $image:2 >two; signed 2 two
    docker rmi $image:2
    DOCKER_CONTENT_TRUST=1 docker pull $image:2
    docker image inspect -f '{{.RepoDigests}}' $image:2 | grep $(digest two)
    DOCKER_CONTENT_TRUST=1 docker pull $image:plain && exit 1
    dct pull $image:1; dct pull $image:plain && exit 1

    echo === pushed by dct
    local_image $image:3; dct push $image:3 >three; signed 3 three
    docker rmi $image:3
    dct pull $image:3; DOCKER_CONTENT_TRUST=1 docker pull $image:3
    test $(dct resolve $image:3) = $image@$(digest three)
    docker rmi $image:3; dct pull --all-tags $image; docker image inspect $image:1 $image:2 $image:3 >all

    echo === signed by the Engine that the sandbox leads past
    local_image $image:4; dct sign $image:4 && exit 1
    DCT_SIGN_FROM= dct sign $image:4 >four; signed 4 four

    echo === a new repository by two at once
    export DCT_SIGN_FROM=engine; image=$SANDBOX/engine/new; local_image $image:1; local_image $image:2
    dct sign $image:1 >one & first=$!; dct sign $image:2 >two; wait $first
    dct resolve $image:1; dct resolve $image:2
    image=$SANDBOX/engine/pushed; docker tag $SANDBOX/engine/new:1 $image:1; docker tag $SANDBOX/engine/new:2 $image:2
    dct push $image:1 & first=$!; dct push $image:2; wait $first
    dct resolve $image:1; dct resolve $image:2
    echo done";

#[test]
fn an_engine_pushes_to_a_sandbox_and_pulls_what_is_signed_there() {
    if !programs::installed(&["docker", "skopeo", "openssl"]) || !programs::docker_is_28() {
        return;
    }
    let (home, machine) = (home(), tempfile::tempdir().unwrap());
    let Some(engine) = Dockerd::start(&machine.path().join("dockerd"), &ServerCerts::make(machine.path())) else { return };
    let run = shell(home.path(), &[], &format!("export DOCKER_HOST={}\n{SCRIPT}", engine.host()));
    let printed = text(&run.stdout);
    assert!(run.status.success() && printed.ends_with("done\n"), "{printed}{}", text(&run.stderr));
    assert_eq!(left_behind(home.path()), [""; 0]);
}
