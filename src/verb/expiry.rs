//! `dct expiry`

use jiff::Timestamp;

use super::definition::{Done, Verb};
use crate::{
    compose::context::Context,
    face::{
        day::day,
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
        peer_words::Worded as _,
    },
    options::{
        duration::{Within, within},
        names,
    },
    render::expiry_json::{Examined, ExpiryJson},
    term::{
        error::{CliError, ExitStatus},
        table,
    },
};
use client::{
    error::OpsError,
    repo::expiry::{self, End, State, What},
    state::error::StateError,
};
use trust::model::gun::Gun;

/// Show when the trust data of repositories expires
///
/// Asks the server for each repository, and shows when each of its files ends, and each certificate in which a key stands. Without REPOSITORY, all
/// repositories with trust data on this machine are examined.
///
/// The exit status is 0 when nothing expires within the time, 3 when something does, 4 when something has expired or cannot be verified, and 1 when a
/// repository could not be examined, or there was none.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct expiry [OPTIONS] [REPOSITORY...]",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// How far to look ahead, in hours, days or weeks, as in 12h, 180d or 26w
    #[arg(long, value_name = "TIME", default_value = "180d", value_parser = within)]
    pub within: Within,

    /// Repositories to examine
    #[arg(value_name = "REPOSITORY", num_args = 0..)]
    pub repositories: Vec<String>,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  When the files of a repository expire:
    dct expiry dtr.example.com/prod/nginx

  For monitoring: fails where something of any repository here expires within thirty days:
    dct expiry --within 30d

  The repositories of which something has expired, as a script wants them:
    dct expiry --output json | jq -r '.repositories[] | select(any(.ends[]; .state == \"expired\")) | .repository'";

impl Verb for Args {
    const WORDS: &'static str = "expiry";
    type Report = ExpiryJson;

    /// Runs the verb. A repository that fails does not keep the others from being examined.
    fn run(&self, context: &Context<'_>) -> Result<Done<ExpiryJson>, CliError> {
        let limit = self.within.from(context.now);
        let mut examined = Vec::new();
        let mut worst = State::Unchecked;
        let mut failed = Vec::new();
        for (name, gun) in repositories(self, context)? {
            let _wait = context.ui.wait(&format!("examining {name}"));
            let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &name);
            match expiry::ends(&context.session(&narrator), &gun, limit) {
                Ok(ends) => {
                    let ends = ends.into_result();
                    for (role, reason) in &ends.unusable {
                        context
                            .ui
                            .warning("role-unusable", &format!("{role} of {name} cannot be used, and not be renewed: {reason}"));
                    }
                    worst = worst.max(ends.worst());
                    examined.push(Examined { name, ends: Ok(ends) });
                }
                // among all that are here, one that `init` made and nobody has published yet is none that could expire
                Err(error @ OpsError::State(StateError::NotInitialized { .. })) if self.repositories.is_empty() => {
                    context.ui.warning("not-initialized", &format!("{name} is passed over: {}", error.worded()));
                }
                Err(error) => {
                    let error = failure::about_repository(&name, &error);
                    examined.push(Examined { name: name.clone(), ends: Err(error.message().join("\n")) });
                    failed.push((name, error));
                }
            }
        }
        if self.repositories.is_empty() && examined.is_empty() {
            let folder = context.wiring.trust_folder();
            return Err(CliError::new(format!(
                "nothing was examined: {} has trust data of no published repository",
                folder.display()
            ))
            .coded("nothing-examined"));
        }
        show(&examined, context);
        for (_, error) in &failed {
            context.ui.error(error);
        }
        let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
        let failure = match worst {
            _ if !failed.is_empty() => Some(CliError::new(format!("could not examine: {}", names.join(", "))).coded("some-failed")),
            State::Unchecked | State::Later => None,
            State::Near => Some(CliError::silent(ExitStatus::EndsSoon)),
            State::Expired => Some(CliError::silent(ExitStatus::HasEnded)),
        };
        Ok(Done::but(ExpiryJson::of(&examined), failure))
    }
}

fn show(examined: &[Examined], context: &Context<'_>) {
    let rows: Vec<[String; 5]> = examined.iter().flat_map(|one| rows(one, context.now)).collect();
    if !rows.is_empty() {
        context.ui.lines(table::lines(["REPOSITORY", "ROLE", "WHAT", "EXPIRES", "STATE"], rows));
    }
}

/// Those that are named, each as it was typed; else all that are here.
fn repositories(args: &Args, context: &Context<'_>) -> Result<Vec<(String, Gun)>, CliError> {
    if args.repositories.is_empty() {
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, "");
        let found = context.session(&narrator).store.repositories();
        for folder in &found.passed_over {
            context
                .ui
                .warning("repositories-passed-over", &format!("not all repositories on this machine may be examined: {folder}"));
        }
        return Ok(found.guns.into_iter().map(|gun| (gun.to_string(), gun)).collect());
    }
    args.repositories.iter().map(|typed| Ok((typed.clone(), names::whole_repository(typed)?))).collect()
}

fn rows(one: &Examined, now: Timestamp) -> Vec<[String; 5]> {
    let row = |end: &End| {
        let what = match &end.what {
            What::File(version) => format!("version {version}"),
            What::Certificate(key) => format!("certificate {}", key.to_string().chars().take(12).collect::<String>()),
        };
        [one.name.clone(), end.role.to_string(), what, day(end.at), state(end, now)]
    };
    one.ends.iter().flat_map(|ends| &ends.ends).map(row).collect()
}

fn state(end: &End, now: Timestamp) -> String {
    const DAY: i64 = 24 * 60 * 60;
    let seconds = end.at.duration_since(now).as_secs();
    let days = |seconds: i64| match seconds / DAY {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    match end.state {
        State::Expired if -seconds < DAY => "expired".to_owned(),
        State::Expired => format!("expired {} ago", days(-seconds)),
        State::Near if seconds < DAY => "expires within a day".to_owned(),
        State::Near => format!("expires in {}", days(seconds)),
        State::Later => "later".to_owned(),
        State::Unchecked => "not checked".to_owned(),
    }
}
