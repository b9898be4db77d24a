//! The body of an upload (RFC 7578), as Notary's client writes it: only the file names matter, and they keep their slashes.

use client::ports::Bytes;
use trust::model::role::RoleName;

/// The media type and the body. The server reads a form without parts, too.
pub(super) fn form(files: &[(RoleName, Bytes)]) -> (String, Bytes) {
    let boundary = boundary(files);
    let mut body = Vec::new();
    for (role, bytes) in files {
        // a role's name has no character that would need escaping
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{role}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body.into())
}

/// A boundary that none of the files holds.
fn boundary(files: &[(RoleName, Bytes)]) -> String {
    let taken = |boundary: &str| files.iter().any(|(_, bytes)| bytes.windows(boundary.len()).any(|w| w == boundary.as_bytes()));
    let mut boundary = "dct-trust-metadata".to_owned();
    while taken(&boundary) {
        boundary.push('-');
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_a_role() {
        let files =
            [(RoleName::parse("targets/alice").unwrap(), Bytes::from(&b"{}"[..])), (RoleName::root(), Bytes::from(&b"x"[..]))];
        let (media_type, body) = form(&files);
        assert_eq!(media_type, "multipart/form-data; boundary=dct-trust-metadata");
        assert_eq!(
            String::from_utf8_lossy(&body),
            "--dct-trust-metadata\r\n\
             Content-Disposition: form-data; name=\"files\"; filename=\"targets/alice\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{}\r\n\
             --dct-trust-metadata\r\n\
             Content-Disposition: form-data; name=\"files\"; filename=\"root\"\r\n\
             Content-Type: application/octet-stream\r\n\r\nx\r\n\
             --dct-trust-metadata--\r\n"
        );
        assert_eq!(&*form(&[]).1, b"--dct-trust-metadata--\r\n");
    }

    #[test]
    fn no_content_ends_a_part() {
        let files = [(RoleName::root(), Bytes::from(&b"\r\n--dct-trust-metadata--\r\n"[..]))];
        assert_eq!(form(&files).0, "multipart/form-data; boundary=dct-trust-metadata---");
    }
}
