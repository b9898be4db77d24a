//! The token server of the registry and of Notary: Docker's token authentication over plain HTTP, behind the front.
//! It knows a few people by password and by identity token, gives each what the table says, and keeps a list of what it was asked.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::SystemTime,
};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::DecodePrivateKey,
};
use serde_json::{Value, json};

/// Who the tokens are for, in the challenge and in the token.
pub(crate) const SERVICE: &str = "Test Registry";
/// Who issues them.
pub(crate) const ISSUER: &str = "Test Token Server";

/// The people: name, password, and what each may do. Nobody may do anything without a name.
pub(crate) const USERS: [(&str, &str, &[&str]); 4] = [
    ("jeff", "jeff-password", &["pull", "push", "delete", "*"]),
    ("ian", "ian-password", &["pull", "push", "delete", "*"]),
    ("writer", "writer-password", &["pull", "push"]),
    ("reader", "reader-password", &["pull"]),
];

/// The password of a person of the table.
pub(crate) fn password_of(user: &str) -> &'static str {
    USERS.iter().find(|(name, ..)| *name == user).map(|(_, password, _)| *password).expect("a person of the table")
}

/// The identity token (refresh token) that stands for a person.
pub(crate) fn identity_token_of(user: &str) -> String {
    format!("identity-token-of-{user}")
}

/// One request that the server got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenRequest {
    /// GET, or POST with an identity token.
    pub(crate) method: String,
    /// The scopes asked for.
    pub(crate) scopes: Vec<String>,
    /// The person who was recognised; None for nobody, and for a wrong password.
    pub(crate) user: Option<String>,
    /// 200, or 401 for a wrong password.
    pub(crate) status: u16,
}

/// The running server; its thread ends with the process.
pub(crate) struct TokenServer {
    /// Where it listens, on loopback.
    pub(crate) port: u16,
    authority: Arc<Authority>,
}

struct Authority {
    key: SigningKey,
    certificate: Vec<u8>,
    requests: Mutex<Vec<TokenRequest>>,
}

impl TokenServer {
    /// Starts it with the key (PKCS#8 PEM, P-256) and its certificate (DER).
    pub(crate) fn start(key_pem: &str, certificate: &[u8]) -> Self {
        let key = SigningKey::from_pkcs8_pem(key_pem).expect("a P-256 key by openssl");
        let authority = Arc::new(Authority { key, certificate: certificate.to_vec(), requests: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let served = Arc::clone(&authority);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let authority = Arc::clone(&served);
                // A client that goes away in the middle is no fault of the server.
                thread::spawn(move || drop(authority.serve(&stream)));
            }
        });
        Self { port, authority }
    }

    /// What was asked so far, in order.
    pub(crate) fn requests(&self) -> Vec<TokenRequest> {
        self.authority.requests.lock().expect("no panic holds it").clone()
    }

    /// A token of the harness's own, for what no person is asked for: pushing test images.
    pub(crate) fn token_for(&self, scope: &str) -> String {
        self.authority.token("harness", &[scope.to_owned()], &["pull", "push", "delete", "*"])
    }
}

impl Authority {
    fn serve(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        let (mut authorization, mut length) = (None, 0_u64);
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header)? == 0 || header.trim().is_empty() {
                break;
            }
            match header.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())) {
                Some((name, value)) if name == "authorization" => authorization = Some(value),
                Some((name, value)) if name == "content-length" => length = value.parse().unwrap_or(0),
                _ => {}
            }
        }
        let mut body = String::new();
        reader.take(length).read_to_string(&mut body)?;
        let query = target.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
        let form = if method == "POST" { body } else { query };
        let (status, answer) = self.answer(&method, &form, authorization.as_deref());
        let answer = answer.to_string();
        let mut stream = stream;
        write!(
            stream,
            "HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
            answer.len()
        )
    }

    fn answer(&self, method: &str, form: &str, authorization: Option<&str>) -> (u16, Value) {
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        let scopes: Vec<String> =
            fields.iter().filter(|(name, _)| name == "scope").flat_map(|(_, value)| value.split(' ').map(str::to_owned)).collect();
        let refresh = fields.iter().find(|(name, _)| name == "refresh_token").map(|(_, value)| value.as_str());
        let user = match (authorization, refresh) {
            (None, None) => Ok(None),
            (Some(basic), _) => known_by_password(basic).map(Some).ok_or(()),
            (None, Some(token)) => USERS.iter().find(|(name, ..)| identity_token_of(name) == token).map(Some).ok_or(()),
        };
        let status = if user.is_ok() { 200 } else { 401 };
        let name = user.ok().flatten().map(|(name, ..)| (*name).to_owned());
        let record = TokenRequest { method: method.to_owned(), scopes: scopes.clone(), user: name, status };
        self.requests.lock().expect("no panic holds it").push(record);
        match user {
            Err(()) => (401, json!({"details": "incorrect username or password"})),
            Ok(user) => {
                let (name, may) = user.map_or(("", &[][..]), |(name, _, may)| (*name, *may));
                let token = self.token(name, &scopes, may);
                (200, json!({"token": token, "access_token": token, "expires_in": 300}))
            }
        }
    }

    /// A JWT as the registry's token specification describes it: ES256, with the certificate in `x5c`.
    #[expect(clippy::disallowed_methods, reason = "a server has its own clock")]
    fn token(&self, subject: &str, scopes: &[String], may: &[&str]) -> String {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let access: Vec<Value> = scopes.iter().filter_map(|scope| granted(scope, may)).collect();
        let header = json!({"typ": "JWT", "alg": "ES256", "x5c": [Base64::encode_string(&self.certificate)]});
        let claims = json!({
            "iss": ISSUER, "sub": subject, "aud": SERVICE, "iat": now, "nbf": now - 60, "exp": now + 300,
            "jti": format!("{now}-{}", scopes.len()), "access": access,
        });
        let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
        let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", encode(&signature.to_bytes()))
    }
}

/// What of `type:name:action,…` is granted; the name of a Notary repository has colons of its own.
fn granted(scope: &str, may: &[&str]) -> Option<Value> {
    let (kind, rest) = scope.split_once(':')?;
    let (name, actions) = rest.rsplit_once(':')?;
    let actions: Vec<&str> = actions.split(',').filter(|action| may.contains(action)).collect();
    (!actions.is_empty()).then(|| json!({"type": kind, "name": name, "actions": actions}))
}

fn known_by_password(authorization: &str) -> Option<&'static (&'static str, &'static str, &'static [&'static str])> {
    let encoded = authorization.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(Base64::decode_vec(encoded).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    USERS.iter().find(|(name, secret, _)| *name == user && *secret == password)
}
