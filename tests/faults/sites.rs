//! Servers that belong to another site than the registry: what a person reads of them, and what they never get.

use snapbox::str;

use crate::{
    https::{Https, Identity, Request, reply},
    person::Person,
    site::Site,
};

/// jeff:hunter2
const JEFF: &str = "Basic amVmZjpodW50ZXIy";

/// Whoever logs in has a token of some value.
fn tokens(request: &Request) -> Option<crate::https::Reply> {
    let token = if request.header("authorization") == Some(JEFF) { "bought" } else { "anonymous" };
    request.target.starts_with("/token").then(|| reply(200, &[], format!(r#"{{"token":"{token}"}}"#)))
}

/// A registry's site, whose token server is its own, and a Notary server elsewhere that a person named, which names that token server and
/// refuses whoever comes without a login.
fn apart() -> (Site, Https, Person) {
    let site = Site::new();
    site.fails(tokens);
    let identity = Identity::self_signed("IP:127.0.0.2");
    let challenge = format!("WWW-Authenticate: Bearer realm=\"https://{}/token\",service=\"registry\"", site.host());
    let elsewhere = Https::start_at("127.0.0.2", &identity, move |_| reply(401, &[&challenge], ""));
    let mut person = site.stranger();
    person.trusts(&identity, &elsewhere.address());
    person.variables.push(("DOCKER_CONTENT_TRUST_SERVER".to_owned(), format!("https://{}", elsewhere.address())));
    person.names.push((elsewhere.address(), "ELSEWHERE"));
    log_in(&site, &person);
    (site, elsewhere, person)
}

fn log_in(site: &Site, person: &Person) {
    person.write(".docker/config.json", format!(r#"{{"auths":{{"{}":{{"auth":"amVmZjpodW50ZXIy"}}}}}}"#, site.host()));
}

fn shown(server: &Https) -> Vec<String> {
    server.requests().iter().filter_map(|request| request.header("authorization").map(str::to_owned)).collect()
}

#[test]
fn a_trust_server_elsewhere_that_wants_a_token_of_the_registry_s() {
    let (site, elsewhere, person) = apart();
    person.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://ELSEWHERE/v2/HOST/prod/nginx/_trust/tuf/root.json: not authorized (401): the credentials for HOST (user jeff from HOME/.docker/config.json) buy no token for ELSEWHERE, which is another site's
hint: ask who runs HOST whether ELSEWHERE may see the tokens that a login for it buys; if so, name it: token-receivers = ["ELSEWHERE"] below [registry."HOST"] in dct/config.toml
exit 1

"#]],
    );
    person.holds("jeff", "role: jeff");
    let tag = site.tag("1");
    for verb in [&["resolve", &*tag][..], &["inspect", "--pretty", &tag], &["sign", "--registry", &tag], &["revoke", "-y", &tag]] {
        let code = if verb[0] == "resolve" { 21 } else { 1 };
        assert_eq!(person.run(verb).code, Some(code), "{verb:?}");
    }
    assert!(shown(&elsewhere).iter().all(|shown| shown == "Bearer anonymous"), "{:?}", shown(&elsewhere));
    assert!(shown(&elsewhere).len() > 4);
}

#[test]
fn a_server_is_named_without_being_trusted_with_a_login() {
    let (site, elsewhere, mut person) = apart();
    person.variables.retain(|(name, _)| name != "DOCKER_CONTENT_TRUST_SERVER");
    let table = format!("[registry.\"{}\"]\nserver = \"https://{}\"\n", site.host(), elsewhere.address());
    for (setting, is_bought) in [("", false), ("token-receivers", true), ("token-realms", true)] {
        let line = if setting.is_empty() { String::new() } else { format!("{setting} = [\"127.0.0.2\"]\n") };
        person.write(".config/dct/config.toml", format!("{table}{line}"));
        let before = shown(&elsewhere).len();
        person.run(&["inspect", &site.name()]);
        let shown = shown(&elsewhere).split_off(before);
        assert!(!shown.is_empty() && shown.iter().all(|shown| (shown == "Bearer bought") == is_bought), "{setting}: {shown:?}");
        assert!(!shown.contains(&JEFF.to_owned()), "{setting}");
    }
}

#[test]
fn a_token_server_elsewhere() {
    let identity = Identity::self_signed("IP:127.0.0.2");
    let elsewhere = Https::start_at("127.0.0.2", &identity, |_| reply(401, &[], r#"{"details":"no login"}"#));
    let site = Site::new();
    let realm = format!("WWW-Authenticate: Bearer realm=\"https://{}/token\"", elsewhere.address());
    site.fails(move |_| Some(reply(401, &[&realm], "")));
    let mut person = site.stranger();
    person.trusts(&identity, &elsewhere.address());
    person.names.push((elsewhere.address(), "ELSEWHERE"));
    log_in(&site, &person);
    person.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://ELSEWHERE/token: not authorized (401): the credentials for HOST (user jeff from HOME/.docker/config.json) are not sent to ELSEWHERE, which is another site's; the token server says: no login
hint: ask who runs HOST whether ELSEWHERE may see logins for it; if so, name it: token-realms = ["ELSEWHERE"] below [registry."HOST"] in dct/config.toml
exit 1

"#]],
    );
    // under the name of notary the login is the server's own
    person.variables.push(("NOTARY_AUTH".to_owned(), "amVmZjpodW50ZXIy".to_owned()));
    person.write(
        ".notary/config.json",
        format!(r#"{{"remote_server":{{"url":"https://{}","root_ca":"../.docker/tls/{}/ca.crt"}}}}"#, site.host(), site.host()),
    );
    person.refuses(
        &["notary", "list", "prod/nginx"],
        str![[r#"
$ dct notary list prod/nginx

* fatal: client is offline
cause: https://ELSEWHERE/token: TLS: the certificate of 127.0.0.2 is an authority's own (self-signed), and not one that is trusted here
hint: for a token server elsewhere the system's authorities count; those of --tlscacert and remote_server.root_ca are for the server and its site
exit 1

"#]],
    );
    assert_eq!(shown(&elsewhere), [] as [&str; 0]);
}

#[test]
fn a_realm_that_chooses_the_scope() {
    let site = Site::new();
    let realm = format!("WWW-Authenticate: Bearer realm=\"https://{}/token?s%63ope=repository:victim/app:*\"", site.host());
    site.fails(move |request| tokens(request).or_else(|| Some(reply(401, &[&realm], ""))));
    let person = site.stranger();
    log_in(&site, &person);
    person.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
[]
no signatures or cannot access HOST/prod/nginx
cause: https://HOST/v2/: the token realm that it names sets `scope` itself, which is not for a server to choose
hint: if this is not the Notary server, name that one in DOCKER_CONTENT_TRUST_SERVER
exit 1

"#]],
    );
    assert!(site.lines().iter().all(|line| !line.contains("/token")), "{:?}", site.lines());
}

#[test]
fn a_permission_for_all_registries_is_refused_by_name() {
    let site = Site::new();
    let person = site.stranger();
    person.write(".config/dct/config.toml", "[network]\ntimeout = 30\ntoken-realms = [\"auth.example.org\"]\n");
    person.refuses(
        &["inspect", &site.name()],
        str![[r#"
$ dct inspect HOST/prod/nginx
HOME/.config/dct/config.toml, line 3: token-realms is not for all registries: set it below [registry."HOST"], for each that it is for
exit 1

"#]],
    );
    assert!(site.lines().is_empty());
}
