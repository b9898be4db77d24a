//! What differs on purpose. Each stands in docs/compatibility.md too, and its step looks at the right behaviour.

/// A name, and the reason.
pub(crate) const INTENDED: &[(&str, &str)] = &[
    ("help", "help pages list dct's own verbs and flags"),
    ("usage", "an unknown command is answered with all of the usage, and sign's has several images"),
    ("base-role-name", "a key named as a role is would be taken for that role's key"),
    ("encrypted-key", "docker says that it loaded an encrypted key, and stores nothing"),
    ("more-key-forms", "forms of private keys that docker refuses are loaded"),
    ("small-rsa-key", "an RSA key under 2048 bits is refused when it is loaded, not when it is used"),
    ("key-refusal", "the reason for which a key is refused is the first line, not a log line"),
    ("end-of-input", "one error that names the variable, not twelve prompts"),
    ("several-images", "dct signs several images at once, and a named digest"),
    ("remove-removes", "docker's signer remove does nothing unless the last signer is confirmed by a y"),
    ("nothing-to-lose", "docker removes no signer where no released tag counts"),
    ("certificate-signer", "docker compares IDs of two kinds, and never finds that a signer with a certificate is the last"),
    ("typed-name", "docker lets a key file decide under which name it is stored"),
    ("moved-tag", "docker signs what another has released, whatever the registry serves"),
    ("unreleased", "docker calls a success what no pull takes"),
    ("releases-alone", "docker shows what only targets/releases has as the repository owner's, and not who may release"),
    ("named-digest", "docker compares a digest in an image's name with nothing"),
    ("removed-key-signs-again", "what a removed signer signed last begins at a version that the server has already"),
    ("base-entries", "docker's revoke leaves what targets signs"),
    ("revoke-lacks-keys", "docker says that a signature was deleted where it had no key to do so"),
    ("staged-changes", "docker deletes what notary has staged"),
    ("bad-server", "a server that cannot be one is refused before a verb begins"),
    ("log-lines", "docker logs an error before it tells it"),
    ("network-words", "the words of another HTTP stack"),
];
