//! `dct renew`

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::definition::{Done, Verb};
use crate::{
    compose::{context::Context, wiring::Access},
    face::{
        day::day,
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    options::{
        boolean::go_bool,
        duration::{Within, within},
        names,
    },
    term::error::CliError,
};
use client::{
    repo::{
        recreate::{self, Readers, Recreation},
        renew::{self, Choice, LeftReason, Renewal, ReplacedCertificate},
    },
    session::Session,
};
use trust::{
    model::{gun::Gun, role::RoleName},
    verify::pinning::{RootId, TrustPinning},
};

/// Sign the trust data of a repository anew before it expires, or after
///
/// Nothing but versions and ends changes. What has expired is taken up as it was signed, and verified by signatures, versions and keys as ever. Where this
/// machine has never read the repository, any old state would pass that: then its root must be named by --root, or pinned.
/// Without ROLE, whatever has expired or will within the time is renewed, as far as its keys are on this machine; the certificate of a root key, too.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct renew [OPTIONS] REPOSITORY [ROLE...]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// How far to look ahead, in hours, days or weeks, as in 12h, 180d or 26w
    #[arg(long, value_name = "TIME", conflicts_with = "recreate", default_value = "180d", value_parser = within, conflicts_with = "roles")]
    pub within: Within,

    /// Where the root's certificate has expired, or a delegation has no version left, delete the repository on the server, and publish it anew
    #[arg(long, num_args = 0..=1, require_equals = true, default_value = "false", default_missing_value = "true", value_parser = go_bool,
          hide_default_value = true, value_name = "BOOL", conflicts_with = "roles")]
    pub recreate: bool,

    /// ID of a root key or of its certificate, which the root must be signed by: for what has expired where this machine has never read it
    #[arg(long, value_name = "ID", value_parser = root_id)]
    pub root: Option<RootId>,

    /// Repository to renew the trust data of
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,

    /// Roles to renew, whenever they expire: root, targets, snapshot, or a delegation such as targets/releases
    #[arg(value_name = "ROLE")]
    pub roles: Vec<String>,
}

/// What became of the trust data of a repository.
#[derive(Serialize)]
pub(crate) struct RenewReport {
    repository: Gun,
    #[serde(flatten)]
    done: Renewed,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Renewed {
    /// What was signed anew.
    InPlace(Renewal),
    /// All of it was published anew.
    Recreated(Recreation),
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Renew what has expired or will within 180 days:
    dct renew dtr.example.com/prod/nginx

  Every night, whatever would expire within two weeks:
    dct renew --within 2w dtr.example.com/prod/nginx

  Where the server takes no update any more, since the root's certificate has expired:
    dct renew --recreate dtr.example.com/prod/nginx

  What has expired, on a machine that has never read the repository; `dct key list` shows the ID of the root key:
    dct renew --root 34e93e34ffab236737d6ad84e915ae9ccf360518accdea88b025f8a7a0a5e690 jeff/nginx

  The root for ten years more, with a new certificate where that is near its end:
    dct renew dtr.example.com/prod/nginx root";

impl Verb for Args {
    const WORDS: &'static str = "renew";
    const OPENS_KEYS: bool = true;
    type Report = RenewReport;

    fn access(&self) -> Access {
        if self.recreate { Access::Admin } else { Access::Write }
    }

    /// Runs the verb. What cannot be renewed here and has been named, or has expired, makes it fail after the rest was renewed.
    fn run(&self, context: &Context<'_>) -> Result<Done<RenewReport>, CliError> {
        let gun = names::whole_repository(&self.repository)?;
        if self.recreate {
            return run_recreate(self, &gun, context);
        }
        let roles = self.roles.iter().map(|role| RoleName::parse(role).map_err(|_| no_role(role)));
        let roles = roles.collect::<Result<Vec<_>, _>>()?;
        let choice = if roles.is_empty() { Choice::EndingBy(self.within.from(context.now)) } else { Choice::Roles(&roles) };
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &self.repository);
        let _wait = context.ui.wait(&format!("renewing the trust data of {gun}"));
        let session = context.session(&narrator);
        let pins = pins(self, &session);
        let renewal = renew::renew(&Session { pins: &pins, ..session }, &gun, choice)
            .map_err(|error| failure::about_repository(&self.repository, &error))?;
        let renewal = renewal.into_result();
        tell(&renewal, self.within.from(context.now), context);
        let is_expired = renewal.left.iter().any(|left| left.at <= context.now);
        let failure = is_expired.then(|| {
            CliError::new(format!("not all of {} could be renewed here", self.repository))
                .coded("not-all-renewed")
                .hinted("run this where their private keys are; `dct whoami` tells which roles can be signed on a machine")
        });
        Ok(Done::but(RenewReport { repository: gun, done: Renewed::InPlace(renewal) }, failure))
    }
}

fn no_role(typed: &str) -> CliError {
    let words = format!("{typed} is no role: root, targets, snapshot, or a delegation such as targets/releases");
    CliError::new(words)
        .coded("invalid-role")
        .hinted("`dct expiry` shows the roles of a repository, `dct whoami` those that can be signed here")
}

/// The person's pins, and for this command the root that is named.
fn pins(args: &Args, session: &Session<'_>) -> TrustPinning {
    args.root.map_or_else(|| session.pins.clone(), |root| session.pins.naming(root))
}

fn root_id(typed: &str) -> Result<RootId, String> {
    RootId::from_hex(&typed.to_ascii_lowercase()).ok_or_else(|| "an ID has 64 hexadecimal digits".to_owned())
}

fn run_recreate(args: &Args, gun: &Gun, context: &Context<'_>) -> Result<Done<RenewReport>, CliError> {
    let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &args.repository);
    let wait = context.ui.wait(&format!("publishing the trust data of {gun} anew"));
    let session = context.session(&narrator);
    let pins = pins(args, &session);
    let done = recreate::recreate(&Session { pins: &pins, ..session }, gun)
        .map_err(|error| failure::about_repository(&args.repository, &error))?;
    let done = done.into_result();
    drop(wait);
    context.ui.line(&format!("Published {gun} anew, with version {} of its root", done.root_version));
    tell_certificates(&done.certificates, context);
    for left in &done.left {
        let words = "expired, and its keys are not on this machine: it begins anew with its signer's next signature";
        context.ui.warning_of(&role_facts("left-behind", &left.role), &format!("{} {words}", left.role));
    }
    for (role, restored) in &done.restored {
        let code = if *restored { "restored" } else { "begins-anew" };
        let words = match restored {
            true => format!(
                "the server's file of {role} could not be used: the one that was verified here last is published in its place"
            ),
            false => format!("the server's file of {role} could not be used: it begins anew with its signer's next signature"),
        };
        context.ui.warning_of(&role_facts(code, role), &words);
    }
    let who = match done.readers {
        Readers::GoOn => "docker and notary",
        Readers::MustForget => "everybody",
    };
    let words = format!(
        "{who} that has read it before must forget it and read it anew: `dct delete {gun}`, or `notary delete {gun}`, on each machine"
    );
    context.ui.warning("readers-must-forget", &words);
    Ok(Done::well(RenewReport { repository: gun.clone(), done: Renewed::Recreated(done) }))
}

fn role_facts<'a>(code: &'a str, role: &'a RoleName) -> BTreeMap<&'static str, &'a str> {
    BTreeMap::from([("code", code), ("role", role.as_str())])
}

fn tell_certificates(certificates: &[ReplacedCertificate], context: &Context<'_>) {
    for ReplacedCertificate { old, new } in certificates {
        context.ui.line(&format!("Replaced root certificate {old} by {new}"));
    }
}

fn tell(renewal: &Renewal, until: Timestamp, context: &Context<'_>) {
    let ui = context.ui;
    for file in &renewal.files {
        ui.line(&format!("Renewed {}: version {} expires {}", file.role, file.version, day(file.expires.moment())));
    }
    tell_certificates(&renewal.certificates, context);
    for role in &renewal.by_server {
        ui.line(&format!("The server has signed {role} anew"));
    }
    if renewal.files.is_empty() && renewal.by_server.is_empty() && renewal.left.is_empty() {
        ui.line(&format!("Nothing expires before {}; `dct expiry` shows what does first", day(until)));
    }
    for left in &renewal.left {
        let reason = match left.reason {
            LeftReason::NoKeys => "too few of its keys are on this machine",
            LeftReason::IssuedByAuthority => "an authority issued the certificate, and must issue the next",
        };
        let tense = if left.at <= context.now { "expired" } else { "expires" };
        let words = format!("{} {tense} on {} and stays as it is: {reason}", left.role, day(left.at));
        ui.warning_of(&role_facts("left-behind", &left.role), &words);
    }
}
