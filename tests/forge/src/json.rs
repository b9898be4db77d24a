//! JSON as Notary writes it, for test data: docker/go's canonical form, and the envelope around it.

use serde_json::Value;

/// Members sorted bytewise, no white space, only `"` and `\` escaped.
pub fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    write(value, &mut out);
    out
}

/// `{"signed":…,"signatures":[…]}` with the signed part as Go's `encoding/json` embeds it.
pub fn envelope(signed: &[u8], signatures: &[Value]) -> Vec<u8> {
    let signatures: Vec<String> = signatures.iter().map(|s| String::from_utf8(canonical(s)).unwrap()).collect();
    let signed = String::from_utf8(signed.to_vec()).unwrap();
    // control characters stand raw in what is signed, and cannot in a file
    let escaped = |c: char| c < ' ' || matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    let signed: String =
        signed.chars().map(|c| if escaped(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect();
    format!(r#"{{"signed":{signed},"signatures":[{}]}}"#, signatures.join(",")).into_bytes()
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(b) => out.extend_from_slice(b.to_string().as_bytes()),
        Value::Number(n) => out.extend_from_slice(n.to_string().as_bytes()),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write(item, out);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
            out.push(b'{');
            for (i, (name, value)) in members.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
}
