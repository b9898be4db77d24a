//! What the settings say, as the ports' ends take it.

use std::path::Path;

use crate::config::settings::{DctSettings, OnUnreleased, RegistrySettings};
use client::session::RefuseUnreleased;
use host::{
    docker::tls::{CaFile, TlsFolders},
    http::permissions::{Permissions, Permitted},
    notary::servers::Servers,
    registry,
};

/// For which registries nothing is answered where nothing is known to be released.
pub(super) fn unreleased(settings: &DctSettings) -> RefuseUnreleased {
    let refusing = settings.registries().filter(|(_, set)| set.unreleased == OnUnreleased::Refuse);
    RefuseUnreleased::refused_for(refusing.map(|(registry, _)| registry))
}

/// What the settings allow by name: each for one registry.
pub(super) fn permissions(settings: &DctSettings) -> Permissions {
    settings.registries().fold(Permissions::default(), |permissions, (registry, set)| {
        let permitted = Permitted { token_realms: set.token_realms.clone(), token_receivers: set.token_receivers.clone() };
        permissions.with(registry, permitted)
    })
}

/// Docker's folders, and the CA files of the settings, each for the registry and for its own Notary server.
pub(super) fn tls(settings: &DctSettings, servers: &Servers, config_dir: &Path) -> TlsFolders {
    let ca_file = |(registry, set): (&str, &RegistrySettings)| {
        let hosts = [registry::address(registry), servers.of_registry(registry)];
        let hosts = hosts.into_iter().flatten().map(|api| api.host()).collect();
        Some((registry.to_owned(), CaFile { path: set.ca.clone()?, hosts }))
    };
    TlsFolders { ca_files: settings.registries().filter_map(ca_file).collect(), ..TlsFolders::of_docker(config_dir) }
}
