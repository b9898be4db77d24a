//! Who is let in.

use crate::pair::{Answer, Auth, Pair};

/// What a client goes by in a refusal. The peers keep actions in a map, in no order.
fn challenge(host: &str, answer: &Answer) -> (u16, String, serde_json::Value) {
    let header = answer.header("www-authenticate").unwrap_or_default();
    let header = header.replace(host, "HOST").replace("dct sandbox", "SERVICE").replace("Test Registry", "SERVICE");
    let header = header.replace("push,pull", "pull,push");
    let mut body: serde_json::Value =
        serde_json::from_str(&String::from_utf8_lossy(&answer.body).replace(host, "HOST")).unwrap_or_default();
    if let Some(detail) = body.pointer_mut("/errors/0/detail").and_then(serde_json::Value::as_array_mut) {
        detail.sort_by_key(ToString::to_string);
    }
    (answer.status, header, body)
}

#[test]
fn a_refusal_says_which_token_would_do() {
    let Some(pair) = Pair::start() else { return };
    let mut differ = Vec::new();
    let (other, everything) = (["repository:other:pull"], ["repository:HOST/prod/nothing:*"]);
    let cases = [
        ("no token", "/v2/", Auth::None),
        ("no token, trust data", "/v2/HOST/prod/nginx/_trust/tuf/root.json", Auth::None),
        ("no token, trust data, publishing", "POST /v2/HOST/prod/nginx/_trust/tuf/", Auth::None),
        ("no token, a manifest", "/v2/prod/nginx/manifests/1", Auth::None),
        ("a token of somebody else", "/v2/prod/nginx/manifests/1", Auth::Header("Bearer abc")),
        ("a token of somebody else, trust data", "/v2/HOST/prod/nginx/_trust/tuf/root.json", Auth::Header("Bearer abc")),
        ("a token for another repository", "/v2/prod/nginx/manifests/1", Auth::Token(&other)),
        ("a token for other trust data", "/v2/HOST/prod/nginx/_trust/tuf/root.json", Auth::Token(&other)),
        ("a token for everything", "/v2/HOST/prod/nothing/_trust/tuf/root.json", Auth::Token(&everything)),
        ("a password", "/v2/prod/nginx/manifests/1", Auth::Header("Basic amVmZjpqZWZmLXBhc3N3b3Jk")),
        ("an unknown path", "/v2/nowhere", Auth::None),
    ];
    for (name, request, auth) in cases {
        let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
        let [ours, theirs] = pair
            .both()
            .map(|server| challenge(&server.host, &server.send(method, &path.replace("HOST", &server.host), &[], b"", auth)));
        if ours != theirs {
            differ.push(format!("{name}\n  sandbox: {ours:?}\n  real:    {theirs:?}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn a_token_is_for_those_who_are_known() {
    let Some(pair) = Pair::start() else { return };
    for server in pair.both() {
        let ask = |auth| server.send("GET", "/token?service=any&scope=repository:prod/nginx:pull", &[], b"", auth);
        assert_eq!(ask(Auth::Header("Basic amVmZjp3cm9uZw==")).status, 401, "{}", server.name);
        let nobody = ask(Auth::None);
        assert_eq!(nobody.status, 200, "{}", server.name);
        let token = format!("Bearer {}", nobody.json()["token"].as_str().unwrap());
        assert_eq!(server.send("GET", "/v2/prod/nginx/manifests/1", &[], b"", Auth::Header(&token)).status, 401, "{}", server.name);
    }
}
