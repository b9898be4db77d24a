//! `--output json`: what docs/notary.md says of it.

use serde_json::{Value, json};

use crate::support::{
    Peers,
    home::{Home, Run},
    openssl::{Bundle, Issuer, KeyForm},
};

fn parsed(run: Run) -> Value {
    serde_json::from_str(&run.ok().stdout).unwrap()
}

/// The same answer of a verb of dct, which has more members: nothing is released there yet, and that is a warning.
fn of_dct(verb: &str, answer: &Value) -> Value {
    let mut answer = answer.clone();
    let words = "targets/releases is delegated, and the server has no file of it: what targets signs is all that is known here";
    answer["verb"] = verb.into();
    answer["warnings"] = json!([{"code": "missing-releases", "message": words, "repository": answer["repository"]}]);
    answer
}

#[test]
fn what_programs_are_told() {
    let Some(peers) = Peers::start() else { return };
    let (home, repository) = (Home::new(&peers, "jeff"), peers.image("json/app"));
    let bundle = Bundle::make(&peers.folder("jeff"), "jeff", KeyForm::EcSec1, Issuer::Ca);
    let ours = |line: &[&str]| home.dct_as_notary_with_input(line, "");
    ours(&["init", &repository, "-p"]).ok();
    ours(&["delegation", "add", &repository, "targets/releases", &bundle.cert.to_string_lossy(), "--paths", ",v"]).ok();
    let staged = json!([
        {"number": 0, "action": "create", "scope": "targets/releases", "type": "delegation", "path": ""},
        {"number": 1, "action": "create", "scope": "targets/releases", "type": "delegation", "path": ""},
        {"number": 2, "action": "create", "scope": "targets", "type": "target", "path": "v1"},
    ]);
    let digest = "ab".repeat(32);
    ours(&["addhash", &repository, "v1", "7", "--sha256", &digest]).ok();
    let status = parsed(ours(&["status", "--output", "json", &repository]));
    assert_eq!(status, json!({"schemaVersion": 1, "repository": repository, "changes": staged}));
    ours(&["publish", &repository]).ok();
    let target = json!({"name": "v1", "role": "targets", "length": 7, "hashes": {"sha256": digest}});
    let list = json!({"schemaVersion": 1, "repository": repository, "targets": [target]});
    let mut one = json!({"schemaVersion": 1, "repository": repository});
    one.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
    assert_eq!(parsed(ours(&["list", "--output=json", &repository])), list);
    assert_eq!(parsed(home.dct(&["list", "--output", "json", &repository])), of_dct("list", &list));
    assert_eq!(parsed(ours(&["lookup", "--output=json", &repository, "v1"])), one);
    assert_eq!(parsed(home.dct(&["lookup", "--output", "json", &repository, "v1"])), of_dct("lookup", &one));
    let roles = parsed(ours(&["delegation", "list", "--output=json", &repository]));
    assert_eq!(roles["delegations"][0]["role"], "targets/releases");
    assert_eq!((&roles["delegations"][0]["paths"], &roles["delegations"][0]["threshold"]), (&json!(["", "v"]), &json!(1)));
    assert_eq!(roles["delegations"][0]["keys"][0].as_str().unwrap().len(), 64);
    let keys = parsed(ours(&["key", "list", "--output=json"]));
    assert_eq!(keys["schemaVersion"], 1);
    let names: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| key["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["root", "snapshot", "targets"]);
    assert_eq!(keys["keys"][1]["repository"], repository);

    // for people, under the name of dct
    let shown = home.dct(&["list", &repository]).ok().stdout;
    assert_eq!(shown, format!("NAME      DIGEST{}SIZE      ROLE\nv1        {digest}   7         targets\n", " ".repeat(61)));
    assert_eq!(home.dct(&["lookup", &repository, "v1"]).ok().stdout, format!("v1 sha256:{digest} 7\n"));
    let refused = home.dct(&["lookup", &repository, "v2"]).fails(1);
    assert!(refused.stdout.is_empty() && refused.stderr.starts_with("No valid trust data for v2\n"), "{refused}");
    let nothing = home.dct(&["list", "--roles", "targets/releases", &repository]).ok().stdout;
    assert_eq!(nothing, format!("Nothing is signed in {repository}\n"));
}
