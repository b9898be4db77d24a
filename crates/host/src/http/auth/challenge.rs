//! What a server asks for: the `WWW-Authenticate` header (RFC 9110 11.6.1).

use serde::{Deserialize, Serialize};

use super::{failure::FailureKind, realm::Realm};

/// Longest header that is read, in bytes.
const MAX_HEADER: usize = 8 << 10;

/// Most challenges, and most parameters of one, that are read.
const MAX_COUNT: usize = 32;

/// What a server wants to see before it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scheme", rename_all = "lowercase")]
pub(super) enum Challenge {
    /// Nothing.
    None,
    /// A user's name and password.
    Basic,
    /// A token, which the realm's server gives for a service (distribution's token specification).
    Bearer {
        /// The token server.
        realm: Realm,
        /// Whom the token is for.
        service: Option<String>,
    },
}

/// The strongest challenge of the headers that we can meet: Bearer before Basic. An error says what is wrong with them: with a realm that is
/// none the server has answered badly, and else it has refused.
pub(super) fn choose<'h>(headers: impl Iterator<Item = &'h [u8]>) -> Result<Challenge, FailureKind> {
    let unmet = |reason: &str| FailureKind::Unauthorized(reason.to_owned());
    let mut basic = false;
    let mut seen = false;
    for header in headers.take(MAX_COUNT) {
        for raw in parse(header).map_err(unmet)? {
            seen = true;
            if raw.scheme == "bearer" {
                let realm = raw.get("realm").filter(|realm| !realm.is_empty());
                let realm = Realm::parse(realm.ok_or_else(|| unmet("its Bearer challenge has no realm"))?)
                    .map_err(FailureKind::bad_answer)?;
                return Ok(Challenge::Bearer { realm, service: raw.get("service").map(str::to_owned) });
            }
            basic |= raw.scheme == "basic";
        }
    }
    match (basic, seen) {
        (true, _) => Ok(Challenge::Basic),
        (false, true) => Err(unmet("it asks for a kind of authentication that is neither Bearer nor Basic")),
        (false, false) => Err(unmet("the server does not say how to authenticate")),
    }
}

/// One challenge of a header.
#[derive(Debug, PartialEq, Eq)]
struct Raw {
    /// In lower case.
    scheme: String,
    /// Names in lower case.
    parameters: Vec<(String, String)>,
}

impl Raw {
    fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

const MALFORMED: &str = "its WWW-Authenticate header cannot be read";

fn parse(header: &[u8]) -> Result<Vec<Raw>, &'static str> {
    if header.len() > MAX_HEADER {
        return Err("its WWW-Authenticate header is too long");
    }
    let text = std::str::from_utf8(header).map_err(|_| MALFORMED)?;
    let mut scanner = Scanner(text);
    let mut challenges: Vec<Raw> = Vec::new();
    scanner.skip_commas();
    while !scanner.0.is_empty() {
        let scheme = scanner.token().ok_or(MALFORMED)?;
        let mut raw = Raw { scheme: scheme.to_ascii_lowercase(), parameters: Vec::new() };
        if scanner.skip_spaces() && !scanner.skip_token68() {
            while let Some((name, value)) = scanner.parameter()? {
                if raw.get(&name).is_some() || raw.parameters.len() >= MAX_COUNT {
                    return Err(MALFORMED);
                }
                raw.parameters.push((name, value));
            }
        }
        challenges.push(raw);
        if challenges.len() > MAX_COUNT || !(scanner.0.is_empty() || scanner.skip_commas()) {
            return Err(MALFORMED);
        }
    }
    Ok(challenges)
}

/// The rest of a header.
#[derive(Clone, Copy)]
struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn take_while(&mut self, of: impl Fn(char) -> bool) -> &'a str {
        let rest = self.0.trim_start_matches(of);
        let taken = self.0.strip_suffix(rest).unwrap_or_default();
        self.0 = rest;
        taken
    }

    fn skip_spaces(&mut self) -> bool {
        !self.take_while(|c| matches!(c, ' ' | '\t')).is_empty()
    }

    /// White space and commas; whether a comma was among them.
    fn skip_commas(&mut self) -> bool {
        self.take_while(|c| matches!(c, ' ' | '\t' | ',')).contains(',')
    }

    fn token(&mut self) -> Option<&'a str> {
        let token = self.take_while(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
        (!token.is_empty()).then_some(token)
    }

    /// Credentials in one word, as Negotiate has them: up to a comma or the end.
    fn skip_token68(&mut self) -> bool {
        let mut ahead = *self;
        let word = ahead.take_while(|c| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
        ahead.take_while(|c| c == '=');
        ahead.skip_spaces();
        let whole = !word.is_empty() && (ahead.0.is_empty() || ahead.0.starts_with(','));
        if whole {
            *self = ahead;
        }
        whole
    }

    /// `name=value` with the comma before it; none, and nothing taken, where a new challenge or the end comes.
    fn parameter(&mut self) -> Result<Option<(String, String)>, &'static str> {
        let mut ahead = *self;
        ahead.skip_commas();
        let Some(name) = ahead.token() else {
            return if ahead.0.is_empty() { Ok(None) } else { Err(MALFORMED) };
        };
        ahead.skip_spaces();
        let Some(rest) = ahead.0.strip_prefix('=') else { return Ok(None) };
        ahead.0 = rest;
        ahead.skip_spaces();
        let value = if ahead.0.starts_with('"') { ahead.quoted()? } else { ahead.token().ok_or(MALFORMED)?.to_owned() };
        let mut after = ahead;
        after.skip_spaces();
        if !(after.0.is_empty() || after.0.starts_with(',')) {
            return Err(MALFORMED);
        }
        *self = ahead;
        Ok(Some((name.to_ascii_lowercase(), value)))
    }

    fn quoted(&mut self) -> Result<String, &'static str> {
        let mut chars = self.0.chars();
        chars.next();
        let mut value = String::new();
        loop {
            match chars.next().ok_or(MALFORMED)? {
                '"' => break,
                '\\' => value.push(chars.next().ok_or(MALFORMED)?),
                c => value.push(c),
            }
        }
        if value.chars().any(char::is_control) {
            return Err(MALFORMED);
        }
        self.0 = chars.as_str();
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::transport::failure::Failure;

    fn chosen(headers: &[&str]) -> Result<Challenge, FailureKind> {
        choose(headers.iter().map(|h| h.as_bytes()))
    }

    fn bearer(realm: &str, service: Option<&str>) -> Challenge {
        Challenge::Bearer { realm: Realm::parse(realm).unwrap(), service: service.map(str::to_owned) }
    }

    #[test]
    fn challenges_are_read() {
        let hub = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a:pull,push""#;
        assert_eq!(chosen(&[hub]), Ok(bearer("https://auth.docker.io/token", Some("registry.docker.io"))));
        assert_eq!(chosen(&[r#"bearer  Realm = "https://a/\"x\\" , service=b"#]), Ok(bearer(r#"https://a/"x\"#, Some("b"))));
        assert_eq!(chosen(&[r#"Basic realm="x, y", Bearer realm="https://a",error="e""#]), Ok(bearer("https://a", None)));
        assert_eq!(chosen(&[r#"Basic realm="x""#, r#"Bearer realm="https://a""#]), Ok(bearer("https://a", None)));
        assert_eq!(chosen(&["Negotiate abc==, Basic realm=x"]), Ok(Challenge::Basic));
        assert_eq!(chosen(&["Negotiate, Basic realm=x"]), Ok(Challenge::Basic));
        assert_eq!(chosen(&[",, Basic realm=x ,"]), Ok(Challenge::Basic));
        assert_eq!(chosen(&["Basic"]), Ok(Challenge::Basic));
    }

    #[test]
    fn a_realm_that_is_none_is_a_bad_answer() {
        for realm in ["http://a", "/token", "https://a?scope=x"] {
            let header = format!("Basic realm=x, Bearer realm=\"{realm}\"");
            assert!(matches!(chosen(&[&header]), Err(FailureKind::Exchange(Failure::BadAnswer(_)))), "{header}");
        }
    }

    #[test]
    fn what_cannot_be_read_or_met_is_refused() {
        let long = format!("Bearer realm=\"https://a/{}\"", "a".repeat(1 << 20));
        let many = "Digest a=b, ".repeat(100);
        for header in [
            "Bearer",
            "Bearer realm=\"\"",
            "Bearer service=x",
            "Bearer realm=\"https://a",
            "Bearer realm=\"https://a\" junk\"",
            "Bearer realm=\"https://a\";service=x",
            "Bearer realm=\"a\", realm=\"b\"",
            "Bearer realm=",
            "Bearer realm=\"a\tb\"",
            "Bearer realm=\"a\\",
            "Digest realm=\"x\"",
            "=\"x\"",
            "\"Bearer\"",
            "",
            &long,
            &many,
        ] {
            assert!(chosen(&[header]).is_err(), "{header:?}: {:?}", chosen(&[header]));
        }
        assert!(chosen(&[]).is_err());
        assert!(choose([&b"Bearer realm=\"\xff\""[..]].into_iter()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_header_is_too_strange(header: Vec<u8>, text in "(Bearer|Basic|[a-z]{1,3})?[ ,]{0,2}([a-z]{0,3}[= ,\"\\\\]{0,3}){0,6}") {
            let _ = choose([header.as_slice(), text.as_bytes()].into_iter());
        }
    }
}
