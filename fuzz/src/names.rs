//! Short texts: whatever is taken is in its normal form.

use client::ports::RemoteError;
use host::{http::api::Api, notary::servers::Servers};
use sandbox::registry::{
    digest::Digest,
    names::{RepositoryName, Tag as RegistryTag},
};
use trust::{
    crypto::scheme::Scheme,
    model::{
        digest::Sha256,
        expiry::Expires,
        gun::Gun,
        image_name::{self, ImageName, Selector},
        key_id::{CanonicalKeyId, TufKeyId},
        role::RoleName,
        tag::Tag,
    },
    verify::{lookup::admits, pinning::RootId},
};

/// Each kind of name is written as it was read, and leads out of no folder.
pub(crate) fn name(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let text = text.as_str();
    let stays = |name: &str| name.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
    if let Ok(gun) = Gun::parse(text) {
        assert!(gun.as_str() == text && stays(text) && !gun.host().contains('/') && text.starts_with(gun.host()));
    }
    if let Ok(role) = RoleName::parse(text) {
        assert!(role.as_str() == text && stays(text) && role.is_at_or_below(&role));
        assert_eq!(role.is_delegation(), role.parent().is_some());
        if let Some(parent) = role.parent() {
            assert!(RoleName::parse(parent.as_str()).is_ok() && role.is_at_or_below(&parent) && !parent.is_at_or_below(&role));
        }
    }
    let _ = RoleName::signer(text);
    let tag = Tag::parse(text);
    assert_eq!(tag.is_some(), RegistryTag::parse(text).is_some(), "two readers of tags");
    assert!(tag.is_none_or(|tag| tag.as_str() == text && stays(text)));
    let hash = Sha256::from_hex(text);
    assert!(hash.is_none_or(|hash| hash.to_hex() == text));
    assert_eq!(hash.is_some(), Digest::parse(&format!("sha256:{text}")).is_ok(), "two readers of digests");
    assert!(Digest::parse(text).is_ok_and(|digest| digest.to_string() != text).eq(&false));
    for known in [TufKeyId::from_hex(text).is_some(), CanonicalKeyId::from_hex(text).is_some(), RootId::from_hex(text).is_some()] {
        assert_eq!(known, hash.is_some());
    }
    if let Ok(name) = RepositoryName::parse(text) {
        assert!(name.as_str() == text && stays(text));
    }
    if let Some(expires) = Expires::parse(text) {
        let written = expires.to_rfc3339();
        assert!(Expires::parse(&written) == Some(expires), "{written} is another time");
    }
    assert!(Scheme::from_name(text).is_none_or(|scheme| Scheme::from_name(scheme.name()) == Some(scheme)));
    assert!(admits(&[String::new()], text) && admits(&[text.to_owned()], text));
}

/// The whole name of an image is an image of that name.
pub(crate) fn reference(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(image) = ImageName::parse(&text) else { return };
    assert_eq!(image_name::repository(&text).as_ref(), Ok(&image.gun));
    let _ = image_name::familiar(&image.gun);
    let whole = image.tag().map_or_else(|| image.gun.to_string(), |tag| format!("{}:{tag}", image.gun));
    let again = ImageName::parse(&whole).expect("a whole name is a name");
    assert_eq!((&again.gun, again.tag()), (&image.gun, image.tag()));
    let has_digest = matches!(image.selector, Selector::Digest(_) | Selector::TagAndDigest(..));
    assert!(has_digest == text.contains('@'));
}

/// An address is written as it is read.
pub(crate) fn address(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for api in [Api::parse(&text), Api::parse_also_http(&text)].into_iter().flatten() {
        assert!(!api.to_string().contains(['?', '#']) && !api.host().contains('@') && !api.host().is_empty());
        assert_eq!(Api::parse_also_http(&api.to_string()), Ok(api));
    }
    let _ = Api::of_host(&text);
    let _ = host::registry::address(&text);
    let _ = Servers::of_notary(&text).of_registry(&text);
    if let Ok(servers) = Servers::default().for_registry("dtr.example.com", &text) {
        let _ = servers.of_registry("dtr.example.com");
    }
    let _ = RemoteError::Unusable(client::safe_text::printable(&text)).to_string();
}
