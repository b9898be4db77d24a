//! How an upload may look: the form, the names of its parts, the JSON in them.

use super::world::{Row, World, differs, row};
use forge::Forge;

/// The repository with its targets file changed byte for byte, sent, and looked at.
fn with_targets(w: &mut World<'_>, change: impl FnOnce(String) -> Vec<u8>) {
    let mut forge = w.published();
    forge.bump("targets").raw("targets", |bytes| change(String::from_utf8(bytes).expect("UTF-8")));
    w.post(&forge, &["targets"]).see(&forge).get("targets.json");
}

/// Only the verdict on other bytes for the targets file.
fn refused(w: &mut World<'_>, texts: &[&str]) {
    for text in texts {
        w.post_files(&[("targets", text.as_bytes())]);
    }
}

/// A form of one part whose headers are these.
fn part(headers: &str, content: &[u8]) -> Vec<u8> {
    [format!("--b\r\n{headers}\r\n\r\n").as_bytes(), content, b"\r\n--b--\r\n"].concat()
}

const KIND: &str = "multipart/form-data; boundary=b";

pub(super) const ROWS: &[Row] = &[
    row("a form of no parts for nobody", |w| {
        w.post_files(&[]);
    }),
    row("a form of no parts for a repository", |w| {
        let forge = w.published();
        w.post_files(&[]).see(&forge);
    }),
    row("not a form", |w| {
        for kind in [
            "application/json",
            "",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "text/plain; boundary=b",
            "multipart/mixed; boundary=b",
        ] {
            w.post_body(kind, b"--b--\r\n");
        }
        w.send("POST", "", &[], b"");
    }),
    differs("a form without its end", "the real server panics, and its connection ends without an answer", |w| {
        w.post_body(KIND, b"--b\r\nContent-Disposition: form-data; filename=\"root\"\r\n\r\n{}");
    }),
    row("names of parts", |w| {
        let forge = w.forge();
        for name in [
            "",
            ".json",
            "root.json.json",
            "Root",
            "targets/",
            "targets/A",
            "targets/a.b",
            "targets//a",
            "targets/../a",
            "x",
            "/root",
            "targets/é",
        ] {
            w.post_files(&[(name, &forge.bytes["targets"])]);
        }
        let long = format!("targets/{}", "x".repeat(248));
        w.post_files(&[(&long, &forge.bytes["targets"])]);
        w.post_files(&[("root.json", &forge.bytes["root"]), ("targets.json", &forge.bytes["targets"])]).see(&forge);
    }),
    row("headers of parts", |w| {
        for headers in [
            "X: y",
            "Content-Disposition: form-data",
            "Content-Disposition: form-data; name=\"root\"",
            "Content-Disposition: form-data; filename=root",
            "content-disposition: attachment; FILENAME=\"root\"",
            "Content-Disposition: form-data; name=\"files\"; filename=\"ro\\ot\"",
            "Content-Disposition: form-data; filename=\"root",
            "Content-Disposition: form-data; filename",
        ] {
            w.post_body(KIND, &part(headers, b"x"));
        }
    }),
    row("malformed JSON", |w| {
        refused(
            w,
            &[
                "",
                " ",
                "{",
                "nonsense",
                "[]",
                "3",
                "\"x\"",
                "{\"signed\":[]}",
                "{\"signed\":3}",
                "{\"signed\":{\"version\":\"1\"}}",
            ],
        );
        refused(
            w,
            &["{\"signed\":{\"version\":1.0}}", "{\"signed\":{\"version\":99999999999999999999}}", "{\"signed\":{\"_type\":7}}"],
        );
        refused(
            w,
            &[
                "{\"signed\":{\"expires\":\"tomorrow\"}}",
                "{\"signed\":{\"expires\":5}}",
                "{\"signatures\":{}}",
                "{\"signatures\":[3]}",
            ],
        );
        refused(
            w,
            &[
                "{\"signatures\":[{\"sig\":\"?\"}]}",
                "{\"signatures\":[{\"keyid\":1}]}",
                "{\"signed\":{},}",
                "{'signed':{}}",
                "{\"a\":01}",
            ],
        );
    }),
    row("JSON of nothing", |w| {
        w.published();
        refused(w, &["null", "{}", "{\"signed\":{}}", "{\"signed\":{},\"signatures\":null}", "{\"signed\":{},\"signatures\":[]}"]);
        for text in ["{}", "{\"signed\":null}", "{\"signed\":{\"version\":1}}", "{\"signed\":{\"version\":2}}"] {
            w.post_files(&[("root", text.as_bytes())]);
        }
    }),
    row("a line's end after the file", |w| with_targets(w, |text| (text + "\n").into_bytes())),
    row("bytes after the file", |w| with_targets(w, |text| (text + "x").into_bytes())),
    row("a second file after the file", |w| with_targets(w, |text| (text + " {}").into_bytes())),
    row("a quote after the file", |w| with_targets(w, |text| (text + "'").into_bytes())),
    row("an indented file", |w| {
        with_targets(w, |text| {
            let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            serde_json::to_vec_pretty(&value).expect("JSON")
        });
    }),
    row("signatures before what is signed", |w| {
        with_targets(w, |text| {
            let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).expect("an object");
            let (signed, signatures) = inner.split_once(",\"signatures\":").expect("both");
            format!("{{\"signatures\":{signatures},{signed}}}").into_bytes()
        });
    }),
    row("an unknown member in what is signed", |w| {
        let mut forge = w.published();
        forge.bump("targets").edit("targets", |signed| signed["x-unknown"] = 7.into());
        w.post(&forge, &["targets"]).see(&forge).get("targets.json");
    }),
    row("an unknown member beside what is signed", |w| with_targets(w, |text| text.replacen('{', "{\"a\":1,", 1).into_bytes())),
    row("a member twice, the last one is signed", |w| {
        with_targets(w, |text| text.replacen("{\"_type\"", "{\"version\":3,\"_type\"", 1).into_bytes());
    }),
    row("a member twice, the first one is signed", |w| {
        with_targets(w, |text| text.replacen("\"version\":4}", "\"version\":4,\"version\":9}", 1).into_bytes());
    }),
    row("signatures twice", |w| {
        with_targets(w, |text| text.replacen("{\"signed\"", "{\"signatures\":[],\"signed\"", 1).into_bytes());
    }),
    row("escapes that need not be", |w| with_targets(w, |text| text.replace("Targets", "\\u0054argets").into_bytes())),
    row("bytes that are not UTF-8", |w| {
        let mut forge = w.published();
        forge.add_target("targets", "caf\u{fffd}", "x").raw("targets", |bytes| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            let at = text.find('\u{fffd}').expect("it is there");
            [&text.as_bytes()[..at], b"\xff", &text.as_bytes()[at + 3..]].concat()
        });
        w.post(&forge, &["targets"]).see(&forge);
    }),
    differs(
        "names of members in capitals",
        "Go takes a member's name in any case; no client writes another than the one that is documented",
        |w| {
            with_targets(w, |text| text.replacen("\"signed\"", "\"SIGNED\"", 1).into_bytes());
        },
    ),
    row("one role twice", |w| {
        let forge = w.published();
        let mut next = forge.clone();
        next.bump("targets");
        let mut after = next.clone();
        after.bump("targets");
        w.post_files(&[("targets", &after.bytes["targets"]), ("targets", &next.bytes["targets"])]).see(&next);
        w.post_files(&[("targets", b"{}"), ("targets", &after.bytes["targets"])]).see(&after);
    }),
    row("a timestamp of the client's", |w| {
        let forge = w.forge();
        w.post(&forge, &["root", "targets", "timestamp"]).see(&forge);
        w.post_files(&[("timestamp", b"{}")]).see(&forge);
    }),
    row("names that Go escapes", |w| {
        let mut forge = w.published();
        w.post(forge.add_target("targets", "<a&b>\u{2028}\"\\\u{7f}é", "x"), &["targets"]).see(&forge);
    }),
    row("a control character in a name", |w| {
        let mut forge = w.published();
        w.post(forge.add_target("targets", "a\nb", "x"), &["targets"]).see(&forge);
    }),
    row("custom data", |w| {
        let mut forge: Forge = w.published();
        forge.edit("targets", |signed| signed["targets"]["0"]["custom"] = serde_json::json!({"b": [1, null, "<"], "a": {}}));
        w.post(forge.bump("targets"), &["targets"]).see(&forge);
    }),
    row("a fraction in custom data", |w| {
        let mut forge: Forge = w.published();
        forge.edit("targets", |signed| signed["targets"]["0"]["custom"] = serde_json::json!({"a": 1.5}));
        w.post(forge.bump("targets"), &["targets"]);
    }),
];
