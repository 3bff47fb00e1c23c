//! `hostprocess rules` and `hostprocess explain`: the catalogue.

use serde_json::{Value, json};
use windows_hostprocess_policy::rules::api_server::ApiServer;
use windows_hostprocess_policy::rules::registry::{self, Group};
use windows_hostprocess_policy::rules::rule::{Rule, Scope};
use windows_hostprocess_policy::wording::did_you_mean;

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
            let rules = registry::groups().flat_map(|group| group.rules.iter().map(move |rule| as_json(group, rule)));
            format!("{:#}\n", Value::Array(rules.collect()))
        }
    }
}

fn table() -> String {
    let width = registry::all().map(|rule| rule.id.len()).max().unwrap_or_default();
    let section = |group: &Group| {
        let line = |rule: &&Rule| format!("  {:width$}  {:6}  {}\n", rule.id, short_severity(rule), rule.summary);
        format!("{}\n{}", group.name, group.rules.iter().map(line).collect::<String>())
    };
    registry::groups().map(section).collect::<Vec<_>>().join("\n")
}

fn as_json(group: &Group, rule: &Rule) -> Value {
    let (api_server, api_server_note) = match rule.api_server {
        ApiServer::Accepts => ("accepts", None),
        ApiServer::Refuses => ("refuses", None),
        ApiServer::Partly(note) => ("partly", Some(note)),
    };
    json!({
        "id": rule.id,
        "group": group.name,
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

fn severity(rule: &Rule) -> &'static str {
    if rule.severity_varies.is_empty() { rule.severity.name() } else { rule.severity_varies }
}

/// One word for the table.
fn short_severity(rule: &Rule) -> &'static str {
    if rule.severity_varies.is_empty() { rule.severity.name() } else { "varies" }
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
    match registry::find(id) {
        Some(rule) => Ok(format!("# {id}\n\nBy default: {}. {}.\n\n{}", severity(rule), rule.summary, rule.page)),
        None => Err(format!("there is no rule '{id}'{}", did_you_mean(id, registry::all().map(|rule| rule.id)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_listed_and_explained() {
        let (text, json) = (list(Format::Text), list(Format::Json));
        let json: Vec<Value> = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json.len(), registry::all().count());
        for rule in registry::all() {
            assert!(text.contains(rule.id), "{}", rule.id);
            assert!(explain(rule.id).expect("a page").contains("**Before**"), "{}", rule.id);
        }
        assert!(explain("host-netwrok").expect_err("unknown").ends_with("did you mean 'host-network'?"));
    }
}
