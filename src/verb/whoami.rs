//! `dct whoami`

use super::{
    definition::{Done, Verb},
    key_choice,
};
use crate::{
    compose::context::Context,
    face::{
        docker_events::{DockerNarrator, NarratedVerb},
        failure,
    },
    options::names,
    render::keys_json::StandingsJson,
    term::{error::CliError, table},
};
use client::repo::whoami::{self, Standing};

/// Show which roles of a repository can be signed here, and with which keys
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "dct whoami [OPTIONS] REPOSITORY",
    after_help = EXAMPLES,
    help_template = crate::options::boolean::TEMPLATE
)]
pub(crate) struct Args {
    /// The repository
    #[arg(value_name = "REPOSITORY")]
    pub repository: String,
}

// An explanation a paragraph, and the lines to type below it: the man pages are made of this too.
const EXAMPLES: &str = "\
Examples:
  The roles that keys on this machine may sign for:
    dct whoami dtr.example.com/prod/nginx

  Whether a pipeline could sign as jeff, before it builds anything:
    dct whoami --output json dtr.example.com/prod/nginx | jq -e '.roles[] | select(.role == \"targets/jeff\")'";

impl Verb for Args {
    const WORDS: &'static str = "whoami";
    type Report = StandingsJson;

    /// Runs the verb. That no key is here is an answer, and no failure.
    fn run(&self, context: &Context<'_>) -> Result<Done<StandingsJson>, CliError> {
        let gun = names::whole_repository(&self.repository)?;
        let narrator = DockerNarrator::new(context.ui, NarratedVerb::Other, &self.repository);
        let standings = whoami::whoami(&context.session(&narrator), &gun)
            .map_err(|error| failure::about_repository(&self.repository, &error))?;
        let standings = standings.into_result();
        if standings.is_empty() {
            context.ui.line(&format!("No key on this machine may sign for {gun}"));
        } else {
            context.ui.lines(table::lines(["ROLE", "NAME", "KEY ID"], standings.iter().flat_map(rows)));
        }
        for standing in standings.iter().filter(|standing| (standing.keys.len() as u64) < standing.threshold) {
            let (role, needed, here) = (&standing.role, standing.threshold, standing.keys.len());
            context
                .ui
                .warning("too-few-keys", &format!("{role} takes the signatures of {needed} keys, and {here} of them is here"));
        }
        Ok(Done::well(StandingsJson::of(gun.as_str(), &standings)))
    }
}

fn rows(standing: &Standing) -> impl Iterator<Item = [String; 3]> {
    standing.keys.iter().map(|info| [standing.role.to_string(), key_choice::name(info).to_owned(), info.id.to_string()])
}
