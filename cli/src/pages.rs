//! The page of every id that a diagnostic can have: that of a rule, or why there is a diagnostic without one.

use windows_hostprocess_policy::outcome::response::RULES_PAGE;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;
use windows_hostprocess_policy::settings::severity::Severity;
use windows_hostprocess_policy::wording::did_you_mean;

use crate::commands::rules::default_severity;
use crate::report::{INVALID_SETTINGS, MODULE, UNREADABLE};

/// What there is to say about an id.
#[derive(Debug)]
pub struct Page {
    /// In the brackets of a message.
    pub id: &'static str,
    /// In one line: starts in lower case, no final period.
    pub summary: &'static str,
    /// The group of the rule; `None` for an id that is not a rule's.
    pub group: Option<&'static str>,
    /// Unless the settings say otherwise.
    pub severity: Severity,
    /// Where it is on the web.
    pub url: String,
    /// In Markdown, without a heading.
    pub text: String,
}

/// The pages of all ids, rules first and in the order in which findings are reported.
pub fn all() -> impl Iterator<Item = Page> {
    let rules = registry::groups().flat_map(|group| {
        group.rules.iter().map(|rule| Page {
            id: rule.id,
            summary: rule.summary,
            group: Some(group.name),
            severity: rule.severity,
            url: url(rule.id),
            text: text(rule),
        })
    });
    let other = |id, summary, text: &str| {
        let text = format!("{}.\n\n{text}\n", capitalised(summary));
        Page { id, summary, group: None, severity: Severity::Deny, url: url(id), text }
    };
    let unreadable = other(
        UNREADABLE,
        "a field holds a value of a type that Kubernetes does not allow there",
        "Not a rule: the policy cannot read the object and rejects it with code 400. The message names the field. Where \
         a part of a file could not be read at all, `hostprocess check` exits with 2.",
    );
    let invalid_settings = other(
        INVALID_SETTINGS,
        "a Kubewarden policy gives windows-hostprocess settings that it does not take",
        "Not a rule: `hostprocess check` reads the settings in ClusterAdmissionPolicies, AdmissionPolicies and their groups as the \
         policy does. policy-server refuses such settings when it loads the policy. A warning is about `mutate` \
         where Kubewarden does not let the policy change requests: without `spec.mutating: true`, and in policy groups.",
    );
    let module = other(
        MODULE,
        "a message or a warning of the module that was asked",
        "Not a rule: `hostprocess check --wasm` shows what the module answers. The ids in brackets at the end of its \
         lines are those of rules.",
    );
    rules.chain([unreadable, invalid_settings, module])
}

/// Where the page of an id is on the web. An id that is not a rule's is explained at the top.
pub fn url(id: &str) -> String {
    if registry::find(id).is_some() { format!("{RULES_PAGE}#{id}") } else { RULES_PAGE.to_owned() }
}

/// The page of an id.
///
/// # Errors
/// There is none; the text suggests a similar id.
pub fn find(id: &str) -> Result<Page, String> {
    all()
        .find(|page| page.id == id)
        .ok_or_else(|| format!("unknown rule '{id}'{}", did_you_mean(id, all().map(|page| page.id))))
}

fn text(rule: &Rule) -> String {
    let folder = RULES_PAGE.trim_end_matches("rules.md");
    let page = rule.page.replace("](recipes.md", &format!("]({folder}recipes.md"));
    format!("By default: {}. {}.\n\n{page}", default_severity(rule), capitalised(rule.summary))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
