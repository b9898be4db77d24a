//! Rows of paths, of who may do what, and of lists.

use super::{
    Row, Who, row, step,
    table::{LAYER, NONE, OCI, digest, image, parts, put, sha256, upload},
};

pub(super) fn rows() -> Vec<Row> {
    [catalog(), paths(), auth(), tags()].into_iter().flatten().collect()
}

fn catalog() -> Vec<Row> {
    let list = |query: &str| vec![step("GET", format!("/v2/_catalog{query}"))];
    let names = ["prod/nginx", "cat", "cat/a", "cat-b", "cat/b/c", "cats"];
    let begin = |name: &str| {
        let start = step("POST", format!("/v2/{name}/blobs/uploads/"));
        vec![start, step("PUT", format!("@&digest={}", sha256(LAYER))).body(LAYER)]
    };
    vec![
        row("catalog: what has a blob is listed, folder by folder", names.map(begin).into_iter().chain([list("")])),
        row("catalog: n and a link to the rest", [list("?n=2"), list("?n=2&last=cat/a"), list("?n=3&last=cat-b")]),
        row("catalog: a name with a slash in the link", [list("?n=3")]),
        row("catalog: last that is none", [list("?last=cat"), list("?last=cat-c"), list("?last=zzz")]),
        row("catalog: n that is none", [list("?n=x"), list("?n=-1"), list("?n=")]),
        row("catalog: n of zero, and as many as there are", [list("?n=0"), list("?n=6"), list("?n=100")]),
        row("catalog: n too large", [list("?n=1000"), list("?n=1001")]),
        row(
            "catalog: other methods",
            [vec![step("POST", "/v2/_catalog"), step("HEAD", "/v2/_catalog"), step("OPTIONS", "/v2/_catalog")]],
        ),
    ]
}

fn paths() -> Vec<Row> {
    let get = |path: &str| vec![step("GET", path)];
    vec![
        row("base", [vec![step("GET", "/v2/"), step("HEAD", "/v2/"), step("POST", "/v2/")]]),
        row("a slash too few or too many", [get("tags/list/"), get("blobs/uploads"), get("/v2/_catalog/"), get("manifests/x/")]),
        row("two slashes", [get("/v2//app/tags/list"), get("/v2/REPO//tags/list")]),
        row(
            "an escaped slash",
            [get("/v2/row%2fapp/tags/list").into_iter().map(|s| s.by(Who::Scope("repository:row/app:pull"))).collect()],
        ),
        row("no such path", [get("/v2/REPO/x"), get("/v2/REPO/manifests/"), get("/v2/REPO/blobs/x")]),
        row("a name with capitals", [get("/v2/Row/tags/list"), get("/v2/row/App/manifests/1")]),
        row("a name with wrong separators", [get("/v2/a..b/tags/list"), get("/v2/a___b/tags/list"), get("/v2/-a/tags/list")]),
        row(
            "a name with right separators",
            ["a__b", "a---b", "a.b", "a_b"].map(|name| {
                let scopes = match name {
                    "a__b" => "repository:a__b:pull",
                    "a---b" => "repository:a---b:pull",
                    "a.b" => "repository:a.b:pull",
                    _ => "repository:a_b:pull",
                };
                vec![step("GET", format!("/v2/{name}/tags/list")).by(Who::Scope(scopes))]
            }),
        ),
        row(
            "a name too long",
            [vec![step("GET", format!("REPO-{}/tags/list", "a".repeat(256)).replace("REPO", "/v2/long")).by(Who::Scope(long()))]],
        ),
        row("a tag that is none", [get("manifests/-x"), get(&format!("manifests/{}", "t".repeat(129)))]),
        row(
            "a digest that is none",
            [
                get("manifests/sha256:ab"),
                get(&format!("manifests/{}", NONE.replace('0', "A"))),
                get("blobs/sha256:ab"),
                get("blobs/md5:00"),
            ],
        ),
        row(
            "other methods",
            [
                vec![step("PATCH", "manifests/1"), step("POST", "manifests/1"), step("PUT", format!("blobs/{NONE}"))],
                vec![
                    step("DELETE", "tags/list"),
                    step("HEAD", "tags/list"),
                    step("OPTIONS", "manifests/1"),
                    step("OPTIONS", "blobs/uploads/"),
                ],
            ],
        ),
    ]
}

/// The scope of the name that is too long.
fn long() -> &'static str {
    Box::leak(format!("repository:long-{}:pull", "a".repeat(256)).into_boxed_str())
}

fn auth() -> Vec<Row> {
    let by = |who: Who, method, path: &str| vec![step(method, path).by(who)];
    let pull = || Who::Scope("repository:REPO:pull");
    let push = || Who::Scope("repository:REPO:pull,push");
    vec![
        row("no token: base", [by(Who::Nobody, "GET", "/v2/")]),
        row(
            "no token: reading",
            [by(Who::Nobody, "GET", "manifests/1"), by(Who::Nobody, "HEAD", "manifests/1"), by(Who::Nobody, "GET", "tags/list")],
        ),
        row("no token: writing", [by(Who::Nobody, "POST", "blobs/uploads/"), by(Who::Nobody, "PUT", "manifests/1")]),
        row("no token: deleting", [by(Who::Nobody, "DELETE", &format!("manifests/{NONE}"))]),
        row("no token: catalog", [by(Who::Nobody, "GET", "/v2/_catalog")]),
        row("no token: OPTIONS", [by(Who::Nobody, "OPTIONS", "tags/list")]),
        row(
            "no token: no such path, and a slash too many",
            [by(Who::Nobody, "GET", "/v2/REPO/x"), by(Who::Nobody, "GET", "tags/list/")],
        ),
        row(
            "no token: another method",
            [by(Who::Nobody, "PATCH", "manifests/1"), by(Who::Nobody, "PUT", &format!("blobs/{NONE}"))],
        ),
        row(
            "a token that is none",
            [by(Who::Header("Bearer abc"), "GET", "manifests/1"), by(Who::Header("Bearer x.y.z"), "GET", "/v2/")],
        ),
        row("a password instead of a token", [by(Who::Header("Basic amVmZjpqZWZmLXBhc3N3b3Jk"), "GET", "/v2/")]),
        row("a token for another repository", [by(Who::Scope("repository:other:pull"), "GET", "tags/list")]),
        row(
            "a token for reading: base, reading, writing, deleting",
            [
                by(pull(), "GET", "/v2/"),
                by(pull(), "GET", "tags/list"),
                by(pull(), "POST", "blobs/uploads/"),
                by(pull(), "DELETE", &format!("blobs/{NONE}")),
            ],
        ),
        row(
            "a token for writing: deleting, catalog",
            [by(push(), "DELETE", &format!("blobs/{NONE}")), by(push(), "GET", "/v2/_catalog")],
        ),
        row("a token for deleting alone: reading", [by(Who::Scope("repository:REPO:delete"), "GET", "tags/list")]),
        row("mounting from where one may not read", [by(push(), "POST", &format!("blobs/uploads/?mount={NONE}&from=secret/app"))]),
        row("no token: mounting", [by(Who::Nobody, "POST", &format!("blobs/uploads/?mount={NONE}&from=secret/app"))]),
    ]
}

fn tags() -> Vec<Row> {
    let list = || step("GET", "tags/list");
    vec![
        row(
            "tags: several",
            [parts(), vec![put("b", OCI, &image(OCI)), put("a", OCI, &image(OCI)), put("A.1", OCI, &image(OCI)), list()]],
        ),
        row("tags: of what is not there", [vec![list()]]),
        row("tags: of what has blobs alone", [upload(LAYER), vec![list()]]),
        row(
            "tags: when the last is gone",
            [parts(), vec![put("1", OCI, &image(OCI)), step("DELETE", format!("manifests/{}", digest(&image(OCI)))), list()]],
        ),
    ]
}
