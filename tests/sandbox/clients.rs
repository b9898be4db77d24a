//! The real `docker trust`, `notary` and `skopeo` in a sandbox, as they are: the flow, beside `dct`.

use crate::{
    support::programs,
    verb::{home, left_behind, shell, text},
};

/// Runs a script whose every command must end well, and returns what it printed.
fn play(script: &str) -> Option<String> {
    if !programs::installed(&["docker", "notary", "skopeo"]) {
        return None;
    }
    let home = home();
    let run = shell(home.path(), &[], &format!("set -eu; cd $SANDBOX_DIR; image=$SANDBOX/prod/nginx\n{script}"));
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    assert_eq!(left_behind(home.path()), [""; 0]);
    Some(text(&run.stdout))
}

#[test]
fn docker_trust_plays_the_flow() {
    let script = "
        docker trust key load --name jeff jeff/key.pem
        docker trust signer add --key jeff/cert.pem jeff $image
        dct sign $image:1
        docker trust key load --name ian ian/key.pem
        docker trust signer add --key ian/cert.pem ian $image
        docker trust sign $image:1
        echo ===; docker trust inspect --pretty $image; echo ===; dct inspect --pretty $image; echo ===
        docker trust revoke -y $image:1
        docker trust inspect $image";
    let Some(printed) = play(script) else { return };
    let parts: Vec<&str> = printed.split("===\n").collect();
    assert!(parts[1].contains("   ian, jeff\n"), "{printed}");
    assert_eq!(parts[1], parts[2]);
    assert!(parts[3].contains("\"SignedTags\": []"), "{printed}");
}

#[test]
fn notary_initializes_rotates_the_servers_keys_and_deletes() {
    let script = "
        echo content >file
        notary init -p $image
        notary add -p $image one file
        notary key rotate $image snapshot --server-managed
        notary key rotate $image timestamp --server-managed
        notary key rotate $image snapshot
        notary key rotate $image targets
        notary delegation add -p $image targets/jeff jeff/cert.pem --all-paths
        echo ===; notary list $image; dct inspect $image
        rm -r docker/trust/tuf
        notary list $image; dct inspect $image
        echo ===; notary delete --remote $image
        notary list $image 2>&1 && exit 1; true";
    let Some(printed) = play(script) else { return };
    let parts: Vec<&str> = printed.split("===\n").collect();
    assert_eq!(parts[1].matches("\none ").count(), 2, "{printed}");
    assert_eq!(parts[1].matches("\"SignedTag\": \"one\"").count(), 2, "{printed}");
    assert!(parts[2].contains("does not have trust data for"), "{printed}");
}

#[test]
fn skopeo_copies_an_index_that_dct_signs_and_docker_trust_sees() {
    let script = "
        skopeo copy --all docker://$image:2 docker://$SANDBOX/prod/copy:2
        dct key load --name jeff jeff/key.pem
        dct signer add --key jeff/cert.pem jeff $SANDBOX/prod/copy
        dct sign $SANDBOX/prod/copy:2
        echo ===; skopeo inspect --raw docker://$SANDBOX/prod/copy:2 | sha256sum | cut -d' ' -f1
        echo ===; docker trust inspect $SANDBOX/prod/copy:2";
    let Some(printed) = play(script) else { return };
    let parts: Vec<&str> = printed.split("===\n").collect();
    assert!(parts[2].contains(&format!("\"Digest\": \"{}\"", parts[1].trim())), "{printed}");
}
