//! Where blobs, manifests and tags lie on the shelf. Bytes lie there once; each repository has links to those it may show.

use std::{io, sync::Arc};

use hyper::body::Bytes;

use super::{
    digest::Digest,
    names::{RepositoryName, Tag},
};
use crate::shelf::{Name, Shelf, name};

/// The content of all repositories. What is deleted loses its link; its bytes stay, as another repository may have them too.
#[derive(Clone, Debug)]
pub struct Store {
    shelf: Arc<Shelf>,
}

impl Store {
    /// What the shelf holds.
    #[must_use]
    pub fn new(shelf: Arc<Shelf>) -> Self {
        Self { shelf }
    }

    /// A blob of a repository.
    pub fn blob(&self, repository: &RepositoryName, digest: Digest) -> Option<Bytes> {
        self.shelf.get(&blob_link(repository, digest))?;
        self.shelf.get(&content(digest))
    }

    /// Whether a repository has a blob.
    pub fn has_blob(&self, repository: &RepositoryName, digest: Digest) -> bool {
        self.shelf.get(&blob_link(repository, digest)).is_some()
    }

    /// Puts a blob into a repository.
    pub fn put_blob(&self, repository: &RepositoryName, digest: Digest, bytes: Bytes) -> io::Result<()> {
        // the content first: a link shall never point to nothing
        let links = [blob_link(repository, digest), known(repository)].map(|link| (link, Bytes::new()));
        self.shelf.put([(content(digest), bytes)].into_iter().chain(links).collect())
    }

    /// Lets a repository have what another has. False where that has no such blob.
    pub fn mount_blob(&self, from: &RepositoryName, into: &RepositoryName, digest: Digest) -> io::Result<bool> {
        if !self.has_blob(from, digest) {
            return Ok(false);
        }
        self.shelf.put([blob_link(into, digest), known(into)].map(|link| (link, Bytes::new())).into())?;
        Ok(true)
    }

    /// Takes a blob out of a repository. False where it was not there.
    pub fn remove_blob(&self, repository: &RepositoryName, digest: Digest) -> io::Result<bool> {
        Ok(self.shelf.remove(&blob_link(repository, digest))? > 0)
    }

    /// A manifest of a repository.
    pub fn manifest(&self, repository: &RepositoryName, digest: Digest) -> Option<Bytes> {
        self.shelf.get(&manifest_link(repository, digest))?;
        self.shelf.get(&content(digest))
    }

    /// Whether a repository has a manifest.
    pub fn has_manifest(&self, repository: &RepositoryName, digest: Digest) -> bool {
        self.shelf.get(&manifest_link(repository, digest)).is_some()
    }

    /// All manifests of a repository, in the order of their digests.
    pub fn manifests(&self, repository: &RepositoryName) -> Vec<(Digest, Bytes)> {
        let links = self.shelf.below(&name(["registry", "manifests", repository.as_str()]));
        let digests = links.iter().filter_map(|(link, _)| Digest::from_hex(link.last()?));
        digests.filter_map(|digest| Some((digest, self.shelf.get(&content(digest))?))).collect()
    }

    /// Puts a manifest into a repository, under a tag too where one is given.
    pub fn put_manifest(&self, repository: &RepositoryName, digest: Digest, bytes: Bytes, tag: Option<&Tag>) -> io::Result<()> {
        let mut records = vec![(content(digest), bytes), (manifest_link(repository, digest), Bytes::new())];
        if let Some(tag) = tag {
            records.push((tagged(repository), Bytes::new()));
            records.push((tag_link(repository, tag.as_str()), Bytes::from(digest.to_hex())));
        }
        self.shelf.put(records)
    }

    /// Takes a manifest and its tags out of a repository. False where it was not there.
    pub fn remove_manifest(&self, repository: &RepositoryName, digest: Digest) -> io::Result<bool> {
        if !self.has_manifest(repository, digest) {
            return Ok(false);
        }
        let tags = self.shelf.below(&name(["registry", "tags", repository.as_str()]));
        let tags = tags.into_iter().filter(|(_, target)| *target == digest.to_hex()).map(|(link, _)| link);
        let gone: Vec<_> = tags.chain([manifest_link(repository, digest)]).collect();
        Ok(self.shelf.change(&gone, Vec::new())? > 0)
    }

    /// What a tag stands for.
    pub fn tagged(&self, repository: &RepositoryName, tag: &Tag) -> Option<Digest> {
        let target = self.shelf.get(&tag_link(repository, tag.as_str()))?;
        Digest::from_hex(std::str::from_utf8(&target).ok()?)
    }

    /// The tags of a repository in the order of their bytes. None where there never was one.
    pub fn tags(&self, repository: &RepositoryName) -> Option<Vec<String>> {
        self.shelf.get(&tagged(repository))?;
        let links = self.shelf.below(&name(["registry", "tags", repository.as_str()]));
        Some(links.into_iter().filter_map(|(mut link, _)| link.pop()).collect())
    }

    /// The repositories that ever got a blob, folder by folder.
    pub fn repositories(&self) -> Vec<String> {
        let records = self.shelf.below(&name(["registry", "known"]));
        let mut names: Vec<String> = records.into_iter().filter_map(|(mut record, _)| record.pop()).collect();
        names.sort_by(|a, b| folder_order(a).cmp(folder_order(b)));
        names
    }
}

/// The order in which 2.8 walks its folders: what is below a name comes directly after it.
pub fn folder_order(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().map(|byte| if byte == b'/' { 0 } else { byte })
}

fn content(digest: Digest) -> Name {
    name(["registry", "content", &digest.to_hex()])
}

fn blob_link(repository: &RepositoryName, digest: Digest) -> Name {
    name(["registry", "blobs", repository.as_str(), &digest.to_hex()])
}

fn manifest_link(repository: &RepositoryName, digest: Digest) -> Name {
    name(["registry", "manifests", repository.as_str(), &digest.to_hex()])
}

fn tag_link(repository: &RepositoryName, tag: &str) -> Name {
    name(["registry", "tags", repository.as_str(), tag])
}

/// Stays when the last blob goes: 2.8 lists a repository from its first blob on.
fn known(repository: &RepositoryName) -> Name {
    name(["registry", "known", repository.as_str()])
}

/// Stays when the last tag goes: 2.8 lists no tags instead of denying the repository.
fn tagged(repository: &RepositoryName) -> Name {
    name(["registry", "tagged", repository.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_it_all_tomorrow() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Store::new(Arc::new(Shelf::in_folder(folder.path()).unwrap()));
        let [a, b] = ["a", "b/c"].map(|name| RepositoryName::parse(name).unwrap());
        let (tag, digest) = (Tag::parse("1.0").unwrap(), Digest::of(b"x"));
        let store = open();
        store.put_blob(&a, digest, Bytes::from_static(b"x")).unwrap();
        assert!(store.mount_blob(&a, &b, digest).unwrap());
        assert!(!store.mount_blob(&a, &b, Digest::of(b"y")).unwrap());
        store.put_manifest(&a, digest, Bytes::from_static(b"x"), Some(&tag)).unwrap();
        assert!(store.remove_blob(&a, digest).unwrap());

        let store = open();
        assert_eq!(store.repositories(), ["a", "b/c"]);
        assert_eq!(store.blob(&a, digest), None);
        assert_eq!(store.blob(&b, digest), Some(Bytes::from_static(b"x")));
        assert_eq!((store.tagged(&a, &tag), store.tags(&b)), (Some(digest), None));
        assert_eq!(store.manifests(&a), [(digest, Bytes::from_static(b"x"))]);
        assert!(store.remove_manifest(&a, digest).unwrap());
        assert_eq!(open().tags(&a), Some(vec![]));
    }
}
