//! The codes and the facts of what fails behind the ports.

use super::{
    code::Coded,
    facts::{Fact, Facts, facts, number, text, with},
};
use crate::ports::{
    Asked, DecisionError, EngineError, KeyStoreError, ProxyFault, RegistryError, RemoteError, Service, StatusFacts, StoreError,
    Withheld,
};

impl Coded for DecisionError {
    fn code(&self) -> &'static str {
        match self {
            Self::AttemptsExceeded => "wrong-passphrase",
            Self::NewAttemptsExceeded => "no-new-passphrase",
            Self::Interrupted => "interrupted",
            Self::NoAnswer(_) => "no-answer",
        }
    }
}

impl Coded for EngineError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadAnswer { .. } => "bad-answer",
            Self::Credentials(error) => error.code(),
            Self::Failed(_) => "engine-failed",
            Self::Lost { .. } => "connection-lost",
            Self::NoSuchImage(_) => "no-such-image",
            Self::Refused { .. } => "engine-refused",
            Self::Unreachable { .. } => "unreachable",
            Self::Unusable(_) => "unusable-setting",
        }
    }

    fn facts(&self) -> Facts {
        let engine = service(Service::Engine);
        match self {
            Self::BadAnswer { host, reason: cause } | Self::Lost { host, cause } | Self::Unreachable { host, cause, .. } => {
                facts([engine, ("host", text(host)), ("reason", text(cause))])
            }
            Self::Credentials(error) => error.facts(),
            Self::Failed(said) | Self::NoSuchImage(said) => facts([engine, ("said", text(said))]),
            Self::Refused { status, message } => facts([engine, ("status", number(*status)), ("said", text(message))]),
            Self::Unusable(reason) => facts([engine, ("reason", text(reason))]),
        }
    }
}

impl Coded for KeyStoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadKeyFile { .. } => "bad-key-file",
            Self::Copy(_) => "key-copy",
            Self::Io { .. } => "io",
            Self::NoSuchKey(_) => "no-such-key",
            Self::WrongKey { .. } => "wrong-key",
            Self::WrongPassphrase(_) => "wrong-passphrase",
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::BadKeyFile { path, reason } => facts([("path", text(&path.display())), ("reason", text(reason))]),
            Self::Copy(path) => facts([("path", text(&path.display()))]),
            Self::Io { path, source, .. } => facts([("path", text(&path.display())), ("reason", text(source))]),
            Self::NoSuchKey(id) | Self::WrongPassphrase(id) => facts([("key", text(id))]),
            Self::WrongKey { path, found } => facts([("path", text(&path.display())), ("found", text(found))]),
        }
    }
}

impl Coded for RegistryError {
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchDigest { .. } => "no-such-digest",
            Self::NoSuchTag { .. } => "no-such-tag",
            Self::Remote(error) => error.code(),
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::NoSuchDigest { url } | Self::NoSuchTag { url } => facts([service(Service::Registry), ("url", text(url))]),
            Self::Remote(error) => error.facts(),
        }
    }
}

impl Coded for RemoteError {
    fn code(&self) -> &'static str {
        match self {
            Self::BadAnswer { .. } => "bad-answer",
            Self::Conflict { .. } => "conflict",
            Self::Forbidden { .. } => "forbidden",
            Self::NoServerKey { .. } | Self::NotFound { .. } => "not-found",
            Self::Proxy { .. } => "proxy",
            Self::Rejected { .. } => "rejected",
            Self::Status { .. } => "server-error",
            Self::Tls { .. } => "tls",
            Self::Unauthorized { .. } => "unauthorized",
            Self::Unreachable { .. } => "unreachable",
            Self::Unusable(_) => "unusable-setting",
            Self::Withheld { .. } => "credentials-withheld",
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Conflict { asked: of, .. } | Self::NoServerKey { asked: of } | Self::NotFound { asked: of } => asked(of),
            Self::BadAnswer { asked: of, reason } | Self::Unauthorized { asked: of, reason } => {
                with(asked(of), [("reason", text(reason))])
            }
            Self::Forbidden { asked: of, user } => with(asked(of), user.as_ref().map(|user| ("user", text(user)))),
            Self::Proxy { asked: of, proxy, fault } => {
                let status = match &**fault {
                    ProxyFault::Answered { status, .. } => Some(("status", number(*status))),
                    _ => None,
                };
                with(with(asked(of), [("proxy", text(&proxy.address)), ("reason", text(fault))]), status)
            }
            Self::Rejected { asked: of, message } => with(asked(of), [("said", text(message))]),
            Self::Status { asked: of, status, facts } => {
                let StatusFacts { said, retry_after, sent, leads_to } = &**facts;
                let said = said.as_ref().map(|said| ("said", text(said)));
                let retry_after = retry_after.map(|wait| ("retryAfter", number(wait.as_secs())));
                let sent = sent.map(|sent| ("sent", number(sent)));
                let leads_to = leads_to.as_ref().map(|url| ("leadsTo", text(url)));
                with(with(asked(of), [("status", number(*status))]), [said, retry_after, sent, leads_to].into_iter().flatten())
            }
            Self::Tls { asked: of, fault } => with(asked(of), [("reason", text(fault))]),
            Self::Unreachable { asked: of, cause, .. } => with(asked(of), [("reason", text(cause))]),
            Self::Withheld { asked: of, withheld, .. } => {
                let (Withheld::Credentials { registry, host } | Withheld::Tokens { registry, host }) = &**withheld;
                with(asked(of), [("registry", text(registry)), ("host", text(host))])
            }
            Self::Unusable(reason) => facts([("reason", text(reason))]),
        }
    }
}

impl Coded for StoreError {
    fn code(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Corrupt { .. } => "corrupt-store",
            Self::Io { .. } => "io",
        }
    }

    fn facts(&self) -> Facts {
        match self {
            Self::Busy { gun, path, seconds } => {
                facts([("repository", text(gun)), ("path", text(&path.display())), ("seconds", number(*seconds))])
            }
            Self::Corrupt { path, reason } => facts([("path", text(&path.display())), ("reason", text(reason))]),
            Self::Io { path, source, .. } => facts([("path", text(&path.display())), ("reason", text(source))]),
        }
    }
}

fn service(service: Service) -> (&'static str, Fact) {
    ("service", text(service.name()))
}

fn asked(asked: &Asked) -> Facts {
    facts([service(asked.service), ("url", text(&asked.url))])
}
