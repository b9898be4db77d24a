//! Rows of blobs and their uploads.

use super::{
    Row, row, step,
    table::{LAYER, NONE, sha256, sha512, upload},
};

pub(super) fn rows() -> Vec<Row> {
    [uploads(), blobs()].into_iter().flatten().collect()
}

fn uploads() -> Vec<Row> {
    let start = || step("POST", "blobs/uploads/");
    let done = || format!("@&digest={}", sha256(LAYER));
    let (first, second) = LAYER.split_at(5);
    vec![
        row("upload: POST and PUT, as skopeo does", [upload(LAYER)]),
        row(
            "upload: POST, PATCH, PUT, as Docker does",
            [vec![
                step("HEAD", format!("blobs/{}", sha256(LAYER))),
                start(),
                step("PATCH", "@").body(LAYER),
                step("PUT", done()),
                step("HEAD", format!("blobs/{}", sha256(LAYER))),
            ]],
        ),
        row(
            "upload: chunks with Content-Range, and status between",
            [vec![
                start(),
                step("GET", "@"),
                step("PATCH", "@").header("Content-Type", "application/octet-stream").header("Content-Range", "0-4").body(first),
                step("GET", "@"),
                step("HEAD", "@"),
                step("PATCH", "@").header("Content-Range", format!("5-{}", LAYER.len() - 1)).body(second),
                step("PUT", done()),
                step("GET", format!("blobs/{}", sha256(LAYER))),
            ]],
        ),
        row(
            "upload: the last chunk with the PUT",
            [vec![start(), step("PATCH", "@").body(first), step("PUT", done()).body(second)]],
        ),
        row("upload: an empty PATCH", [vec![start(), step("PATCH", "@"), step("PUT", done()).body(LAYER)]]),
        row("upload: the empty blob", [upload(b""), vec![step("GET", format!("blobs/{}", sha256(b"")))]]),
        row("upload: the same blob twice", [upload(LAYER), upload(LAYER)]),
        row(
            "upload: no digest, then a good one",
            [vec![start(), step("PUT", "@"), step("PUT", "@&digest="), step("PUT", done()).body(LAYER)]],
        ),
        row(
            "upload: a digest that is none",
            [vec![start(), step("PUT", "@&digest=x"), step("PUT", "@&digest=sha256:00").body(LAYER)]],
        ),
        row(
            "upload: not the digest, and what comes after",
            [vec![
                start(),
                step("PUT", format!("@&digest={NONE}")).body(LAYER),
                step("PUT", format!("^&digest={}", sha256(LAYER))).body(LAYER),
                step("GET", "^"),
            ]],
        ),
        row(
            "upload: all there, not the digest, then the digest",
            [vec![start(), step("PATCH", "@").body(LAYER), step("PUT", format!("@&digest={NONE}")), step("PUT", done())]],
        ),
        row(
            "upload: no state, and a state that is none",
            [vec![
                start(),
                step("GET", "blobs/uploads/11111111-1111-1111-1111-111111111111"),
                step("PUT", format!("blobs/uploads/11111111-1111-1111-1111-111111111111?_state=x&digest={NONE}")),
            ]],
        ),
        row(
            "upload: the state of before",
            [vec![start(), step("PATCH", "@").body(first), step("PATCH", "^").body(second), step("GET", "@")]],
        ),
        row(
            "upload: finished, then asked for",
            [vec![start(), step("PUT", done()).body(LAYER), step("GET", "^"), step("PATCH", "^")]],
        ),
        row("upload: given up", [vec![start(), step("DELETE", "@"), step("DELETE", "@"), step("PUT", done()).body(LAYER)]]),
        row(
            "upload: another media type",
            [vec![start(), step("PATCH", "@").header("Content-Type", "text/plain").body(LAYER), step("GET", "@")]],
        ),
        row("upload: POST to an upload", [vec![start(), step("POST", "@")]]),
        row(
            "upload: nothing said of which",
            [["GET", "HEAD", "PATCH", "PUT", "DELETE"].map(|method| step(method, "blobs/uploads/")).to_vec()],
        ),
        row(
            "mount: a blob of another repository",
            [
                upload(LAYER),
                vec![
                    step("POST", format!("/v2/REPO/other/blobs/uploads/?mount={}&from=REPO", sha256(LAYER))),
                    step("GET", format!("/v2/REPO/other/blobs/{}", sha256(LAYER))),
                ],
            ],
        ),
        row("mount: a blob that is not there", [vec![step("POST", format!("blobs/uploads/?mount={NONE}&from=REPO/other"))]]),
        row(
            "mount: from nowhere, or no digest",
            [
                upload(LAYER),
                vec![
                    step("POST", format!("/v2/REPO/other/blobs/uploads/?mount={}", sha256(LAYER))),
                    step("POST", "/v2/REPO/other/blobs/uploads/?mount=x&from=REPO"),
                    step("POST", "/v2/REPO/other/blobs/uploads/?from=REPO"),
                ],
            ],
        ),
    ]
}

fn blobs() -> Vec<Row> {
    let blob = || format!("blobs/{}", sha256(LAYER));
    let range = |value: &str| step("GET", blob()).header("Range", value);
    vec![
        row("blob: GET and HEAD", [upload(LAYER), vec![step("GET", blob()), step("HEAD", blob())]]),
        row("blob: one that is not there", [vec![step("GET", blob()), step("HEAD", blob()), step("DELETE", blob())]]),
        row("blob: of another repository alone", [upload(LAYER), vec![step("GET", format!("/v2/REPO/other/{}", blob()))]]),
        row("blob: a digest of SHA-512 that is not there", [vec![step("GET", format!("blobs/{}", sha512(LAYER)))]]),
        row(
            "blob: ranges",
            [
                upload(LAYER),
                vec![range("bytes=0-3"), range("bytes=4-"), range("bytes=-3"), range("bytes=2-999"), range("bytes=-999")],
            ],
        ),
        row("blob: ranges with blanks, and none", [upload(LAYER), vec![range("bytes= 0-3 ,"), range("bytes=")]]),
        row("blob: HEAD of a range", [upload(LAYER), vec![step("HEAD", blob()).header("Range", "bytes=0-1")]]),
        row(
            "blob: a range of the empty blob",
            [upload(b""), vec![step("HEAD", format!("blobs/{}", sha256(b""))).header("Range", "bytes=0-3")]],
        ),
        row(
            "blob: what the client has already",
            [
                upload(LAYER),
                vec![
                    step("GET", blob()).header("If-None-Match", format!("\"{}\"", sha256(LAYER))),
                    step("GET", blob()).header("If-None-Match", "*"),
                    step("GET", blob()).header("If-None-Match", "\"x\""),
                    step("GET", blob()).header("If-Range", "\"x\"").header("Range", "bytes=0-1"),
                ],
            ],
        ),
        row("blob: deleted", [upload(LAYER), vec![step("DELETE", blob()), step("GET", blob()), step("DELETE", blob())]]),
        row(
            "blob: deleted, and another repository has it still",
            [
                upload(LAYER),
                vec![
                    step("POST", format!("/v2/REPO/other/blobs/uploads/?mount={}&from=REPO", sha256(LAYER))),
                    step("DELETE", blob()),
                    step("GET", format!("/v2/REPO/other/{}", blob())),
                ],
            ],
        ),
    ]
}
