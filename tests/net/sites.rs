//! Servers of several sites: who vouches for whom, and who gets what a registry's login buys.
//!
//! The registry and its token server are `localhost`, its Notary server is `127.0.0.2`, which a person named and which is nobody's site.

use std::{collections::BTreeMap, fs, sync::Arc};

use client::ports::{FileRef, NotaryRemote as _, RemoteError, Service, Withheld};
use host::{
    docker::tls::CaFile,
    http::{
        Ask, Method, Net,
        api::Api,
        credential::{Credential, CredentialError, Credentials, Found, Secret},
        named_tls::NamedTlsFiles,
        permissions::{Permissions, Permitted},
    },
    notary::{Access, Account, NotaryServers, servers::Servers},
};
use trust::model::role::RoleName;

use crate::{
    https::{Https, Identity, Reply, Request, reply},
    world::{World, gun},
};

const HERE: &str = "DNS:localhost,IP:127.0.0.1";
const ELSEWHERE: &str = "IP:127.0.0.2";

/// The secrets of the logins below.
const SECRETS: [&str; 3] = ["amVmZjpwdw==", "refresh-me", "registry-token"];

/// The logins that Docker's configuration may have for a registry.
fn logins(registry: &str) -> [String; 3] {
    let of = |login: &str| format!(r#"{{"auths":{{"{registry}":{login}}}}}"#);
    [
        of(r#"{"auth":"amVmZjpwdw=="}"#),
        of(r#"{"auth":"amVmZjo=","identitytoken":"refresh-me"}"#),
        of(r#"{"auth":"","registrytoken":"registry-token"}"#),
    ]
}

/// Whether a request shows a login.
fn shows_login(request: &Request) -> bool {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let headers = request.headers.iter().map(|(_, value)| value.as_str());
    let texts: Vec<&str> = headers.chain([request.target.as_str(), body.as_str()]).collect();
    SECRETS.iter().any(|secret| texts.iter().any(|text| text.contains(secret)))
}

/// A registry's token server: whoever shows a login has a token of some value.
fn tokens(request: &Request) -> Reply {
    let token = if shows_login(request) { "bought" } else { "anonymous" };
    reply(200, &[], format!(r#"{{"token":"{token}"}}"#))
}

/// A Notary server that takes every token, and asks for one of this realm.
fn asks_for(realm: String) -> impl Fn(&Request) -> Reply + Send + Sync + 'static {
    move |request| match request.header("authorization") {
        Some(_) => reply(200, &[], "{}"),
        None => reply(401, &[&format!("WWW-Authenticate: Bearer realm=\"{realm}\",service=\"registry\"")], ""),
    }
}

/// A registry here and its Notary server elsewhere, which chooses the challenge.
struct Apart {
    registry: Https,
    trust: Https,
    world: World,
}

impl Apart {
    fn new(realm: impl Fn(&Https) -> String) -> Self {
        let (here, elsewhere) = (Identity::self_signed(HERE), Identity::self_signed(ELSEWHERE));
        let registry = Https::start(&here, tokens);
        let trust = Https::start_at("127.0.0.2", &elsewhere, asks_for(realm(&registry)));
        let mut world = World::trusting(&here, &[&registry.host(), &registry.address()]);
        world.trust(&elsewhere, &trust.address());
        world.server = Some(format!("https://{}", trust.address()));
        Self { registry, trust, world }
    }

    fn with_login(mut self, login: &str) -> Self {
        self.world = self.world.config(login);
        self
    }

    fn permit(&mut self, token_realms: &[&str], token_receivers: &[&str]) {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let permitted = Permitted { token_realms: owned(token_realms), token_receivers: owned(token_receivers) };
        self.world.settings.permissions = Permissions::default().with(&self.registry.host(), permitted);
    }

    fn read(&self) -> Result<(), RemoteError> {
        self.world.timestamp(&self.registry.host()).map(drop)
    }

    /// Whether the Notary server has got a token that a login bought.
    fn is_robbed(&self) -> bool {
        self.trust.requests().iter().any(|request| request.header("authorization") == Some("Bearer bought") || shows_login(request))
    }
}

fn own_realm(registry: &Https) -> String {
    format!("https://{}/token", registry.host())
}

// ---- what a login buys ----

#[test]
fn a_server_of_another_site_is_shown_no_token_that_a_login_bought() {
    for login in 0..3 {
        let apart = Apart::new(own_realm);
        let login = &logins(&apart.registry.host())[login];
        let apart = apart.with_login(login);
        let gun = gun(&apart.registry.host());
        apart.read().unwrap();
        apart.world.notary(Access::Write).publish(&gun, &[]).unwrap();
        let _ = apart.world.notary(Access::Write).server_keys(&gun, &[RoleName::timestamp()]);
        apart.world.notary(Access::Admin).delete(&gun).unwrap();
        let asked = apart.registry.requests();
        assert_eq!(asked.len(), 4, "{:?}", apart.registry.lines());
        assert!(asked.iter().all(|request| !shows_login(request) && !request.target.contains("account=")), "{asked:?}");
        assert!(!apart.is_robbed(), "{login}");
    }
}

#[test]
fn a_person_may_let_one_registry_s_tokens_go_elsewhere() {
    for (login, realms, receivers, is_bought) in [
        (0, &[][..], &["127.0.0.2"][..], true),
        (0, &["127.0.0.2"], &[], true),
        (0, &[], &["127.0.0.3"], false),
        (1, &[], &["127.0.0.2:1"], true),
        (1, &["127.0.0.2"], &[], true),
        // a registry's own token is a login itself: it is not among what a login buys
        (2, &[], &["127.0.0.2"], false),
        (2, &["127.0.0.2"], &[], true),
    ] {
        let mut apart = Apart::new(own_realm);
        apart.permit(realms, receivers);
        let login = &logins(&apart.registry.host())[login];
        let apart = apart.with_login(login);
        apart.read().unwrap();
        assert_eq!(apart.is_robbed(), is_bought, "{login} {realms:?} {receivers:?}");
        let passwords = apart.trust.requests().iter().filter(|request| shows_login(request)).count();
        assert_eq!(passwords, usize::from(login.contains("registrytoken") && is_bought), "{login} {realms:?} {receivers:?}");
    }
}

#[test]
fn what_one_registry_allows_is_not_another_s() {
    let mut apart = Apart::new(own_realm);
    let permitted = Permitted { token_realms: vec!["127.0.0.2".to_owned()], token_receivers: vec!["127.0.0.2".to_owned()] };
    for other in ["localhost", "127.0.0.2", &apart.trust.address(), &apart.registry.address()] {
        let permissions = std::mem::take(&mut apart.world.settings.permissions);
        apart.world.settings.permissions = permissions.with(other, permitted.clone());
    }
    let login = &logins(&apart.registry.host())[0];
    let apart = apart.with_login(login);
    apart.read().unwrap();
    assert!(!apart.is_robbed());
}

#[test]
fn a_token_that_was_bought_for_one_server_is_not_another_s() {
    let apart = Apart::new(own_realm);
    let here = Identity::self_signed(HERE);
    let home = Https::start(&here, asks_for(own_realm(&apart.registry)));
    apart.world.trust(&here, &home.host());
    let login = &logins(&apart.registry.host())[0];
    let apart = apart.with_login(login);
    // one command asks a server of the registry's host, and then the one elsewhere, for the same scope of the same service
    let net = apart.world.net();
    let registry = apart.registry.host();
    for address in [home.host(), apart.trust.address()] {
        let api = Api::parse(&format!("https://{address}")).unwrap();
        let scope = "repository:prod/nginx:pull";
        let ask = Ask {
            service: Service::Registry,
            api: &api,
            method: Method::Get,
            path: "x",
            accept: None,
            content: None,
            limit: 9,
            registry: &registry,
            scope,
            begun: std::time::Instant::now(),
        };
        assert_eq!(net.send(&ask).unwrap().status, 200);
    }
    assert!(home.requests().iter().any(|request| request.header("authorization") == Some("Bearer bought")));
    assert!(!apart.is_robbed());
    assert_eq!(apart.registry.requests().iter().filter(|request| shows_login(request)).count(), 1);
}

#[test]
fn a_refusal_says_what_was_withheld_from_whom() {
    let (here, elsewhere) = (Identity::self_signed(HERE), Identity::self_signed(ELSEWHERE));
    let registry = Https::start(&here, tokens);
    let challenge = format!("WWW-Authenticate: Bearer realm=\"{}\"", own_realm(&registry));
    let trust = Https::start_at("127.0.0.2", &elsewhere, move |_| reply(401, &[&challenge], ""));
    let mut world = World::trusting(&here, &[&registry.host()]);
    world.trust(&elsewhere, &trust.address());
    world.server = Some(format!("https://{}", trust.address()));
    let world = world.config(&logins(&registry.host())[0]);
    let error = world.timestamp(&registry.host()).unwrap_err();
    let expected = Withheld::Tokens { registry: registry.host(), host: trust.address() };
    assert!(matches!(&error, RemoteError::Withheld { withheld, .. } if **withheld == expected), "{error:?}");
    let words = format!("buy no token for {}, which is another site's", trust.address());
    assert!(error.to_string().ends_with(&words) && error.to_string().contains("user jeff"), "{error}");
    assert!(!error.is_outage());
}

// ---- what a realm may say ----

#[test]
fn a_realm_that_chooses_what_is_asked_for_is_refused() {
    for query in [
        "scope=repository:victim/app:*",
        "service=other",
        "account=victim",
        "client_id=x",
        "offline_token=true",
        "x=y&s%63ope=repository:victim/app:*",
        "SCOPE=repository:victim/app:*",
        "grant_type=password&username=a&password=b",
    ] {
        // the registry's own server is not let, either
        let (here, query) = (Identity::self_signed(HERE), query.to_owned());
        let server = Https::start(&here, move |request| match request.target.split('?').next().unwrap() {
            "/token" => tokens(request),
            _ => asks_for(format!("https://{}/token?{query}", request.header("host").unwrap()))(request),
        });
        let world = World::trusting(&here, &[&server.host()]).config(&logins(&server.host())[0]);
        let error = world.timestamp(&server.host()).unwrap_err();
        assert!(matches!(&error, RemoteError::BadAnswer { .. }), "{error}");
        let words = error.to_string();
        assert!(words.starts_with(&format!("https://{}/v2/: the token realm that it names sets `", server.host())), "{words}");
        assert_eq!(server.lines(), ["GET /v2/"]);
        assert!(!world.path().join("cache/challenges").exists());
    }
}

#[test]
fn a_realm_that_comes_with_a_later_refusal_is_read_as_strictly() {
    let identity = Identity::self_signed(HERE);
    let server = Https::start(&identity, |request| match request.target.as_str() {
        "/v2/" => reply(200, &[], "{}"),
        _ => asks_for(format!("https://{}/token?scope=x", request.header("host").unwrap()))(request),
    });
    let world = World::trusting(&identity, &[&server.host()]).config(&logins(&server.host())[0]);
    let error = world.timestamp(&server.host()).unwrap_err();
    assert!(matches!(&error, RemoteError::BadAnswer { reason, .. } if reason.contains("sets `scope` itself")), "{error}");
    assert!(server.lines().iter().all(|line| !line.contains("/token")), "{:?}", server.lines());
}

#[test]
fn a_planted_challenge_is_asked_for_again() {
    let identity = Identity::self_signed(HERE);
    let server = Https::start(&identity, |request| match request.target.split('?').next().unwrap() {
        "/token" => tokens(request),
        _ => asks_for(format!("https://{}/token", request.header("host").unwrap()))(request),
    });
    let world = World::trusting(&identity, &[&server.host()]).config(&logins(&server.host())[0]);
    let folder = world.path().join("cache/challenges");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{}.json", server.host().replace(':', "_")));
    let realm = format!("https://{}/token?scope=repository:victim/app:*", server.host());
    let challenge = serde_json::json!({"scheme": "bearer", "realm": realm, "service": "registry"});
    fs::write(&file, serde_json::json!({"server": format!("https://{}", server.host()), "challenge": challenge}).to_string())
        .unwrap();
    world.timestamp(&server.host()).unwrap();
    assert_eq!(server.lines()[0], "GET /v2/");
    assert!(server.lines().iter().all(|line| !line.contains("victim")), "{:?}", server.lines());
    assert!(!fs::read_to_string(&file).unwrap().contains("victim"));
}

// ---- who vouches for whom ----

/// Somebody with a certificate for `localhost` of the authority of the Notary server elsewhere, which names him as its token server.
#[test]
fn the_authority_of_one_server_does_not_vouch_for_a_token_server_elsewhere() {
    for login in 0..3 {
        let (own, other) = (Identity::self_signed("DNS:ca.test"), Identity::self_signed("DNS:other-ca.test"));
        let impostor = Https::start(&Identity::issued_by(&other, HERE), tokens);
        let trust = Https::start_at("127.0.0.2", &Identity::issued_by(&other, ELSEWHERE), asks_for(own_realm(&impostor)));
        let mut world = World::trusting(&own, &[&impostor.host()]).config(&logins(&impostor.host())[login]);
        world.trust(&other, &trust.address());
        world.server = Some(format!("https://{}", trust.address()));
        let error = world.timestamp(&impostor.host()).unwrap_err();
        assert!(matches!(&error, RemoteError::Tls { asked: url, .. } if url.url.contains("localhost")), "{error}");
        assert!(impostor.requests().is_empty() && !trust.requests().is_empty());
    }
}

#[test]
fn the_authority_of_a_server_vouches_for_a_token_server_of_its_host() {
    let ca = Identity::self_signed("DNS:ca.test");
    let realm = Https::start(&Identity::issued_by(&ca, HERE), tokens);
    let server = Https::start(&Identity::issued_by(&ca, HERE), asks_for(own_realm(&realm)));
    let world = World::trusting(&ca, &[&server.host()]).config(&logins(&server.host())[0]);
    world.timestamp(&server.host()).unwrap();
    assert!(realm.requests().iter().any(shows_login));
}

#[test]
fn the_authority_of_one_registry_does_not_vouch_for_a_server_that_holds_another_s_trust_data() {
    let ca = Identity::self_signed("DNS:ca.test");
    let trust = Https::start_at("127.0.0.2", &Identity::issued_by(&ca, ELSEWHERE), |_| reply(200, &[], "{}"));
    let mut world = World::new();
    world.server = Some(format!("https://{}", trust.address()));
    let path = world.path().join("ca.pem");
    fs::write(&path, &ca.certificate).unwrap();
    let hosts = vec!["dtr.example.com".to_owned(), trust.address()];
    world.ca_files = BTreeMap::from([("dtr.example.com".to_owned(), CaFile { path, hosts })]);
    world.timestamp("dtr.example.com").unwrap();
    let error = world.timestamp("hub.example.net").unwrap_err();
    assert!(matches!(error, RemoteError::Tls { .. }), "{error}");
}

#[test]
fn a_client_certificate_buys_no_token_for_a_server_elsewhere() {
    let (ca, here) = (Identity::self_signed("DNS:ca.test"), Identity::self_signed(HERE));
    let elsewhere = Identity::self_signed(ELSEWHERE);
    for (receivers, is_shown) in [(&[][..], false), (&["127.0.0.2"][..], true)] {
        let realm = Https::start_mutual(&here, &ca, tokens);
        let trust = Https::start_at("127.0.0.2", &elsewhere, asks_for(own_realm(&realm)));
        let mut world = World::trusting(&here, &[&realm.host()]);
        world.trust(&elsewhere, &trust.address());
        Identity::issued_by(&ca, "DNS:jeff").write_client_pair(&world.tls(&realm.host()));
        world.server = Some(format!("https://{}", trust.address()));
        let permitted =
            Permitted { token_receivers: receivers.iter().map(|name| (*name).to_owned()).collect(), ..Permitted::default() };
        world.settings.permissions = Permissions::default().with(&realm.host(), permitted);
        assert_eq!(world.timestamp(&realm.host()).is_ok(), is_shown, "{receivers:?}");
        assert_eq!(realm.requests().len(), usize::from(is_shown));
    }
    // the registry's own server gets its token
    let realm = Https::start_mutual(&here, &ca, tokens);
    let server = Https::start(&here, asks_for(own_realm(&realm)));
    let world = World::trusting(&here, &[&realm.host(), &server.host()]);
    Identity::issued_by(&ca, "DNS:jeff").write_client_pair(&world.tls(&realm.host()));
    world.timestamp(&server.host()).unwrap();
    assert_eq!(realm.requests().len(), 1);
}

// ---- notary's servers, which belong to no registry ----

/// Has a login for whoever asks, as `NOTARY_AUTH`.
struct Anyone;

impl Credentials for Anyone {
    fn for_registry(&self, _: &str) -> Result<Option<Found>, CredentialError> {
        let password = Secret::new("pw".to_owned()).unwrap();
        Ok(Some(Found { credential: Credential::Basic { user: "jeff".to_owned(), password }, source: "the test".to_owned() }))
    }
}

#[test]
fn notary_s_login_and_its_authority_stay_with_its_server() {
    let ca = Identity::self_signed("DNS:ca.test");
    let at_home = Https::start(&Identity::issued_by(&ca, HERE), tokens);
    let away = Https::start_at("127.0.0.2", &Identity::issued_by(&ca, ELSEWHERE), tokens);
    for (realm, is_home) in [(own_realm(&at_home), true), (format!("https://{}/token", away.address()), false)] {
        let server = Https::start(&Identity::issued_by(&ca, HERE), asks_for(realm));
        let world = World::new();
        let file = world.path().join("ca.pem");
        fs::write(&file, &ca.certificate).unwrap();
        let tls = NamedTlsFiles { server: server.host(), ca: Some(file), ..NamedTlsFiles::default() };
        let net = Net::new(world.settings.clone(), Box::new(Anyone), Box::new(tls));
        let servers = Servers::of_notary(&format!("https://{}", server.host()));
        let notary = NotaryServers::new(Arc::new(net), servers, Access::Read).with_account(Account::OfServer);
        let answer = notary.fetch_all(&gun("dtr.example.com"), &[FileRef::Timestamp]).pop().unwrap();
        assert_eq!(answer.is_ok(), is_home, "{answer:?}");
    }
    assert!(at_home.requests().iter().any(shows_login));
    assert!(away.requests().is_empty());
}
