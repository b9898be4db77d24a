//! The schema that is documented.

use std::path::{Path, PathBuf};

use boon::{Compiler, Schemas};
use serde_json::Value;

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.schema.json")
}

/// The names of what the schema defines.
pub(crate) fn definitions() -> Vec<String> {
    let schema: Value = serde_json::from_slice(&std::fs::read(file()).unwrap()).unwrap();
    schema["$defs"].as_object().unwrap().keys().cloned().collect()
}

/// Makes sure that a document is what the schema defines by a name, and what it says of documents as a whole.
pub(crate) fn check(document: &Value, name: &str) {
    for place in [format!("#/$defs/{}", name.replace(' ', "%20")), String::new()] {
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.enable_format_assertions();
        let schema = compiler.compile(&format!("{}{place}", file().display()), &mut schemas).unwrap();
        if let Err(error) = schemas.validate(document, schema) {
            panic!("{name}{place}: {error:#}\n{document:#}");
        }
    }
}

#[test]
#[should_panic(expected = "additionalProperties")]
fn a_member_that_is_not_documented_is_found() {
    check(
        &serde_json::json!({"schemaVersion": 1, "verb": "key list", "keys": [], "warnings": [], "more": 1}),
        "answer of key list",
    );
}
