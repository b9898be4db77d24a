//! What a person could do about TLS.

use client::ports::{Asked, CertificateFault, RefusedCertificate, TlsFault};

use super::asked::{host_of, is_notary};

/// Where certificates for a host lie in the folders of Docker: which, and in which `file`, where that matters.
fn put(certificates: &str, host: &str, file: &str) -> String {
    format!(
        "put {certificates} in tls/{host}/{file} of Docker's folder (~/.docker, unless DOCKER_CONFIG or --config names another) or in \
         /etc/docker/certs.d/{host}/{file}"
    )
}

/// The hint for a failure of TLS.
pub(crate) fn hint(asked: &Asked, fault: &TlsFault) -> Option<String> {
    let host = host_of(&asked.url).unwrap_or_else(|| "HOST".to_owned());
    match fault {
        TlsFault::Certificate(certificate) if is_unknown(certificate) => {
            Some(format!("if your own authority issued the certificate, {}", put("that authority's certificate", &host, "ca.crt")))
        }
        TlsFault::CertificateWanted => Some(format!(
            "{}: its administrator says who issues them",
            put("yours, and its key, as client.cert and client.key", &host, "")
        )),
        fault => of_server(fault),
    }
}

/// The same under the name `notary`, where flags and its configuration name the files.
pub(crate) fn hint_of_notary(asked: &Asked, fault: &TlsFault) -> Option<String> {
    let hint = match fault {
        TlsFault::Certificate(certificate) if is_unknown(certificate) && !is_notary(asked) => {
            "for a token server elsewhere the system's authorities count; those of --tlscacert and remote_server.root_ca are for the server and \
             its site"
        }
        TlsFault::Certificate(certificate) if is_unknown(certificate) => {
            "if your own authority issued the certificate, name that authority's by --tlscacert, or in remote_server.root_ca"
        }
        TlsFault::CertificateWanted => {
            "name yours by --tlscert and its key by --tlskey, or in remote_server.tls_client_cert and tls_client_key"
        }
        fault => return of_server(fault),
    };
    Some(hint.to_owned())
}

fn is_unknown(certificate: &RefusedCertificate) -> bool {
    matches!(certificate.why, CertificateFault::Authority | CertificateFault::UnknownAuthority)
}

/// What is the same under every name.
fn of_server(fault: &TlsFault) -> Option<String> {
    let hint = match fault {
        TlsFault::Certificate(certificate) => return Some(of_certificate(certificate)),
        TlsFault::CertificateNotTaken(_) => {
            "ask who administers the server which authority must have issued the certificates of its clients, and until when yours is valid"
        }
        TlsFault::NotTls => "is this the port on which the server speaks https?",
        TlsFault::NothingInCommon => {
            "TLS 1.2 with ECDHE and TLS 1.3 are spoken here; ask who administers the server what it speaks, and whether it wants a client certificate"
        }
        TlsFault::OldVersion => "TLS 1.2 or 1.3 must be switched on at the server",
        TlsFault::Alert("unrecognized_name") => "the server knows no such name: is it the right one?",
        TlsFault::Alert(_) | TlsFault::Broken => "its log says more; what stands between may answer in its place",
        TlsFault::CertificateWanted => return None,
    };
    Some(hint.to_owned())
}

fn of_certificate(certificate: &RefusedCertificate) -> String {
    let anew = "who administers the server must have it issued anew";
    let name = &certificate.asked;
    let kind = if name.parse::<std::net::IpAddr>().is_ok() { "IP" } else { "DNS" };
    match certificate.why {
        CertificateFault::Name => "use a name of the server that is in its certificate".to_owned(),
        CertificateFault::NoName | CertificateFault::Version => {
            format!("{anew}, with the names of the server as its subjectAltName (openssl: subjectAltName={kind}:{name})")
        }
        CertificateFault::Expired => "ask who administers the server to renew it, and look at the date of this machine".to_owned(),
        CertificateFault::NotYetValid => "look at the date of this machine; where that is right, the certificate is not".to_owned(),
        CertificateFault::Purpose => format!("{anew}, with serverAuth in its extended key usage"),
        CertificateFault::IssuerIsNone => format!("{anew}, by an authority, whose own certificate says CA:TRUE"),
        CertificateFault::Extension => format!("{anew}, without that extension, or with one that is not critical"),
        CertificateFault::Key => {
            "the server's key and its certificate do not belong together; who administers it must say".to_owned()
        }
        CertificateFault::Algorithm
        | CertificateFault::NameConstraints
        | CertificateFault::PathLength
        | CertificateFault::Revoked
        | CertificateFault::Signature
        | CertificateFault::Unreadable => anew.to_owned(),
        // told with the folders
        CertificateFault::Authority | CertificateFault::UnknownAuthority => "its authority is not trusted here".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::ports::Service;

    #[test]
    fn each_fault_has_a_way_on() {
        let asked = Asked::request(Service::Notary, "https://10.0.0.1:8443/v2/");
        let certificate = |why| TlsFault::from(RefusedCertificate::unread("10.0.0.1", why));
        for (fault, docker, notary) in [
            (certificate(CertificateFault::UnknownAuthority), "tls/10.0.0.1:8443/ca.crt of Docker's folder", "--tlscacert"),
            (certificate(CertificateFault::NoName), "subjectAltName=IP:10.0.0.1", "issued anew"),
            (certificate(CertificateFault::Purpose), "serverAuth", "serverAuth"),
            (certificate(CertificateFault::NotYetValid), "the date of this machine", "the date of this machine"),
            (TlsFault::CertificateWanted, "client.cert and client.key in tls/10.0.0.1:8443/", "--tlscert"),
            (TlsFault::NothingInCommon, "client certificate", "client certificate"),
        ] {
            let hints = [hint(&asked, &fault).unwrap(), hint_of_notary(&asked, &fault).unwrap()];
            assert!(hints[0].contains(docker) && hints[1].contains(notary), "{hints:?}");
        }
    }
}
