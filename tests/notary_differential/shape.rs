//! What a repository's metadata says, without what differs from run to run: keys, signatures, times, hashes of other files.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

/// The shape of each file in a metadata folder, by its path.
pub(crate) fn of_folder(folder: &Path) -> BTreeMap<String, String> {
    let mut shapes = BTreeMap::new();
    walk(folder, folder, &mut shapes);
    shapes
}

fn walk(top: &Path, folder: &Path, shapes: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(top, &path, shapes);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let name = path.strip_prefix(top).unwrap().to_string_lossy().into_owned();
            let mut file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            if matches!(name.as_str(), "targets.json" | "snapshot.json" | "timestamp.json") {
                // notary publishes targets for the first time as version 2, and a snapshot where nothing else changes
                file["signed"]["version"] = Value::Null;
            }
            shapes.insert(name, serde_json::to_string(&shape(&file)).unwrap());
        }
    }
}

fn shape(file: &Value) -> Value {
    let mut methods: Vec<_> =
        file["signatures"].as_array().unwrap().iter().map(|signature| signature["method"].to_string()).collect();
    methods.sort();
    json!({"signed": member("", &file["signed"]), "signatures": methods})
}

fn member(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("expires", Value::String(time)) => json!(time.split('-').next()),
        ("keys", Value::Object(keys)) => {
            let mut types: Vec<_> = keys.values().map(|key| key["keytype"].to_string()).collect();
            types.sort();
            json!(types)
        }
        ("keyids", Value::Array(ids)) => json!(ids.len()),
        // a list that became empty
        ("roles", Value::Null) => json!([]),
        ("keyids", Value::Null) => json!(0),
        // of other files: their content differs
        ("meta", Value::Object(files)) => json!(
            files
                .iter()
                .map(|(role, file)| json!([role, file["hashes"].as_object().unwrap().keys().collect::<Vec<_>>()]))
                .collect::<Vec<_>>()
        ),
        (_, Value::Object(members)) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), member(name, value))).collect())
        }
        (_, Value::Array(items)) => Value::Array(items.iter().map(|item| member("", item)).collect()),
        (_, value) => value.clone(),
    }
}
