//! Every parser that bytes from outside reach, as a table of targets: what comes in, and what must hold of whatever is taken.
//!
//! A panic is a finding. `tests/smoke.rs` drives the table on the stable toolchain, `libfuzzer` for as long as one likes; see `README.md`.

#![allow(clippy::expect_used, reason = "a panic is how a target tells of a finding")]

mod faces;
mod forge;
mod keys;
mod metadata;
mod names;
mod payloads;
mod requests;
mod store;
mod wire;

/// A parser, or a few that read the same bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, which is that of its folder in `corpus`.
    pub name: &'static str,
    /// Where such bytes come from.
    pub from: &'static str,
    /// How many inputs of a cheap target cost as much as one of this.
    pub cost: u32,
    /// Feeds it. Panics where the bytes break a promise.
    pub run: fn(&[u8]),
}

const fn target(name: &'static str, from: &'static str, cost: u32, run: fn(&[u8])) -> Target {
    Target { name, from, cost, run }
}

/// All targets.
pub const TARGETS: &[Target] = &[
    target("json", "metadata from a server, whoever signed it", 1, metadata::json),
    target("envelope", "metadata from a server, with whatever signatures", 8, metadata::envelope),
    target("root", "the root that a server offers, or that a peer has stored", 4, metadata::root),
    target("pins", "a pattern and a bundle of authorities that a person has pinned", 8, metadata::pins),
    target("root_signed", "a root by one who holds its keys", 2, payloads::root),
    target("timestamp_signed", "a timestamp by one who holds its key", 2, payloads::timestamp),
    target("snapshot_signed", "a snapshot by one who holds its key", 2, payloads::snapshot),
    target("targets_signed", "a targets file by one who holds its key", 8, payloads::targets),
    target("delegation_signed", "a delegation's file by one who holds its key", 8, payloads::delegation),
    target("server_key", "the public key that a Notary server makes for a role", 1, payloads::server_key),
    target("change", "a change that a peer has staged in its changelist", 1, payloads::change),
    target("pem", "key files and certificates", 1, keys::pem),
    target("key_file", "a private key file that is loaded or stored, in PEM", 8, keys::key_file),
    target("private_der", "what stands inside of such a file", 4, keys::private_der),
    target("encrypted_der", "what stands inside of an encrypted one", 2, keys::encrypted_der),
    target("legacy_pem", "an encrypted key file of OpenSSL's or an old Notary's", 2, keys::legacy_pem),
    target("spki", "public keys in metadata and in files", 1, keys::spki),
    target("certificate", "certificates in metadata and in files, in DER", 1, keys::certificate),
    target("bundle", "the certificates of a root key, in PEM", 2, keys::bundle),
    target("public_key_file", "a signer's public key file", 2, keys::public_key_file),
    target("signature", "signatures in metadata", 8, keys::signature),
    target("name", "names of repositories, roles and tags, digests, IDs and times, wherever they stand", 1, names::name),
    target("reference", "an image as a person types it, or a pipeline passes it on", 1, names::reference),
    target("address", "addresses of servers, in settings", 1, names::address),
    target("server_error", "the body of a server's refusal", 1, wire::server_error),
    target("notary_answer", "an answer of a Notary server", 64, wire::notary_answer),
    target("challenge", "the header by which a server asks for a token", 32, wire::challenge),
    target("engine_stream", "what a Docker Engine reports of a push or a pull", 32, wire::engine_stream),
    target("docker_config", "Docker's config.json", 16, store::docker_config),
    target("docker_context", "the file of a Docker context, or DOCKER_HOST", 8, store::docker_context),
    target("floor", "the floor beside the stored metadata", 16, store::floor),
    target("journal", "the journal of a commit that was cut off", 16, store::journal),
    target("sent", "the record of what was sent", 16, store::sent),
    target("stored_targets", "stored metadata, as completion reads it", 8, store::stored_targets),
    target("stored_key", "a file in the folder of private keys", 16, store::stored_key),
    target("tls_files", "certificates and keys for TLS", 4, store::tls_files),
    target("passphrase_file", "a file with a passphrase", 4, store::passphrase_file),
    target("settings", "dct/config.toml", 4, faces::settings),
    target("notary_config", "notary's configuration file, in JSON, YAML or TOML", 4, faces::notary_config),
    target("notary_request", "requests to the sandbox's Notary endpoint", 8, requests::notary),
    target("registry_request", "requests to the sandbox's registry", 4, requests::registry),
    target("token_request", "requests to the sandbox's token server", 4, requests::tokens),
];
