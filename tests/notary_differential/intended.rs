//! What differs on purpose. Each stands in docs/compatibility.md too, and its step looks at the right behaviour.

/// A name, and the reason.
pub(crate) const INTENDED: &[(&str, &str)] = &[
    ("unknown-subcommand", "notary shows a help page for an unknown command of key or delegation, and ends well"),
    ("version", "the version is ours"),
    ("paths", "nothing outside the trust folder can be reached"),
    ("parser-words", "the words of other parsers of JSON, YAML and TOML"),
    ("no-overwriting", "a key that was just made is not written over another one"),
    ("passwd-asks", "a variable that opens a key is not taken for its new passphrase"),
    ("import-reasons", "why a key is refused is told as the cause, not in the log"),
    ("import-renames", "a stored key gets no other role by an import"),
    ("import-warnings", "the import of a root key is told of"),
    ("unknown-role", "a role that the repository lacks is told of"),
    ("absolute-location", "a trust folder is shown by its whole path"),
    ("server-scheme", "an address that is no server's is refused as one"),
    ("login-on-a-terminal", "nobody is asked for a login where there is no terminal"),
    ("import-nothing", "a file without a key is no success"),
    ("no-sha256", "a target without SHA-256 is warned of"),
    ("size", "a size that no signed file can hold is not staged"),
    ("export-of-nothing", "no file is emptied by an export that finds no key"),
    ("skip-tls", "skipTLSVerify is refused"),
];
