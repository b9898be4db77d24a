//! `dct renew`

use super::{
    events::{Narrator, Verb},
    expiry::day,
};
use crate::{
    cli::{
        context::Context,
        error::CliError,
        failure,
        within::{Within, within},
    },
    ops::renew::{self, Choice, Left, LeftReason, Renewal},
    tuf::role::RoleName,
};

/// Sign the trust data of a repository anew before it expires, or after
///
/// Nothing but versions and ends changes. What has expired is taken up as it was signed, and verified by signatures, versions and keys as ever.
/// Without ROLE, whatever has expired or will within the time is renewed, as far as its keys are on this machine; the certificate of a root key, too.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct renew [OPTIONS] REPOSITORY [ROLE...]",
    after_help = EXAMPLES,
    help_template = crate::cli::flags::TEMPLATE
)]
pub struct Args {
    /// How far to look ahead, in hours, days or weeks, as in 12h, 180d or 26w
    #[arg(long, value_name = "TIME", default_value = "180d", value_parser = within, conflicts_with = "roles")]
    pub within: Within,

    /// Repository to renew the trust data of
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,

    /// Roles to renew, whenever they expire: root, targets, snapshot, or a delegation such as targets/releases
    #[arg(value_name = "ROLE")]
    pub roles: Vec<String>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  Renew what has expired or will within 180 days:
    dct renew dtr.example.com/prod/nginx

  Every night, whatever would expire within two weeks:
    dct renew --within 2w dtr.example.com/prod/nginx

  The root for ten years more, with a new certificate where that is near its end:
    dct renew dtr.example.com/prod/nginx root";

/// Runs the verb. What cannot be renewed here and has been named, or has expired, makes it fail after the rest was renewed.
pub fn run(args: &Args, context: &Context<'_>) -> Result<(), CliError> {
    let gun = context.wiring.repository(&args.repository)?;
    let roles = args.roles.iter().map(|role| RoleName::parse(role).map_err(|error| CliError::new(error.to_string())));
    let roles = roles.collect::<Result<Vec<_>, _>>()?;
    let choice = if roles.is_empty() { Choice::EndingBy(args.within.from(context.now)) } else { Choice::Roles(&roles) };
    let narrator = Narrator::new(context.ui, Verb::Other, &args.repository);
    let _wait = context.ui.wait(&format!("renewing the trust data of {gun}"));
    let renewal = renew::renew(&context.session(&narrator), &gun, choice)
        .map_err(|error| failure::about_repository(&args.repository, &error))?;
    tell(&renewal, context);
    let expired: Vec<&Left> = renewal.left.iter().filter(|left| left.at <= context.now).collect();
    match expired.as_slice() {
        [] => Ok(()),
        _ => Err(CliError::new(format!("not all of {} could be renewed here", args.repository))
            .hinted("run this where their private keys are; `dct whoami` tells which roles can be signed on a machine")),
    }
}

fn tell(renewal: &Renewal, context: &Context<'_>) {
    let ui = context.ui;
    for file in &renewal.files {
        ui.line(&format!("Renewed {}: version {} expires {}", file.role, file.version, day(file.expires.moment())));
    }
    for (old, new) in &renewal.certificates {
        ui.line(&format!("Replaced root certificate {old} by {new}"));
    }
    for role in &renewal.by_server {
        ui.line(&format!("The server has signed {role} anew"));
    }
    if renewal.files.is_empty() && renewal.by_server.is_empty() && renewal.left.is_empty() {
        ui.line("Nothing expires within that time");
    }
    for left in &renewal.left {
        let reason = match left.reason {
            LeftReason::NoKeys => "too few of its keys are on this machine",
            LeftReason::IssuedByAuthority => "an authority issued the certificate, and must issue the next",
        };
        let tense = if left.at <= context.now { "expired" } else { "expires" };
        ui.warning(&format!("{} {tense} on {} and stays as it is: {reason}", left.role, day(left.at)));
    }
}
