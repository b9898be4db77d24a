//! The face of Docker's CLI plugin: this program under the name `docker-NAME`, for Docker 29 and newer `docker-trust`.
//!
//! Docker runs a plugin with its own whole command line, `docker-trust --debug trust sign IMAGE:TAG`, and says in a variable that it does. Without
//! that the plugin was typed itself, and the command follows at once: `docker-trust sign IMAGE:TAG`. Docker takes the name of a
//! plugin from that of its file, and so does this: linked as `docker-NAME` it is `docker NAME`.

use std::{ffi::OsString, path::Path};

use clap::{CommandFactory as _, Parser as _, builder::Styles};
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use super::{
    args::{self, Arguments},
    completion, dct,
    face::{Call, Face},
    global_options::GlobalOptions,
    plugin_flags::GlobalFlags,
    plugin_socket,
};
use crate::{
    face::docker_usage::{self, Refusal},
    options::boolean::TEMPLATE,
    term::program::Program,
};

/// The variable in which Docker says that it runs the plugin.
const ORIGINAL_COMMAND: &str = "DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND";

/// The program under the name of a plugin.
pub(crate) const FACE: Face = Face { is_called: |arguments| Plugin::of(arguments).is_some(), read };

fn read(arguments: &[OsString]) -> Call {
    plugin_socket::watch();
    let by_docker = std::env::var_os(ORIGINAL_COMMAND).is_some_and(|command| !command.is_empty());
    // it is called by this face's name alone
    let plugin = Plugin::of(arguments).unwrap_or_else(|| Plugin { name: String::new() });
    plugin.read(arguments, by_docker).map(dct::asked)
}

/// This program under a plugin's name.
struct Plugin {
    /// `trust` of `docker-trust`.
    name: String,
}

/// The verbs of `docker trust`. `dct` has more; a plugin of Docker has those that people know it by.
const VERBS: [&str; 5] = ["key", "signer", "sign", "revoke", "inspect"];

/// What Docker has in its own usage of a verb, where `dct` says more.
const DOCKERS_USAGE: [(&str, &str); 1] = [("sign", "dct sign IMAGE:TAG")];

/// Flags of every verb that Docker itself has.
const DOCKERS: [&str; 3] = ["config", "debug", "log_level"];

/// What Docker says of `trust` in its list of commands.
const ABOUT: &str = "Manage trust on Docker images";

/// What Docker asks every plugin for before it lists or runs it.
const METADATA: &str = "docker-cli-plugin-metadata";

/// How Docker's shell completion asks: with what each word means, and without.
const COMPLETE: [&str; 2] = ["__complete", "__completeNoDesc"];

/// What a plugin tells of itself.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    schema_version: &'static str,
    vendor: &'static str,
    version: &'static str,
    short_description: &'static str,
}

/// Who called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Caller {
    /// Docker: the plugin's name has been read.
    Docker,
    /// A person, who typed the name of the file.
    Person,
}

impl Plugin {
    /// The plugin that these arguments call, the program's name first; none where the name is no plugin's.
    fn of(arguments: &[OsString]) -> Option<Self> {
        let name = Path::new(arguments.first()?).file_name()?.to_str()?.strip_prefix("docker-")?;
        (!name.is_empty()).then(|| Self { name: name.to_owned() })
    }

    /// Reads the command line; `by_docker` where the environment says that Docker runs the plugin.
    fn read(&self, arguments: &[OsString], by_docker: bool) -> Call<Arguments> {
        if arguments.get(1).is_some_and(|word| word == METADATA) {
            return Call::Answer(metadata());
        }
        let mut flags = match GlobalFlags::try_parse_from(arguments) {
            Ok(flags) => flags,
            Err(error) => {
                let program = self.program(Caller::Person);
                let refusal = docker_usage::explain(&error, definition(&program, Caller::Person), &[]);
                return Call::Command(program, Err(refusal));
            }
        };
        let mut words = flags.take_words();
        let asked = words.first().and_then(|word| word.to_str()).unwrap_or_default().to_owned();
        let completes = COMPLETE.contains(&asked.as_str());
        // `docker help trust sign` comes as it is
        if completes || asked == "help" {
            words.remove(0);
        }
        // a person's script may run below Docker: then the plugin's name is not there
        let caller = match words.first() {
            Some(word) if by_docker && *word == *self.name => Caller::Docker,
            _ => Caller::Person,
        };
        if caller == Caller::Docker {
            words.remove(0);
        }
        let program = self.program(caller);
        if completes {
            return Call::Answer(completions(&program, caller, words, asked == COMPLETE[0]));
        }
        if flags.version {
            return Call::Answer(vec![format!("dct {}", env!("CARGO_PKG_VERSION"))]);
        }
        if flags.help || asked == "help" {
            words.push("--help".into());
        }
        let parsed = command(&program, caller, words, &flags);
        Call::Command(program, parsed)
    }

    fn program(&self, caller: Caller) -> Program {
        let name = match caller {
            Caller::Docker => format!("docker {}", self.name),
            Caller::Person => format!("docker-{}", self.name),
        };
        Program::called(name, &VERBS)
    }
}

fn command(program: &Program, caller: Caller, words: Vec<OsString>, flags: &GlobalFlags) -> Result<Arguments, Refusal> {
    let definition = definition(program, caller);
    let line: Vec<OsString> = std::iter::once(OsString::from(program.name())).chain(words).collect();
    let parsed = Arguments::read(definition.clone(), &line);
    let parsed = parsed.map_err(|error| beyond(docker_usage::explain(&error, definition, &line), &line))?;
    let GlobalOptions { config, debug, log_level, passphrases, .. } = parsed.global;
    let (config, debug) = (config.or_else(|| flags.config.clone()), debug || flags.debug);
    let log_level = log_level.or_else(|| flags.log_level.clone());
    let global = GlobalOptions { config, debug, log_level, passphrases, engine: flags.engine().map_err(Refusal::Error)? };
    global.detail().map_err(Refusal::Error)?;
    Ok(Arguments { global, command: parsed.command })
}

/// The plugin's verbs, out of the definition of all, under its name.
fn definition(program: &Program, caller: Caller) -> clap::Command {
    let all = args::definition();
    let dockers = |verb: &&'static str| {
        let command = all.find_subcommand(verb)?.clone();
        let usage = DOCKERS_USAGE.iter().find(|(known, _)| known == verb);
        Some(under_name(usage.map_or(command.clone(), |(_, usage)| command.override_usage(*usage)), program))
    };
    let verbs = VERBS.iter().filter_map(dockers);
    let after = all.get_after_help().map(ToString::to_string).unwrap_or_default();
    let own = all.get_arguments().map(|flag| match caller {
        // Docker has them before the plugin's name
        Caller::Docker if DOCKERS.contains(&flag.get_id().as_str()) => flag.clone().hide(true),
        _ => flag.clone(),
    });
    let root = clap::Command::new(program.name().to_owned())
        .about(ABOUT)
        .args(own)
        .after_help(program.tell(&after))
        .subcommands(verbs)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .args_override_self(true)
        .disable_help_subcommand(true)
        .help_template(TEMPLATE)
        .styles(Styles::plain())
        .subcommand_help_heading("Commands");
    let is_new = |flag: &clap::Arg| all.get_arguments().all(|own| own.get_id() != flag.get_id());
    match caller {
        Caller::Docker => root.override_usage(format!("{} COMMAND", program.name())),
        // they are read before; here they stand in the help
        Caller::Person => root
            .args(GlobalFlags::command().get_arguments().filter(|flag| flag.get_id() != "help" && is_new(flag)).cloned())
            .override_usage(format!("{} [OPTIONS] COMMAND", program.name())),
    }
}

/// The lines of cobra's protocol of completion: the candidates, and what the shell is to do with them.
fn completions(program: &Program, caller: Caller, words: Vec<OsString>, described: bool) -> Vec<String> {
    let words = if words.is_empty() { vec![OsString::new()] } else { words };
    let mut lines = completion::offered(definition(program, caller), &words);
    let word = |line: &str| line.split('\t').next().unwrap_or_default().to_owned();
    if !described {
        lines = lines.iter().map(|line| word(line)).collect();
    }
    // the name of a folder or a repository goes on: no space (2); the files are among the candidates (4)
    let goes_on = lines.iter().any(|line| word(line).ends_with(['/', ':']));
    lines.push(format!(":{}", if goes_on { 2 | 4 } else { 4 }));
    lines
}

/// Tells a command, and those below it, under another name.
fn under_name(command: clap::Command, program: &Program) -> clap::Command {
    let usage = command.clone().render_usage().to_string();
    let usage = program.tell(usage.strip_prefix("Usage: ").unwrap_or(&usage));
    let help = command.get_after_help().map(|help| program.tell(&help.to_string()));
    let command = command.override_usage(usage).mut_subcommands(|below| under_name(below, program));
    match help {
        Some(help) => command.after_help(help),
        None => command,
    }
}

/// Says of a word that is no verb here whether it is one of `dct`.
fn beyond(refusal: Refusal, line: &[OsString]) -> Refusal {
    let word = line.get(1).and_then(|word| word.to_str()).unwrap_or_default();
    let known = !VERBS.contains(&word) && args::definition().find_subcommand(word).is_some();
    match refusal {
        Refusal::Error(error) if known => Refusal::Error(error.hinted(format!("`dct {word}` is a command of dct alone"))),
        refusal => refusal,
    }
}

/// Indented by five, as Docker's own plugins have it.
fn metadata() -> Vec<String> {
    let metadata =
        Metadata { schema_version: "0.1.0", vendor: "dct", version: env!("CARGO_PKG_VERSION"), short_description: ABOUT };
    let mut json = Vec::new();
    // nothing in it can fail
    let _ = metadata.serialize(&mut Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(b"     ")));
    String::from_utf8_lossy(&json).lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command_line::args::Command, options::setting::Setting};

    /// Reads a line as the plugin; the name that it goes by, and the command or the first word of the refusal.
    fn read(line: &str, by_docker: bool) -> (String, Result<Arguments, String>) {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        match Plugin::of(&arguments).unwrap().read(&arguments, by_docker) {
            Call::Command(program, Ok(parsed)) => (program.name().to_owned(), Ok(parsed)),
            Call::Command(program, Err(Refusal::Error(error))) => (program.name().to_owned(), Err(error.message()[0].clone())),
            Call::Command(program, Err(Refusal::Help(text) | Refusal::Guidance(text))) => (program.name().to_owned(), Err(text)),
            Call::Answer(lines) => (String::new(), Err(lines.join("\n"))),
        }
    }

    #[test]
    fn the_files_name_makes_the_plugin() {
        for (path, name) in [
            ("docker-trust", Some("trust")),
            ("/usr/local/lib/docker/cli-plugins/docker-dcttrust", Some("dcttrust")),
            ("dct", None),
            ("/x/docker-/dct", None),
            ("docker-", None),
            ("notary", None),
            ("", None),
        ] {
            assert_eq!(Plugin::of(&[path.into()]).map(|plugin| plugin.name).as_deref(), name, "{path}");
        }
        assert!(Plugin::of(&[]).is_none());
    }

    #[test]
    fn dockers_whole_line_is_read() {
        let (name, parsed) = read("/p/docker-trust --config /x -D -l=warn --tls=false -H unix:///y trust sign a:1", true);
        let parsed = parsed.unwrap();
        assert_eq!(
            (name.as_str(), parsed.global.config.as_deref(), parsed.global.debug),
            ("docker trust", Some(Path::new("/x")), true)
        );
        assert!(matches!(&parsed.command, Command::Verb(entry, _) if entry.words == "sign"));
        let environment = |name| Some(Setting::of_variable(name, "of the environment".into()));
        let variable = |name| parsed.global.engine.setting(name, environment).map(|set| (set.value, set.origin.to_string()));
        assert_eq!(variable("DOCKER_HOST"), Some(("unix:///y".into(), "--host".to_owned())));
        assert_eq!(variable("DOCKER_TLS"), None);
        assert_eq!(variable("DOCKER_CONTEXT"), Some(("of the environment".into(), "DOCKER_CONTEXT".to_owned())));
        let late = read("docker-trust --config /x trust sign a:1 --config /y -D", true).1.unwrap();
        assert_eq!((late.global.config.as_deref(), late.global.debug), (Some(Path::new("/y")), true));
    }

    #[test]
    fn without_docker_the_name_of_the_file_is_the_program() {
        let (name, parsed) = read("./docker-trust -D inspect a", false);
        assert!(name == "docker-trust" && parsed.unwrap().global.debug);
        // below Docker's environment too
        let (name, parsed) = read("./docker-trust inspect a", true);
        assert!(name == "docker-trust" && parsed.is_ok());
        assert_eq!(read("docker-trust trust sign a:1", false).1.unwrap_err(), "docker-trust: unknown command: docker-trust trust");
    }

    #[test]
    fn all_that_is_told_is_told_under_the_name() {
        for (line, by_docker, name) in [
            ("docker-trust trust", true, "docker trust"),
            ("docker-trust", false, "docker-trust"),
            ("docker-trust help trust", true, "docker trust"),
            ("docker-trust help trust sign", true, "docker trust"),
            ("docker-trust trust inspect --help", true, "docker trust"),
            ("docker-trust trust key load -h", true, "docker trust"),
            ("docker-x x signer add --help", true, "docker x"),
            ("docker-trust --help signer", false, "docker-trust"),
        ] {
            let text = read(line, by_docker).1.unwrap_err();
            assert!(text.starts_with(&format!("Usage:  {name} ")), "{line}: {text}");
            assert!(!text.contains("dct ") && text.contains("--config") != by_docker, "{line}: {text}");
        }
        assert_eq!(read("docker-trust trust sign", true).1.unwrap_err(), "docker: 'docker trust sign' requires 1 argument");
        assert_eq!(read("docker-trust trust key foo", true).1.unwrap_err(), "docker: unknown command: docker trust key foo");
    }

    #[test]
    fn the_flags_of_docker_are_refused_in_its_words() {
        for (line, words) in [
            ("docker-trust --foo sign a:1", "unknown flag: --foo"),
            ("docker-trust -H a -H b sign a:1", "Specify only one -H"),
            ("docker-trust -H a -c b sign a:1", "conflicting options: cannot specify both --host and --context"),
            ("docker-trust -l loud sign a:1", "Unable to parse logging level: loud"),
            (
                "docker-trust --tlsverify=maybe sign a:1",
                "invalid argument \"maybe\" for \"--tlsverify\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            ),
        ] {
            assert_eq!(read(line, false).1.unwrap_err(), words, "{line}");
        }
    }

    #[test]
    fn docker_is_told_what_it_asks() {
        assert_eq!(
            read("docker-trust docker-cli-plugin-metadata", true).1.unwrap_err(),
            format!(
                "{{\n     \"SchemaVersion\": \"0.1.0\",\n     \"Vendor\": \"dct\",\n     \"Version\": \"{}\",\n     \
                 \"ShortDescription\": \"Manage trust on Docker images\"\n}}",
                env!("CARGO_PKG_VERSION")
            )
        );
        assert_eq!(read("docker-trust __completeNoDesc trust key lo", true).1.unwrap_err(), "load\n:4");
        assert_eq!(read("docker-trust __complete sig", false).1.unwrap_err().lines().last(), Some(":4"));
        assert_eq!(read("docker-trust __completeNoDesc trust key load sr", true).1.unwrap_err(), "src/\n:6");
        assert!(read("docker-trust __complete trust", true).1.unwrap_err().starts_with("key\tManage keys"));
        assert_eq!(
            read("docker-trust __complete", false).1.unwrap_err().lines().count(),
            VERBS.iter().filter(|v| args::definition().find_subcommand(v).is_some()).count() + 1
        );
    }

    #[test]
    fn the_definition_is_sound() {
        for caller in [Caller::Docker, Caller::Person] {
            definition(&Plugin { name: "trust".to_owned() }.program(caller), caller).debug_assert();
        }
    }
}
