//! `multipart/form-data` (RFC 7578), as much as an upload needs: the name of each file and its bytes.

use hyper::body::Bytes;

/// A file of a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FormPart {
    /// The `filename` of its `Content-Disposition`; none where it has none or the header cannot be read.
    pub(super) filename: Option<String>,
    /// The content.
    pub(super) content: Bytes,
}

/// Bytes that are not a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotAForm;

/// The parts of a form, in their order. `content_type` is the header of the request.
pub(super) fn parts(content_type: &str, body: &Bytes) -> Result<Vec<FormPart>, NotAForm> {
    let (kind, parameters) = parameters(content_type).ok_or(NotAForm)?;
    if !matches!(kind.as_str(), "multipart/form-data" | "multipart/mixed") {
        return Err(NotAForm);
    }
    let boundary = value(&parameters, "boundary").filter(|boundary| !boundary.is_empty()).ok_or(NotAForm)?;
    let dashes = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut at = preamble_end(body, dashes.as_bytes()).ok_or(NotAForm)?;
    loop {
        match line_after(body, at).ok_or(NotAForm)? {
            Line::Last => return Ok(parts),
            Line::More(start) => {
                let (part, end) = read_part(body, start, dashes.as_bytes()).ok_or(NotAForm)?;
                parts.push(part);
                at = end;
            }
        }
    }
}

/// What follows a boundary.
enum Line {
    /// `--`: no part.
    Last,
    /// White space and a line's end: a part, which begins here.
    More(usize),
}

fn line_after(body: &[u8], at: usize) -> Option<Line> {
    let rest = body.get(at..)?;
    if rest.starts_with(b"--") {
        return Some(Line::Last);
    }
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    rest.get(..end)?.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')).then_some(Line::More(at + end + 1))
}

/// Behind the first boundary; what stands before it is passed over by lines.
fn preamble_end(body: &[u8], dashes: &[u8]) -> Option<usize> {
    let starts = std::iter::once(0).chain(body.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1));
    starts.map(|start| (start, start + dashes.len())).find_map(|(start, end)| (body.get(start..end)? == dashes).then_some(end))
}

/// The part that begins here, and the place behind the boundary that ends it.
fn read_part(body: &Bytes, start: usize, dashes: &[u8]) -> Option<(FormPart, usize)> {
    let mut at = start;
    let mut filename = None;
    loop {
        let rest = body.get(at..)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        at += end + 1;
        let line = String::from_utf8_lossy(rest.get(..end)?).trim_end_matches('\r').to_owned();
        if line.is_empty() {
            break;
        }
        let (name, header) = line.split_once(':')?;
        if name.eq_ignore_ascii_case("content-disposition") {
            filename = parameters(header).and_then(|(_, parameters)| value(&parameters, "filename").map(str::to_owned));
        }
    }
    // a part without content has its boundary at once
    if body.get(at..)?.starts_with(dashes) && line_after(body, at + dashes.len()).is_some() {
        return Some((FormPart { filename, content: Bytes::new() }, at + dashes.len()));
    }
    let mut from = at;
    loop {
        let line_end = from + body.get(from..)?.iter().position(|byte| *byte == b'\n')?;
        let next = line_end + 1;
        if body.get(next..)?.starts_with(dashes) && line_after(body, next + dashes.len()).is_some() {
            let end = if line_end > at && body.get(line_end - 1) == Some(&b'\r') { line_end - 1 } else { line_end };
            return Some((FormPart { filename, content: body.slice(at..end) }, next + dashes.len()));
        }
        from = next;
    }
}

/// A header's value in lower case, and its parameters (RFC 2045).
fn parameters(header: &str) -> Option<(String, Vec<(String, String)>)> {
    let (kind, mut rest) = header.split_once(';').unwrap_or((header, ""));
    let mut found = Vec::new();
    while !rest.trim().is_empty() {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (text, more) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => after.split_once(';').map_or((after.trim().to_owned(), ""), |(text, more)| (text.trim().to_owned(), more)),
        };
        found.push((name.trim().to_lowercase(), text));
        rest = more;
    }
    let kind = kind.trim().to_lowercase();
    (!kind.is_empty()).then_some((kind, found))
}

/// The text up to the quote that ends it, and what follows the next semicolon.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            // Go takes a backslash for itself where what follows would need none
            '\\' if chars.clone().next().is_some_and(|(_, next)| r#"()<>@,;:\"/[]?="#.contains(next)) => text.push(chars.next()?.1),
            '"' => {
                let rest = quoted.get(at + 1..)?.trim_start();
                return if rest.is_empty() { Some((text, rest)) } else { Some((text, rest.strip_prefix(';')?)) };
            }
            c => text.push(c),
        }
    }
    None
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"b\"";

    fn read(body: &str) -> Result<Vec<(Option<String>, String)>, NotAForm> {
        let parts = parts(TYPE, &Bytes::from(body.to_owned()))?;
        Ok(parts.into_iter().map(|part| (part.filename, String::from_utf8(part.content.to_vec()).unwrap())).collect())
    }

    #[test]
    fn parts_are_read_whatever_is_in_them() {
        let body = "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"targets/a\"\r\n\r\n--bx\r\n--b is not it\r\n\r\n--b  \r\n\
                    content-disposition: form-data; filename=plain\r\n\r\n--b\r\nX: y\r\n\r\n\r\n--b--\r\n";
        assert_eq!(
            read(body).unwrap(),
            [
                (Some("targets/a".to_owned()), "--bx\r\n--b is not it\r\n".to_owned()),
                (Some("plain".to_owned()), String::new()),
                (None, String::new()),
            ]
        );
        assert_eq!(read("--b--").unwrap(), []);
    }

    #[test]
    fn a_broken_form_is_refused() {
        for body in ["", "--b", "--b\r\n", "--b\r\nX: y\r\n", "--b\r\n\r\ncontent", "--b\r\nno header\r\n\r\nx\r\n--b--", "x--b--"]
        {
            assert_eq!(read(body), Err(NotAForm), "{body:?}");
        }
        for kind in ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"b"]
        {
            assert_eq!(parts(kind, &Bytes::from_static(b"--b--")), Err(NotAForm), "{kind}");
        }
    }
}
