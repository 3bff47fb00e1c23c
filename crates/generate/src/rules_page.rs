//! `docs/rules.md`: an introduction, a table, and the page of every rule, in the order in which findings are reported.

use std::fmt;

use windows_hostprocess_policy::decode::Fields;
use windows_hostprocess_policy::finding::patch::Reach;
use windows_hostprocess_policy::rules::api_server::ApiServer;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;

use crate::File;

const INTRODUCTION: &str = include_str!("rules_page/introduction.md");

pub fn file() -> File {
    File::new("docs/rules.md", Page.to_string())
}

struct Page;

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(INTRODUCTION)?;
        f.write_str("\n| group | rule | default | API server | finding |\n| --- | --- | --- | --- | --- |\n")?;
        for group in registry::groups() {
            for rule in group.rules {
                let (Rule { id, summary, .. }, severity, api_server) = (rule, severity(rule), api_server(rule));
                writeln!(f, "| {} | [`{id}`](#{id}) | {severity} | {api_server} | {summary} |", group.name)?;
            }
        }
        for group in registry::groups() {
            let (initial, rest) = group.name.split_at(1);
            write!(f, "\n## {}{rest}\n", initial.to_uppercase())?;
            group.rules.iter().try_for_each(|rule| section(rule, f))?;
        }
        Ok(())
    }
}

fn section(rule: &Rule, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (severity, api_server) = (severity(rule), api_server(rule));
    write!(f, "\n### {}\n\n**Default** {severity}. **API server** {api_server}.", rule.id)?;
    needs(rule, f)?;
    write!(f, "{}\n\n{}", fixed_by(rule), rule.page)
}

fn severity(rule: &Rule) -> &'static str {
    if rule.severity_varies.is_empty() { rule.severity.name() } else { rule.severity_varies }
}

fn api_server(rule: &Rule) -> &'static str {
    match rule.api_server {
        ApiServer::Accepts => "accepts",
        ApiServer::Refuses => "refuses",
        ApiServer::Partly(text) => text,
    }
}

/// The fields without which the rule is skipped.
fn needs(rule: &Rule, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if rule.reads == Fields::ALL {
        return Ok(());
    }
    let fields: Vec<String> = rule.reads.names().map(|name| format!("`{name}`")).collect();
    write!(f, " **Needs** {}.", fields.join(" or "))
}

/// The commands and settings that apply the fixes of a rule.
fn fixed_by(rule: &Rule) -> &'static str {
    match rule.patches {
        None => "",
        Some(Reach::Admission) => " **Fixed by** `mutate` and `hostprocess fix`, where the fix is certain.",
        Some(Reach::Command) => " **Fixed by** `hostprocess fix`, where the fix is certain.",
        Some(Reach::OnDemand) => " **Fixed by** `hostprocess fix --unsafe`.",
    }
}
