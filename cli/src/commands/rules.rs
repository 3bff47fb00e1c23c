//! `hostprocess rules`: lists the rules.

use hostprocess_linter::catalogue::default_severity;
use serde_json::{Value, json};
use windows_hostprocess_policy::rules::api_server::ApiServer;
use windows_hostprocess_policy::rules::registry::{self, Group};
use windows_hostprocess_policy::rules::rule::{Rule, Scope};

/// The arguments of `rules`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Output format
    #[arg(short, long, value_enum, default_value_t = Format::Text)]
    pub output: Format,
}

/// How to print the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A table
    Text,
    /// JSON
    Json,
}

/// The list of all rules, ready to print.
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
        let line = |rule: &&Rule| format!("  {:width$}  {:6}  {}\n", rule.id, severity_in_a_word(rule), rule.summary);
        format!("{}\n{}", group.name, group.rules.iter().map(line).collect::<String>())
    };
    registry::groups().map(section).collect::<Vec<_>>().join("\n")
}

/// The severity as one word, to fit the table's column.
fn severity_in_a_word(rule: &Rule) -> &'static str {
    if rule.severity_varies.is_empty() { rule.severity.name() } else { "varies" }
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
        "severity": default_severity(rule),
        "scope": match rule.scope {
            Scope::HostProcess => "HostProcess pods",
            Scope::MayBeHostProcess => "HostProcess pods, and revisions that may make one",
            Scope::AnyPod => "every pod",
            Scope::Annotations => "the annotations of every pod",
            Scope::Resize => "in-place resizes of HostProcess pods",
        },
        "apiServer": api_server,
        "apiServerNote": api_server_note,
        "summary": rule.summary,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_listed_in_both_formats() {
        let ids: Vec<&str> = registry::all().map(|rule| rule.id).collect();
        let table = list(Format::Text);
        let rows = table.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
        assert_eq!(rows.collect::<Vec<_>>(), ids);
        let json: Vec<Value> = serde_json::from_str(&list(Format::Json)).expect("JSON");
        assert_eq!(json.iter().map(|rule| rule["id"].as_str().expect("a string")).collect::<Vec<_>>(), ids);
    }
}
