//! The documents of `--output json`. docs/json.md describes them: a member is never taken away or given another meaning while `schemaVersion` stays.

use serde::Serialize;
use serde_json::Value;

use super::go_json;
use crate::term::error::CliError;
use client::error::facts::Facts;

/// The version of the form.
const VERSION: u32 = 1;

/// The answer of a verb: the members of its report, and what it warned of.
pub(crate) fn answer(verb: &str, report: &impl Serialize, warnings: &[Value]) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer<'a, R> {
        schema_version: u32,
        verb: &'a str,
        #[serde(flatten)]
        report: &'a R,
        warnings: &'a [Value],
    }
    go_json::indented(&Answer { schema_version: VERSION, verb, report, warnings }).map_err(|error| unwritable(&error))
}

/// A report of the face `notary`, whose warnings are words.
pub(crate) fn report(report: &impl Serialize) -> Result<String, CliError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Report<'a, R> {
        schema_version: u32,
        #[serde(flatten)]
        report: &'a R,
    }
    go_json::indented(&Report { schema_version: VERSION, report }).map_err(|error| unwritable(&error))
}

/// A failure, on one line. The last one of a command without a report has its warnings, too.
pub(crate) fn failure(verb: Option<&str>, error: &CliError, exit_code: u8, warnings: &[Value]) -> String {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Failure<'a> {
        schema_version: u32,
        verb: Option<&'a str>,
        code: &'static str,
        message: String,
        cause: Option<&'a str>,
        hint: Option<String>,
        facts: &'a Facts,
        exit_code: u8,
        warnings: &'a [Value],
    }
    let hint = Some(error.hints().join("\n")).filter(|hint| !hint.is_empty());
    let failure = Failure {
        schema_version: VERSION,
        verb,
        code: error.code(),
        message: error.message().join("\n"),
        cause: error.cause(),
        hint,
        facts: error.facts(),
        exit_code,
        warnings,
    };
    serde_json::to_string(&failure).unwrap_or_else(|error| format!("{{\"code\":\"failed\",\"message\":{:?}}}", error.to_string()))
}

fn unwritable(error: &serde_json::Error) -> CliError {
    CliError::new(error.to_string())
}
