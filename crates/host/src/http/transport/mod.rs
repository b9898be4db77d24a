//! The transport: TLS and its authorities, proxies, connections, limits and deadlines, and the trace. It knows nothing of what is asked.

mod agreed_tls;
mod causes;
mod certificate;
pub mod endpoint;
pub(in crate::http) mod exchange;
pub(in crate::http) mod failure;
pub(in crate::http) mod host_client;
pub(in crate::http) mod hosts;
pub mod named_tls;
mod no_proxy;
pub(in crate::http) mod pace;
pub mod pem_files;
pub(in crate::http) mod proxy;
mod proxy_answer;
pub(in crate::http) mod public_url;
mod self_signed;
pub(in crate::http) mod site;
mod tls;
mod tls_fault;
pub mod tls_files;
mod unpack;
mod watch;
