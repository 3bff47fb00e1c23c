//! The rules, and a documentation page for every id that a diagnostic can have, including ids that are not rules.

use windows_hostprocess_policy::finding::severity::Severity;
use windows_hostprocess_policy::outcome::response::RULES_PAGE;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;
use windows_hostprocess_policy::wording::did_you_mean;

/// Id of diagnostics for an object that the rules could not read, and for a file that is not a manifest.
pub const UNREADABLE: &str = "unreadable";
/// Id of diagnostics for a Kubewarden policy with settings that this policy does not accept.
pub const INVALID_SETTINGS: &str = "invalid-settings";
/// Id of diagnostics from a WebAssembly module, whose answers are plain text.
pub const MODULE: &str = "module";

/// An id that belongs to no rule, or has no page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule '{id}'{hint}")]
pub struct UnknownId {
    /// The id as given.
    pub id: String,
    /// Suggests a similar id; empty if there is none.
    hint: String,
}

impl UnknownId {
    fn new(id: &str, known: impl Iterator<Item = &'static str>) -> UnknownId {
        UnknownId { id: id.to_owned(), hint: did_you_mean(id, known) }
    }
}

/// The rule with an id.
///
/// # Errors
/// There is no such rule; the message suggests a similar id.
pub fn rule(id: &str) -> Result<&'static Rule, UnknownId> {
    registry::find(id).ok_or_else(|| UnknownId::new(id, registry::all().map(|rule| rule.id)))
}

/// The severity of a rule unless the settings or the profile change it.
pub fn default_severity(rule: &Rule) -> &'static str {
    if rule.severity_varies.is_empty() { rule.severity.name() } else { rule.severity_varies }
}

/// The documentation of an id.
#[derive(Debug)]
pub struct Page {
    /// The id shown in brackets in messages.
    pub id: &'static str,
    /// One line; starts in lower case, without a final period.
    pub summary: &'static str,
    /// The group of the rule; `None` for an id that is not a rule's.
    pub group: Option<&'static str>,
    /// The severity unless the settings change it.
    pub severity: Severity,
    /// The address of the page on the web.
    pub url: String,
    /// Markdown without a heading.
    pub text: String,
}

/// The pages of all ids, rules first and in the order in which findings are reported.
pub fn pages() -> impl Iterator<Item = Page> {
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
        "Not a rule: the policy cannot read the object and denies it with code 400. The message names the field. If \
         part of a file could not be read at all, `hostprocess check` exits with 2.",
    );
    let invalid_settings = other(
        INVALID_SETTINGS,
        "a Kubewarden policy gives windows-hostprocess settings that it does not accept",
        "Not a rule: `hostprocess check` reads the settings in ClusterAdmissionPolicies, AdmissionPolicies and their groups as the \
         policy does. policy-server refuses such settings when it loads the policy. A warning is about `mutate` \
         where Kubewarden does not let the policy change requests: without `spec.mutating: true`, and in policy groups.",
    );
    let module = other(
        MODULE,
        "a message or a warning from the module given with --wasm",
        "Not a rule: `hostprocess check --wasm` shows the module's answers. The ids in brackets at the end of its \
         lines are rule ids.",
    );
    rules.chain([unreadable, invalid_settings, module])
}

/// The web address of an id's page. Ids that are not rules are explained at the top of the page.
pub fn url(id: &str) -> String {
    if registry::find(id).is_some() { format!("{RULES_PAGE}#{id}") } else { RULES_PAGE.to_owned() }
}

/// The page of an id.
///
/// # Errors
/// There is no such page; the message suggests a similar id.
pub fn page(id: &str) -> Result<Page, UnknownId> {
    pages().find(|page| page.id == id).ok_or_else(|| UnknownId::new(id, pages().map(|page| page.id)))
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
