//! Rows of manifests.

use serde_json::{Value, json};

use super::{
    Row, row, step,
    table::{
        CONFIG, DOCKER, FOREIGN, INDEX, LAYER, LAYER_TYPE, LIST, NONE, OCI, digest, get, image, index, part, parts, put, sha256,
        sha512, upload, with_layer, without_type,
    },
};

pub(super) fn rows() -> Vec<Row> {
    [puts(), refused(), gets()].into_iter().flatten().collect()
}

fn puts() -> Vec<Row> {
    vec![
        row("manifest: OCI", [parts(), vec![put("1", OCI, &image(OCI))]]),
        row("manifest: OCI without a media type inside", [parts(), vec![put("1", OCI, &without_type(OCI))]]),
        row("manifest: Docker's", [parts(), vec![put("1", DOCKER, &image(DOCKER))]]),
        row(
            "manifest: an OCI index",
            [parts(), vec![put(&digest(&image(OCI)), OCI, &image(OCI)), put("1", INDEX, &index(INDEX, OCI))]],
        ),
        row(
            "manifest: Docker's list",
            [parts(), vec![put(&digest(&image(DOCKER)), DOCKER, &image(DOCKER)), put("1", LIST, &index(LIST, DOCKER))]],
        ),
        row("manifest: an empty index", [vec![put("1", INDEX, &json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}))]]),
        row(
            "manifest: an index of what is a blob",
            [parts(), vec![put("1", INDEX, &json!({"schemaVersion": 2, "manifests": [part(LAYER, OCI)]}))]],
        ),
        row("manifest: no layers", [parts(), vec![put("1", OCI, &json!({"schemaVersion": 2, "config": part(CONFIG, "x")}))]]),
        row(
            "manifest: sizes that are wrong",
            [parts(), vec![put("1", OCI, &with_layer(&json!({"mediaType": LAYER_TYPE, "digest": sha256(LAYER), "size": 1})))]],
        ),
        row(
            "manifest: media type with parameters and capitals",
            [parts(), vec![put("1", &format!("{OCI}; charset=utf-8"), &image(OCI)), put("1", &OCI.to_uppercase(), &image(OCI))]],
        ),
        row("manifest: by its digest", [parts(), vec![put(&digest(&image(OCI)), OCI, &image(OCI)), step("GET", "tags/list")]]),
        row(
            "manifest: the largest",
            [
                parts(),
                vec![{
                    let bytes = image(OCI).to_string().into_bytes();
                    let blanks = vec![b' '; (4 << 20) - bytes.len()];
                    step("PUT", "manifests/1").header("Content-Type", OCI).body([blanks, bytes].concat())
                }],
            ],
        ),
        row(
            "manifest: a tag moves",
            [
                parts(),
                vec![
                    put("1", OCI, &image(OCI)),
                    put("1", DOCKER, &image(DOCKER)),
                    get("1", DOCKER),
                    get(&digest(&image(OCI)), OCI),
                ],
            ],
        ),
    ]
}

fn refused() -> Vec<Row> {
    let bytes = |media_type: &str, body: &str| vec![step("PUT", "manifests/1").header("Content-Type", media_type).body(body)];
    let changed = |from: &str, to: &str| image(OCI).to_string().replace(from, to);
    let foreign = |urls: &Value| {
        let layer = json!({"mediaType": FOREIGN, "digest": NONE, "size": 1, "urls": urls});
        json!({"schemaVersion": 2, "mediaType": DOCKER, "config": part(CONFIG, "x"), "layers": [layer]})
    };
    vec![
        row(
            "refused: not by its digest",
            [parts(), vec![put(NONE, OCI, &image(OCI)), put(&sha512(image(OCI).to_string().as_bytes()), OCI, &image(OCI))]],
        ),
        row("refused: by a digest that is none", [parts(), vec![put("sha256:ab", OCI, &image(OCI))]]),
        row("refused: no media type", [parts(), vec![step("PUT", "manifests/1").body(image(OCI).to_string())]]),
        row(
            "refused: another media type",
            [parts(), bytes("application/json", &image(OCI).to_string()), bytes("x", "{}"), bytes("a/b; =", "{}")],
        ),
        row(
            "refused: schema 1",
            [bytes("application/vnd.docker.distribution.manifest.v1+prettyjws", r#"{"schemaVersion":1,"name":"a","tag":"1"}"#)],
        ),
        row(
            "refused: one media type outside, another inside",
            [
                parts(),
                vec![
                    put("1", OCI, &image(DOCKER)),
                    put("1", DOCKER, &image(OCI)),
                    put("1", DOCKER, &without_type(OCI)),
                    put("1", LIST, &index(INDEX, OCI)),
                    put("1", INDEX, &index(LIST, DOCKER)),
                ],
            ],
        ),
        row(
            "refused: an index as an image and the reverse",
            [parts(), vec![put("1", OCI, &json!({"schemaVersion": 2, "manifests": []})), put("1", INDEX, &without_type(OCI))]],
        ),
        row("refused: no JSON", ["", "{", "hello", "[]", "1", "\"x\""].map(|body| bytes(OCI, body))),
        row("refused: something after the JSON", [parts(), bytes(OCI, &format!("{}x", image(OCI)))]),
        row(
            "refused: fields of the wrong kind",
            [
                parts(),
                bytes(OCI, &changed("\"schemaVersion\":2", "\"schemaVersion\":\"2\"")),
                bytes(OCI, &changed("\"size\":15", "\"size\":\"15\"")),
                bytes(OCI, r#"{"schemaVersion":2,"layers":{}}"#),
                bytes(OCI, r#"{"schemaVersion":2,"annotations":{"a":1}}"#),
            ],
        ),
        row(
            "refused: another schema version",
            [parts(), bytes(OCI, &changed("\"schemaVersion\":2", "\"schemaVersion\":3")), bytes(OCI, "null"), bytes(OCI, "{}")],
        ),
        row("refused: blobs that are not there", [vec![put("1", OCI, &image(OCI)), put("1", DOCKER, &image(DOCKER))]]),
        row("refused: one blob that is not there", [upload(CONFIG), vec![put("1", OCI, &image(OCI))]]),
        row(
            "refused: blobs of another repository",
            [parts(), vec![step("PUT", "/v2/REPO/other/manifests/1").header("Content-Type", OCI).body(image(OCI).to_string())]],
        ),
        row(
            "refused: children that are not there",
            [vec![put("1", INDEX, &index(INDEX, OCI)), put("1", LIST, &index(LIST, DOCKER))]],
        ),
        row("refused: no configuration", [vec![put("1", OCI, &json!({"schemaVersion": 2, "layers": []}))]]),
        row(
            "refused: parts with digests that are none",
            [
                parts(),
                vec![
                    put("1", OCI, &with_layer(&json!({"mediaType": LAYER_TYPE, "digest": "x", "size": 1}))),
                    put("1", OCI, &with_layer(&json!({"mediaType": LAYER_TYPE, "digest": "sha256:00", "size": 1}))),
                    put("1", INDEX, &json!({"schemaVersion": 2, "manifests": [{"mediaType": OCI, "digest": "x", "size": 1}]})),
                ],
            ],
        ),
        row(
            "refused: layers that are elsewhere",
            [
                parts(),
                vec![
                    put(
                        "1",
                        OCI,
                        &with_layer(&json!({"mediaType": LAYER_TYPE, "digest": NONE, "size": 1, "urls": ["https://a/b"]})),
                    ),
                    put("1", DOCKER, &foreign(&json!(["https://a/b"]))),
                    put("1", DOCKER, &foreign(&json!([]))),
                ],
            ],
        ),
        row("refused: too large", [vec![step("PUT", "manifests/1").header("Content-Type", OCI).body(vec![b' '; (4 << 20) + 1])]]),
    ]
}

fn gets() -> Vec<Row> {
    let oci = || [parts(), vec![put("1", OCI, &image(OCI))]].concat();
    let docker = || [parts(), vec![put("1", DOCKER, &image(DOCKER))]].concat();
    let oci_index = || [parts(), vec![put("child", OCI, &image(OCI)), put("1", INDEX, &index(INDEX, OCI))]].concat();
    let list = || [parts(), vec![put("child", DOCKER, &image(DOCKER)), put("1", LIST, &index(LIST, DOCKER))]].concat();
    let all = [OCI, INDEX, DOCKER, LIST].join(", ");
    let plain = |reference: &str| step("GET", format!("manifests/{reference}"));
    vec![
        row(
            "get: by tag and by digest, GET and HEAD",
            [
                oci(),
                vec![
                    get("1", &all),
                    get(&digest(&image(OCI)), &all),
                    step("HEAD", "manifests/1").header("Accept", &all),
                    step("HEAD", format!("manifests/{}", digest(&image(OCI)))).header("Accept", &all),
                ],
            ],
        ),
        row(
            "get: several Accept headers, and q",
            [oci(), vec![plain("1").header("Accept", LIST).header("Accept", OCI), get("1", &format!("text/plain,{OCI};q=0.5"))]],
        ),
        row(
            "get: an OCI image not accepted",
            [oci(), vec![plain("1"), get("1", "*/*"), get("1", DOCKER), get(&digest(&image(OCI)), INDEX)]],
        ),
        row("get: an OCI index", [oci_index(), vec![get("1", INDEX), get("1", &all), get(&digest(&index(INDEX, OCI)), INDEX)]]),
        row(
            "get: an OCI index not accepted",
            [oci_index(), vec![plain("1"), get("1", "*/*"), get("1", &format!("{OCI}, {DOCKER}, {LIST}"))]],
        ),
        row(
            "get: an OCI index without a media type inside, for everybody",
            [parts(), vec![put("child", OCI, &image(OCI)), put("1", INDEX, &without_type(INDEX)), plain("1"), get("1", INDEX)]],
        ),
        row(
            "get: Docker's image",
            [
                docker(),
                vec![get("1", DOCKER), get("1", &all), get(&digest(&image(DOCKER)), DOCKER), plain(&digest(&image(DOCKER)))],
            ],
        ),
        row("get: Docker's list", [list(), vec![get("1", LIST), get("1", &all), plain(&digest(&index(LIST, DOCKER)))]]),
        row("get: the image out of Docker's list for a client that knows no lists", [list(), vec![get("1", DOCKER)]]),
        row(
            "get: no such tag, no such digest",
            [oci(), vec![get("2", &all), get(NONE, &all), get(&sha512(LAYER), &all), step("HEAD", "manifests/2")]],
        ),
        row("get: of a repository that is not there", [vec![get("1", &all), get(NONE, &all)]]),
        row(
            "get: a blob as a manifest, a manifest as a blob",
            [oci(), vec![get(&sha256(LAYER), &all), step("GET", format!("blobs/{}", digest(&image(OCI))))]],
        ),
        row(
            "get: what the client has already",
            [
                oci(),
                vec![
                    get("1", &all).header("If-None-Match", format!("\"{}\"", digest(&image(OCI)))),
                    plain("1").header("If-None-Match", digest(&image(OCI))),
                    get("1", &all).header("If-None-Match", "*"),
                ],
            ],
        ),
        row(
            "get: a child that was deleted, its index not",
            [
                oci_index(),
                vec![step("DELETE", format!("manifests/{}", digest(&image(OCI)))), get(&digest(&image(OCI)), OCI), get("1", INDEX)],
            ],
        ),
        row(
            "delete: by digest, with its tags",
            [
                oci(),
                vec![
                    put("2", OCI, &image(OCI)),
                    put("other", DOCKER, &image(DOCKER)),
                    step("DELETE", format!("manifests/{}", digest(&image(OCI)))),
                    get("1", &all),
                    get("2", &all),
                    step("GET", "tags/list"),
                    step("DELETE", format!("manifests/{}", digest(&image(OCI)))),
                ],
            ],
        ),
        row("delete: by tag", [oci(), vec![step("DELETE", "manifests/1"), step("DELETE", "manifests/none"), get("1", &all)]]),
        row(
            "delete: what is not there",
            [vec![step("DELETE", format!("manifests/{NONE}")), step("DELETE", format!("manifests/{}", sha512(b"")))]],
        ),
        row("delete: a digest that is none", [vec![step("DELETE", "manifests/sha256:ab")]]),
    ]
}
