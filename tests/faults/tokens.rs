//! Token servers that are broken, or refuse: what a person reads.

use snapbox::{data::Inline, str};

use crate::{
    https::{Reply, reply},
    server::last_state,
    site::Site,
};

/// A token server at the end of a challenge.
fn with_token_server(reply_of_token_server: fn() -> Reply, cold: Inline, warm: Inline) {
    let site = Site::new();
    let (stranger, reader) = (site.stranger(), site.reader());
    for person in [&stranger, &reader] {
        // jeff:hunter2
        person.write(".docker/config.json", format!(r#"{{"auths":{{"{}":{{"auth":"amVmZjpodW50ZXIy"}}}}}}"#, site.host()));
    }
    let realm = format!("WWW-Authenticate: Bearer realm=\"https://{}/token\",service=\"dtr\"", site.host());
    site.fails(move |request| {
        Some(if request.target.starts_with("/token") { reply_of_token_server() } else { reply(401, &[&realm], "") })
    });
    stranger.refuses(&["inspect", &site.name()], cold);
    let run = reader.refuses(&["inspect", &site.name()], warm);
    assert!(!run.err.contains("hunter2"));
}

#[test]
fn a_token_server_that_answers_garbage() {
    with_token_server(
        || reply(200, &[], "<html>"),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: the answer is not the JSON of a token server
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: the answer is not the JSON of a token server
exit 1

"#]],
    );
}

#[test]
fn a_token_server_that_refuses_the_login() {
    with_token_server(
        || reply(401, &[], r#"{"details":"incorrect username or password"}"#),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: not authorized (401): user jeff from HOME/.docker/config.json; the token server says: incorrect username or password
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: not authorized (401): user jeff from HOME/.docker/config.json; the token server says: incorrect username or password
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
exit 1

"#]],
    );
}

#[test]
fn a_token_whose_scope_is_too_small() {
    with_token_server(
        || reply(200, &[], r#"{"token":"useless"}"#),
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/root.json: not authorized (401): user jeff from HOME/.docker/config.json
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
exit 1

"#]],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/HOST/prod/nginx/_trust/tuf/timestamp.json: not authorized (401): user jeff from HOME/.docker/config.json
hint: log in with `docker login` for the registry as a user who has access, or name a folder whose config.json has such a login in DOCKER_CONFIG or --config, or set DOCKER_AUTH_CONFIG
exit 1

"#]],
    );
}

#[test]
fn a_token_server_in_trouble_is_no_outage_that_the_cache_answers_silently() {
    let site = Site::new();
    let (stranger, reader) = (site.stranger(), site.reader());
    let before = reader.succeeds(&["inspect", &site.name()]);
    let realm = format!("WWW-Authenticate: Bearer realm=\"https://{}/token\"", site.host());
    site.fails(move |request| {
        Some(if request.target.starts_with("/token") { reply(500, &[], "") } else { reply(401, &[&realm], "") })
    });
    stranger.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/token: the server answered 500
exit 1

"#]],
    );
    last_state(
        &site,
        &reader,
        &before.out,
        str![[r#"
warning: Error while downloading remote metadata, using cached timestamp - this might not be the latest version available remotely (https://HOST/token: the server answered 500)

"#]],
    );
}
