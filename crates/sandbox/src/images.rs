//! The images that are there from the start: `prod/nginx` with a few tags. Each has one layer with one small text file, so that tools can
//! copy, inspect, pull and sign it; there is nothing in it to run. Their bytes, so their digests too, are the same on every machine.

use std::{io, sync::Arc};

use hyper::body::Bytes;
use serde_json::{Value, json};

use super::{
    registry::{
        digest::Digest,
        names::{NotAName, RepositoryName, Tag},
        store::Store,
    },
    shelf::{self, Shelf},
};

/// The repository of the images.
pub const REPOSITORY: &str = "prod/nginx";
/// Tags of images for linux/amd64.
pub const SINGLE: [&str; 2] = ["1", "1.1"];
/// The tag of an index with an image for linux/amd64 and one for linux/arm64.
pub const MULTI: &str = "2";

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// Why the images could not be put down.
#[derive(Debug, thiserror::Error)]
pub enum PreloadError {
    /// The folder of the sandbox cannot be written.
    #[error("the images of the sandbox cannot be written: {0}")]
    Write(#[from] io::Error),
    /// A name in this file is none.
    #[error("{0:?} names no repository")]
    Name(NotAName),
}

/// Puts the images onto a shelf, once: a tag that was deleted yesterday stays deleted.
pub fn preload(shelf: &Arc<Shelf>) -> Result<(), PreloadError> {
    let store = Store::new(Arc::clone(shelf));
    let repository = RepositoryName::parse(REPOSITORY).map_err(PreloadError::Name)?;
    // written last: what was begun and not finished is begun again
    let done = shelf::name(["preloaded"]);
    if shelf.get(&done).is_some() {
        return Ok(());
    }
    for tag in SINGLE {
        put_image(&store, &repository, tag, "amd64", Tag::parse(tag).as_ref())?;
    }
    let children = ["amd64", "arm64"].map(|architecture| {
        let mut child = put_image(&store, &repository, MULTI, architecture, None)?;
        if let Value::Object(fields) = &mut child {
            fields.insert("platform".to_owned(), json!({"architecture": architecture, "os": "linux"}));
        }
        Ok::<Value, io::Error>(child)
    });
    let children = children.into_iter().collect::<Result<Vec<Value>, io::Error>>()?;
    let index = Bytes::from(json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": children}).to_string());
    store.put_manifest(&repository, Digest::of(&index), index, Tag::parse(MULTI).as_ref())?;
    Ok(shelf.put(vec![(done, Bytes::new())])?)
}

/// Puts an image into the repository, and returns its descriptor.
fn put_image(
    store: &Store,
    repository: &RepositoryName,
    version: &str,
    architecture: &str,
    tag: Option<&Tag>,
) -> io::Result<Value> {
    let text =
        format!("{REPOSITORY} {version} for linux/{architecture}, an image of the sandbox: there is nothing in it to run.\n");
    let layer = Bytes::from(tar("README", text.as_bytes()));
    let config = json!({
        "architecture": architecture,
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": {"Labels": {"org.opencontainers.image.version": version}},
        "rootfs": {"type": "layers", "diff_ids": [Digest::of(&layer).to_string()]},
        "history": [{"created": "2026-01-01T00:00:00Z", "created_by": "dct sandbox"}],
    });
    let parts = [(CONFIG, Bytes::from(config.to_string())), (LAYER, layer)];
    for (_, bytes) in &parts {
        store.put_blob(repository, Digest::of(bytes), bytes.clone())?;
    }
    let [config, layer] = parts.map(|(media_type, bytes)| descriptor(media_type, &bytes));
    let manifest = json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]});
    let manifest = Bytes::from(manifest.to_string());
    let described = descriptor(MANIFEST, &manifest);
    store.put_manifest(repository, Digest::of(&manifest), manifest, tag)?;
    Ok(described)
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(bytes).to_string(), "size": bytes.len()})
}

/// A tar archive with one file that everybody may read (POSIX.1-1988 "ustar"): a header, the content and two empty blocks.
fn tar(name: &str, content: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 512;
    let header = |checksum: &str| {
        let size = format!("{:011o}\0", content.len());
        // name, mode, owner, group, size, time (2026-01-01), checksum, type, link, "ustar" and version, names of owner and group,
        // device numbers, prefix
        let fields: [(&str, usize); 15] = [
            (name, 100),
            ("0000644\0", 8),
            ("0000000\0", 8),
            ("0000000\0", 8),
            (&size, 12),
            ("15125334400\0", 12),
            (checksum, 8),
            ("0", 1),
            ("", 100),
            ("ustar\x0000", 8),
            ("root", 32),
            ("root", 32),
            ("0000000\0", 8),
            ("0000000\0", 8),
            ("", 167),
        ];
        let mut bytes = Vec::with_capacity(BLOCK);
        let mut end = 0;
        for (value, width) in fields {
            bytes.extend(value.bytes().take(width));
            end += width;
            bytes.resize(end, 0);
        }
        bytes
    };
    // the checksum is the sum of the header's bytes, its own field taken as spaces
    let sum: u32 = header("        ").into_iter().map(u32::from).sum();
    let mut archive = header(&format!("{sum:06o}\0 "));
    archive.extend(content);
    let end = archive.len().next_multiple_of(BLOCK);
    archive.resize(end + 2 * BLOCK, 0);
    archive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_images_are_the_same_everywhere() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Arc::new(Shelf::in_folder(folder.path()).unwrap());
        preload(&shelf).unwrap();
        let store = Store::new(Arc::clone(&shelf));
        let repository = RepositoryName::parse(REPOSITORY).unwrap();
        assert_eq!(store.tags(&repository).unwrap(), ["1", "1.1", "2"]);
        let digests = ["1", "1.1", "2"].map(|tag| store.tagged(&repository, &Tag::parse(tag).unwrap()).unwrap().to_hex());
        assert_eq!(
            digests,
            [
                "4fef7faa796619b7817625bd68c810681fdae1537c0946a8c218eb30d59793d5",
                "0294b7527b5de9e45fbf382caaa3c77515c8981603bf2eedd66264f2953ae449",
                "188c212b11d6c4b3d5df41828cc2112def48c4c79c1b6dc950477b393800eeb4",
            ]
        );

        // tomorrow: what was changed stays as it is
        store.remove_manifest(&repository, Digest::from_hex(&digests[0]).unwrap()).unwrap();
        let shelf = Arc::new(Shelf::in_folder(folder.path()).unwrap());
        preload(&shelf).unwrap();
        assert_eq!(Store::new(shelf).tags(&repository).unwrap(), ["1.1", "2"]);
    }

    #[test]
    fn tar_reads_the_layer() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("layer.tar");
        std::fs::write(&file, tar("README", b"hello\n")).unwrap();
        let list = std::process::Command::new("tar").arg("--utc").arg("-tvf").arg(&file).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&list.stdout), "-rw-r--r-- root/root         6 2026-01-01 00:00 README\n");
        assert!(list.stderr.is_empty() && list.status.success());
        let content = std::process::Command::new("tar").arg("-xOf").arg(&file).output().unwrap();
        assert_eq!(content.stdout, b"hello\n");
    }
}
