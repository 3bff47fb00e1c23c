//! `docs/rules.md` is written from the rules. `make docs` renews it; here it must be up to date.

use std::fmt::Write;
use std::{env, fs};

use windows_hostprocess_policy::decode::Fields;
use windows_hostprocess_policy::outcome::patch::Reach;
use windows_hostprocess_policy::rules::api_server::ApiServer;
use windows_hostprocess_policy::rules::registry;
use windows_hostprocess_policy::rules::rule::Rule;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");

const INTRODUCTION: &str = "\
<!-- Written from the rules by `make docs`. Edit src/rules/<group>/<rule>.md instead. -->
# Rules

Every rule, in the order in which findings are reported. *Default* is the severity unless `rules` or `profile` in the settings say otherwise:
`deny` rejects the request, `warn` adds a warning to the answer, `off` reports nothing.
*Needs* lists the fields without which there is nothing to report; a rule without it also reports what is missing.
*Fixed by* names who can mend findings: the setting `mutate` in new pods, `hostprocess fix` in manifests. *Fix* says what is changed, or why nothing is.

*API server*: whether kube-apiserver refuses the same in native kinds. Its validation runs before validating webhooks, so in a cluster these rules
matter only for custom workload kinds and for audits of old objects; offline (`hostprocess check`, `kwctl run`) they always apply.

The pages say how each statement is known: **M** measured on kube-apiserver 1.36.2, **V** read in source or documentation, **T** read in
an issue or pull request, **I** inferred from source that was read but not executed on a Windows node, **R** recalled. Unless a page says otherwise a rule looks only at pods with `hostProcess: true` on the pod or
on any container, and at init and ephemeral containers as at regular ones.

Native kinds are read strictly: an object with a field of another type than Kubernetes gives it is rejected with code 400. An object that sets no
`hostProcess` and holds no other text that a rule looks for is accepted without being read; kube-apiserver refuses malformed native objects itself. Custom kinds are judged by
shape, at `spec.template` and `spec.jobTemplate.spec.template`, and may well hold something else there. In these such a field (`\"{{port}}\"`,
a number among the arguments, a list of names in place of containers) counts as missing, and everything beside it is judged. `hostProcess` is the
exception: whatever is not a boolean counts as true, because a template that is filled in later may make it so.
An object that is being deleted is accepted on UPDATE, readable or not.

`hostprocess check` reports two things that are not rules: `unreadable`, an object that the policy rejects with code 400, and `invalid-settings`, a
Kubewarden policy with settings that this policy [does not take](command.md#kubewarden-policies).
";

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
fn needs(rule: &Rule) -> String {
    if rule.reads == Fields::ALL {
        return String::new();
    }
    let fields: Vec<String> = rule.reads.names().map(|name| format!("`{name}`")).collect();
    format!(" **Needs** {}.", fields.join(" or "))
}

/// Who applies the patches that findings may come with.
fn fixed_by(rule: &Rule) -> &'static str {
    match rule.patches {
        None => "",
        Some(Reach::Admission) => " **Fixed by** `mutate` and `hostprocess fix`, where the remedy is certain.",
        Some(Reach::Command) => " **Fixed by** `hostprocess fix`, where the remedy is certain.",
        Some(Reach::OnDemand) => " **Fixed by** `hostprocess fix --unsafe`.",
    }
}

fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n| group | rule | default | API server | what it catches |\n| --- | --- | --- | --- | --- |\n");
    for group in registry::groups() {
        for rule in group.rules {
            let Rule { id, summary, .. } = rule;
            writeln!(
                page,
                "| {} | [`{id}`](#{id}) | {} | {} | {summary} |",
                group.name,
                severity(rule),
                api_server(rule)
            )
            .expect("a string takes it");
        }
    }
    for group in registry::groups() {
        write!(page, "\n## {}{}\n", group.name[..1].to_uppercase(), &group.name[1..]).expect("a string takes it");
        for rule in group.rules {
            write!(page, "\n### {}\n\n", rule.id).expect("a string takes it");
            let (severity, api_server) = (severity(rule), api_server(rule));
            write!(page, "**Default** {severity}. **API server** {api_server}.{}{}\n\n", needs(rule), fixed_by(rule))
                .expect("a string takes it");
            page.push_str(rule.page);
        }
    }
    page
}

#[test]
fn the_rules_page_is_up_to_date() {
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(PAGE, page()).expect("docs/rules.md is writable");
    }
    let committed = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(committed == page(), "docs/rules.md is out of date: run `make docs`");
}

/// Whoever reads a finding wants to know whether it can be fixed for them, and if not, why.
#[test]
fn every_rule_says_what_its_fix_does_or_why_there_is_none() {
    for rule in registry::all() {
        let paragraphs: Vec<&str> = rule.page.split("\n\n").filter_map(|text| text.strip_prefix("**Fix** ")).collect();
        let [fix] = paragraphs[..] else {
            panic!("{}: {} paragraphs that begin with **Fix**", rule.id, paragraphs.len())
        };
        let reason = fix.strip_prefix("None is always right: ");
        assert_eq!(reason.is_some(), rule.patches.is_none(), "{}: {fix}", rule.id);
        assert!(fix.ends_with('.'), "{}: {fix}", rule.id);
    }
}

/// `docs/statements.md` links to rules, and each of its statements has an answer.
#[test]
fn the_statements_are_checked_by_rules_that_exist() {
    let file = fixtures::repository().join("docs/statements.md");
    let text = fs::read_to_string(file).expect("docs/statements.md is readable");
    let mut links = 0;
    for link in text.split("](rules.md#").skip(1) {
        let id = link.split(')').next().expect("a link ends");
        assert!(registry::find(id).is_some(), "unknown rule {id}");
        links += 1;
    }
    // Every rule that is written there is a link, and every link says where it leads.
    let written = registry::all().map(|rule| text.matches(&format!("`{}`", rule.id)).count()).sum::<usize>();
    let shown =
        registry::all().map(|rule| text.matches(&format!("[`{0}`](rules.md#{0})", rule.id)).count()).sum::<usize>();
    assert_eq!((written, shown), (links, links));
    assert!(links > 20, "{links} links");
    let mut rows = 0;
    for row in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| --- ")) {
        let answer = row.trim_end_matches(" |").rsplit(" | ").next().expect("a row has cells");
        let is_answered = ["checked by", "](", "Out of reach: ", "Out of reach, ", "Nothing to check."];
        assert!(is_answered.iter().any(|text| answer.contains(text)), "{row}");
        rows += 1;
    }
    assert!(rows > 20, "{rows} rows");
}
