//! Waivers: findings that somebody decided to live with, and why. They are the command's own: in admission a workload must not be
//! able to exempt itself.

pub mod baseline;
pub mod comment;
pub mod configured;
pub mod entry;

use std::collections::BTreeSet;

use serde_json::Value;
use windows_hostprocess_policy::decode;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;
use windows_hostprocess_policy::settings::Settings;
use windows_hostprocess_policy::settings::severity::{Profile, Severity, configured};

/// The rules of which it can be said that a waiver waives nothing: those of which every finding is reported with these settings. What
/// the rules of the group `cluster` find depends on the cluster that is asked, if any is.
pub fn judged_rules(settings: &Value) -> BTreeSet<&'static str> {
    let text = settings.to_string();
    let tree = decode::parse(text.as_bytes()).unwrap_or_default();
    let settings: Settings = decode::read(&tree).unwrap_or_default();
    let groups = registry::groups().filter(|group| group.name != "cluster");
    let rules = groups.flat_map(|group| group.rules.iter().copied());
    rules.filter(|rule| reports_everything(rule, &settings)).map(|rule| rule.id).collect()
}

/// Some findings of a rule whose severity varies may be off where those of others are not.
fn reports_everything(rule: &Rule, settings: &Settings) -> bool {
    let is_same_for_all = rule.severity_varies.is_empty() || settings.rules.get(rule.id).is_some();
    configured(settings, rule.id, rule.severity) != Severity::Off
        && (is_same_for_all || settings.profile == Profile::Strict)
}
