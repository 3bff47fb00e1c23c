//! `hostprocess rules` and `hostprocess explain`: the catalogue.

use std::fmt::Write;

use serde_json::{Value, json};
use windows_hostprocess_policy::rules::{self, ApiServer, DefaultSeverity, Rule, Scope};
use windows_hostprocess_policy::settings::nearest;

use crate::check::UNREADABLE;

/// Forms of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a person
    Text,
    /// For a program
    Json,
}

/// The list of all rules.
pub fn list(format: Format) -> String {
    match format {
        Format::Text => table(),
        Format::Json => {
            let rules: Vec<Value> = rules::all().map(as_json).collect();
            format!("{:#}\n", Value::Array(rules))
        }
    }
}

fn table() -> String {
    let width = rules::all().map(|rule| rule.id.len()).max().unwrap_or_default();
    let (mut text, mut group) = (String::new(), None);
    for rule in rules::all() {
        if group.replace(rule.group) != Some(rule.group) {
            let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, group_name(rule));
        }
        let _ = writeln!(text, "  {:width$}  {:6}  {}", rule.id, short_severity(rule), rule.summary);
    }
    text
}

fn as_json(rule: &Rule) -> Value {
    let (api_server, api_server_note) = match rule.api_server {
        ApiServer::Accepts => ("accepts", None),
        ApiServer::Refuses => ("refuses", None),
        ApiServer::Partly(note) => ("partly", Some(note)),
    };
    json!({
        "id": rule.id,
        "group": group_name(rule),
        "severity": severity(rule),
        "scope": match rule.scope {
            Scope::HostProcess => "HostProcess pods",
            Scope::AnyPod => "every pod",
            Scope::Resize => "in-place resizes of HostProcess pods",
        },
        "apiServer": api_server,
        "apiServerNote": api_server_note,
        "summary": rule.summary,
    })
}

fn group_name(rule: &Rule) -> String {
    format!("{:?}", rule.group).to_lowercase()
}

fn severity(rule: &Rule) -> &'static str {
    match rule.severity {
        DefaultSeverity::Always(severity) => severity.name(),
        DefaultSeverity::Varies(text) => text,
    }
}

/// One word for the table.
fn short_severity(rule: &Rule) -> &'static str {
    match rule.severity {
        DefaultSeverity::Always(severity) => severity.name(),
        DefaultSeverity::Varies(_) => "varies",
    }
}

/// The page of a rule.
///
/// # Errors
/// There is no such rule; the text names the nearest.
pub fn explain(id: &str) -> Result<String, String> {
    if id == UNREADABLE {
        return Ok(format!(
            "# {UNREADABLE}\n\nNo rule: a field holds a value of another type than Kubernetes gives it, so that the \
             policy cannot read the object and rejects it with code 400. The message names the field.\n"
        ));
    }
    match rules::find(id) {
        Some(rule) => Ok(format!("# {id}\n\nBy default: {}. {}.\n\n{}", severity(rule), rule.summary, rule.page)),
        None => Err(format!("there is no rule '{id}'{}", nearest(id, rules::all().map(|rule| rule.id)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_listed_and_explained() {
        let (text, json) = (list(Format::Text), list(Format::Json));
        let json: Vec<Value> = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json.len(), rules::all().count());
        for rule in rules::all() {
            assert!(text.contains(rule.id), "{}", rule.id);
            assert!(explain(rule.id).expect("a page").contains("**Before**"), "{}", rule.id);
        }
        assert!(explain("host-netwrok").expect_err("unknown").ends_with("did you mean 'host-network'?"));
    }
}
