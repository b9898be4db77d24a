//! Rows on which the sandbox differs from 2.8, with the reason.

use super::{
    Row, Who, row, step,
    table::{DOCKER, LAYER, NONE, OCI, digest, image, part, parts, put, sha256, sha512, upload},
};

pub(super) fn rows() -> Vec<Row> {
    let attached = || {
        let mut manifest = image(OCI);
        manifest["subject"] = part(image(OCI).to_string().as_bytes(), OCI);
        manifest
    };
    vec![
        row("beyond: a blob in one POST", [vec![step("POST", format!("blobs/uploads/?digest={}", sha256(LAYER))).body(LAYER)]])
            .differs("OCI distribution 1.1 \"Single POST\": 201; 2.8 ignores the digest and begins an upload"),
        row(
            "beyond: a chunk out of order",
            [vec![step("POST", "blobs/uploads/"), step("PATCH", "@").header("Content-Range", "7-9").body("abc")]],
        )
        .differs("OCI distribution 1.1: 416; 2.8 does not look at Content-Range"),
        row(
            "beyond: tags, n at once",
            [parts(), vec![put("a", OCI, &image(OCI)), put("b", OCI, &image(OCI)), step("GET", "tags/list?n=1")]],
        )
        .differs("OCI distribution 1.1 \"Listing tags\": so many, and a Link; 2.8 gives all"),
        row(
            "beyond: referrers",
            [
                parts(),
                vec![
                    put("1", OCI, &image(OCI)),
                    put("2", OCI, &attached()),
                    step("GET", format!("referrers/{}", digest(&image(OCI)))),
                    step("GET", format!("referrers/{NONE}")),
                ],
            ],
        )
        .differs("OCI distribution 1.1: an index, and OCI-Subject; 2.8 has no such path"),
        row(
            "beyond: Docker's image for a client that takes schema 1 alone",
            [parts(), vec![put("1", DOCKER, &image(DOCKER)), step("GET", "manifests/1")]],
        )
        .differs("schema 1 is not made: the image is served as it is; 2.8 converts it, or cannot"),
        row(
            "beyond: a blob by its SHA-512",
            [vec![step("POST", "blobs/uploads/"), step("PUT", format!("@&digest={}", sha512(LAYER))).body(LAYER)]],
        )
        .differs("nothing in the sandbox goes by SHA-512, which registries may leave out"),
        row(
            "beyond: several ranges at once",
            [upload(LAYER), vec![step("GET", format!("blobs/{}", sha256(LAYER))).header("Range", "bytes=0-1,3-4")]],
        )
        .differs("the whole blob, as RFC 9110 allows; 2.8 sends a multipart body"),
        row(
            "beyond: a host as the first part of a name",
            [vec![step("GET", "/v2/Host.example/app/tags/list").by(Who::Scope("repository:Host.example/app:pull"))]],
        )
        .differs("no name by the specification; 2.8 takes capitals in what looks like a host"),
    ]
}
