//! What is served after a while: editions, deletion, the change feed.

use super::world::{Row, World, by_hash, row};

const FEED: &str = "/v2/_trust/changefeed";

pub(super) const ROWS: &[Row] = &[
    row("change feed of all when nothing changed", |w| {
        w.get("/v2/_trust/changefeed?records=10").get("/v2/_trust/changefeed?change_id=-1&records=10");
    }),
    row("change feed of all", |w| {
        let mut forge = w.published();
        w.post(forge.bump("targets"), &["targets"]);
        w.send("DELETE", "", &[], b"");
        for query in [
            "records=10",
            "records=0",
            "records=2",
            "records=2&change_id=1",
            "change_id=3&records=5",
            "change_id=99&records=5",
            "change_id=-1&records=1",
            "change_id=-1&records=-2",
            "change_id=3&records=-1",
            "change_id=99&records=-1",
            "change_id=&records=1",
            "change_id=%2B1&records=%2B1",
            "records=1&records=3",
        ] {
            w.get(&format!("{FEED}?{query}"));
        }
    }),
    row("change feed queries that cannot be read", |w| {
        for query in [
            "",
            "?records=",
            "?records=x",
            "?records=1.5",
            "?records=2147483648",
            "?records=1&change_id=x",
            "?records=1&change_id=99999999999",
        ] {
            w.get(&format!("{FEED}{query}"));
        }
    }),
    super::world::differs(
        "change feed backwards from its beginning",
        "the real server panics, and its connection ends without an answer; there is nothing before the beginning",
        |w| {
            w.get("/v2/_trust/changefeed?records=-1&change_id=0");
        },
    ),
    row("change feed of one repository", |w| {
        let mut forge = w.published();
        w.post(forge.bump("targets"), &["targets"]);
        w.send("DELETE", "", &[], b"");
        let gun = w.gun.clone();
        for query in ["records=10", "records=1", "change_id=-1&records=1", "change_id=-1&records=-2"] {
            w.get(&format!("/v2/{gun}/_trust/changefeed?{query}"));
        }
        w.get(&format!("/v2/{gun}/_trust/changefeed"));
        w.send("POST", &format!("/v2/{gun}/_trust/changefeed?records=1"), &[], b"");
    }),
    row("change feed of a repository that never was", |w| {
        let gun = w.gun.clone();
        for query in ["records=3", "change_id=1&records=3", "change_id=-1&records=3", "change_id=9999&records=3"] {
            w.get(&format!("/v2/{gun}/_trust/changefeed?{query}"));
        }
    }),
    row("every edition of every role", |w| {
        let mut forge = w.published();
        w.post(forge.bump("targets").bump("targets/jeff"), &["targets", "targets/jeff"]).see(&forge);
        for role in ["root", "targets", "snapshot", "timestamp", "targets/jeff", "targets/releases"] {
            for version in 1..=6 {
                let status = w.ask("GET", &format!("{version}.{role}.json"), &[], b"").status;
                w.note(format!("{version}.{role}: {status}"));
            }
        }
        for path in ["root.json", "targets.json", "targets/jeff.json", "1.root.json", "5.targets.json", "targets/nobody.json"] {
            w.get(path);
        }
        for path in ["01.root.json", "0.root.json", "99.root.json", "99999999999999999999.root.json", "1.targets/nobody.json"] {
            w.get(path);
        }
    }),
    row("files by hash", |w| {
        let forge = w.published();
        let timestamp = w.ask("GET", "timestamp.json", &[], b"").json();
        let snapshot = by_hash("snapshot", &timestamp["signed"]["meta"]["snapshot"]);
        let headers = w.ask("GET", &snapshot, &[], b"");
        w.note(format!("{:?} {:?}", headers.header("cache-control"), headers.header("content-type")));
        let root = forge::hashed_name("root", &forge.bytes["root"]);
        let hash = root.trim_start_matches("root.").trim_end_matches(".json").to_owned();
        w.get(&root).get(&format!("targets.{hash}.json")).get(&format!("root.{}.json", hash.to_uppercase()));
        w.get(&format!("root.{}.json", "0".repeat(64))).get(&format!("root.{}.json", "0".repeat(128))).get("root.abc.json");
        let roles = w.ask("GET", "snapshot.json", &[], b"");
        w.note(format!("{} {:?}", roles.status, roles.header("cache-control")));
    }),
    row("nothing was ever published", |w| {
        for path in ["root.json", "timestamp.json", "snapshot.json", "targets.json", "targets/a.json", "1.root.json"] {
            w.get(path);
        }
        w.send("DELETE", "", &[], b"");
    }),
    row("deleted and published anew", |w| {
        w.published();
        w.send("DELETE", "", &[], b"").get("root.json").get("timestamp.json").get("1.root.json").get("snapshot.json");
        let forge = w.published();
        w.see(&forge);
    }),
    row("a file by its hash after the repository was deleted", |w| {
        let forge = w.published();
        let root = forge::hashed_name("root", &forge.bytes["root"]);
        w.get(&root).send("DELETE", "", &[], b"").get(&root);
    }),
    super::world::differs(
        "a repository whose name begins with that of a deleted one",
        "the real server's memory store takes it away too; its databases do not, and nobody could want it",
        |w: &mut World<'_>| {
            let forge = w.published();
            let name = "a repository whose name begins with that of a deleted one";
            let server = World::new(w.server, name.trim_end_matches(" one")).ask("DELETE", "", &[], b"").status;
            w.note(server.to_string()).see(&forge);
        },
    ),
];
