//! Requests that no client sends: other methods, other paths.

use super::world::{Row, row};

pub(super) const ROWS: &[Row] = &[
    row("other methods", |w| {
        w.published();
        for method in ["HEAD", "PUT", "DELETE", "POST", "PATCH", "OPTIONS"] {
            w.send(method, "root.json", &[], b"");
        }
        for method in ["GET", "HEAD", "PUT", "PATCH"] {
            w.send(method, "", &[], b"");
        }
    }),
    row("the token that each request wants", |w| {
        for path in ["root.json", "1.root.json", "timestamp.key", "", "x", "targets/a.json", "/v2//x/_trust/tuf/"] {
            for method in ["GET", "POST", "DELETE", "HEAD", "PUT", "PATCH"] {
                w.without_token(method, path);
            }
        }
        let hash = "0".repeat(64);
        let feed = format!("/v2/{}/_trust/changefeed", w.gun);
        for path in [
            &format!("root.{hash}.json"),
            &feed,
            "/v2/_trust/changefeed",
            "/_notary_server/health",
            "/v2/a/_trust/x",
            "/v2/*/_trust/tuf/",
        ] {
            w.without_token("GET", path).without_token("POST", path);
        }
    }),
    row("other paths", |w| {
        w.published();
        for path in [
            "root",
            "root.jso",
            "Root.json",
            "x.json",
            "targets/.json",
            "targets/a b.json",
            "mirrors.json",
            "root.json/",
            "1.json",
            "a.root.json",
        ] {
            w.get(path);
        }
        let gun = w.gun.clone();
        for path in ["/_trust/", "/_trust/x", "/_trust/tuf", "/_trust/changefeed/x"] {
            w.get(&format!("/v2/{gun}{path}"));
        }
    }),
    row("paths in a long form", |w| {
        w.published();
        let gun = w.gun.clone();
        for path in
            ["//_trust/tuf/root.json", "/_trust/tuf//root.json", "/_trust/tuf/root.json?x=1", "/_trust//changefeed?records=1"]
        {
            w.get(&format!("/v2/{gun}{path}"));
        }
        w.send("POST", &format!("/v2/{gun}//_trust/tuf/"), &[], b"");
    }),
    row("escaped paths", |w| {
        w.published();
        let gun = w.gun.replace('/', "%2F");
        w.get(&format!("/v2/{gun}/_trust/tuf/root%2Ejson"))
            .get("targets%2Fjeff.json")
            .get("%74argets.json")
            .get("targets/%2a.json");
    }),
    row("a star in a name", |w| {
        w.get("/v2/example.com/a*b/_trust/tuf/root.json")
            .send("DELETE", "/v2/*/_trust/tuf/", &[], b"")
            .get("/v2/*/_trust/changefeed?records=1");
    }),
    row("a name that holds the mark", |w| {
        w.get("/v2/example.com/a/_trust/tuf/b/_trust/tuf/root.json")
            .get("/v2/example.com/a/_trust/tuf/root.json/_trust/tuf/root.json");
    }),
    row("health", |w| {
        w.get("/_notary_server/health").send("HEAD", "/_notary_server/health", &[], b"").send(
            "POST",
            "/_notary_server/health",
            &[],
            b"",
        );
    }),
];
