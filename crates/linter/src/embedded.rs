//! HostProcess pods in unusual places: in several templates of one object, in fields of custom kinds, in strings.

use std::cell::LazyCell;

use serde_json::Value;
use windows_hostprocess_policy::admission::kinds::{TemplateLocation, is_native};
use windows_hostprocess_policy::decode::Value as Tree;
use windows_hostprocess_policy::finding::patch::Operation;
use windows_hostprocess_policy::wording::line;

use crate::manifest::Problem;
use crate::object::{Object, tree};
use crate::report::Diagnostic;
use crate::source::Source;

/// The path of the template in the request built for it.
const TEMPLATE: &str = "spec.template.";

/// How many templates of one object are judged. Each gets the metadata of the object.
const MAX_TEMPLATES: usize = 100;
/// The longest path, in bytes, of a template that is judged. Each of its findings repeats the path.
const MAX_PATH: usize = 1_000;

/// A pod template that the policy itself does not look for.
#[derive(Debug)]
pub struct Template<'o> {
    /// Its path in the object, such as `spec.replicatedJobs[0].template.spec.template`.
    path: String,
    value: &'o Value,
}

/// The pod templates of a custom object that the policy does not find, because it judges at most one.
pub fn templates(object: &Object) -> Vec<Template<'_>> {
    let mut found = Vec::new();
    if let Some(value) = custom(object) {
        let judged = LazyCell::new(|| policy_template_path(object));
        visit(value, &mut |path, key, value| {
            let is_judged = is_like_a_pod(value) && *judged == Some(path);
            let is_template = !is_judged && found.len() < MAX_TEMPLATES && is_template(path, key, value);
            if is_template {
                found.push(Template { path: path.to_owned(), value });
            }
            !is_judged && !is_template
        });
    }
    found
}

/// Reports where a custom object holds `hostProcess` that was not judged. `judges_templates` is whether its templates
/// are judged.
pub fn unjudged(object: &Object, source: &Source, judges_templates: bool) -> Option<Problem> {
    let (mut first, mut others) = (None, 0_usize);
    let judged = LazyCell::new(|| policy_template_path(object));
    let mut templates = if judges_templates { MAX_TEMPLATES } else { 0 };
    visit(custom(object)?, &mut |path, key, value| {
        if is_like_a_pod(value) && *judged == Some(path) {
            return false;
        }
        if templates > 0 && is_template(path, key, value) {
            templates -= 1;
            return false;
        }
        if holds_host_process(key, value) {
            others += usize::from(first.is_some());
            first.get_or_insert_with(|| path.to_owned());
        }
        true
    });
    let first = first?;
    let namespace = object.namespace().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    let others = if others == 0 { String::new() } else { format!(" and {others} more") };
    let (kind, name, shown) = (&object.kind, object.name_or_none(), line(&first, MAX_PATH));
    let message = format!("not judged: {kind} {namespace}{name} holds hostProcess at {shown}{others}");
    Some(Problem::at(source.place(object.node.nearest(&first).place()), message))
}

impl<'o> Template<'o> {
    /// Replaces the object of a request with one of the same kind that has this template where the policy looks for it.
    pub fn replace(&self, object: &'o Object, request: &mut Tree<'o>) {
        if let Tree::Object(members) = request {
            let spec = vec![("template", tree(self.value))];
            let metadata = object.value().and_then(|object| object.get("metadata")).map(tree).unwrap_or_default();
            let object = vec![("metadata", metadata), ("spec", Tree::Object(spec.into()))];
            members.insert("object", Tree::Object(object.into()));
            members.insert("oldObject", Tree::Null);
        }
    }

    /// A finding in such a request, with paths in the original object.
    pub fn placed(&self, mut found: Diagnostic) -> Diagnostic {
        self.move_back(&mut found.path);
        for operation in found.patch.iter_mut().flat_map(|patch| &mut patch.operations) {
            let (Operation::Add { path, .. } | Operation::Replace { path, .. } | Operation::Remove { path }) =
                operation;
            self.move_back(path);
        }
        found
    }

    fn move_back(&self, path: &mut String) {
        if let Some(rest) = path.strip_prefix(TEMPLATE) {
            *path = [&self.path, ".", rest].concat();
        }
    }
}

/// The object, unless the policy judges its kind completely.
fn custom(object: &Object) -> Option<&Value> {
    let (group, kind) = group_and_kind(object);
    object.value().filter(|_| !is_native(group, kind))
}

fn group_and_kind(object: &Object) -> (&str, &str) {
    (object.api_version.split_once('/').map_or("", |(group, _)| group), &object.kind)
}

fn policy_template_path(object: &Object) -> Option<&'static str> {
    let (group, kind) = group_and_kind(object);
    let location = TemplateLocation::of(group, kind, &tree(object.value()?))?;
    location.prefix().strip_suffix('.')
}

/// Whether a value has the shape of a pod template, under a key such as `template`, `podTemplate` or `jobTemplate`.
fn is_template(path: &str, key: &str, value: &Value) -> bool {
    path.len() <= MAX_PATH
        && key.to_ascii_lowercase().contains("template")
        && value.pointer("/spec/containers").is_some_and(Value::is_array)
}

/// Whether the policy finds a pod in the template at the path where it looks. Cluster API has other templates there,
/// which hold files with manifests.
fn is_like_a_pod(template: &Value) -> bool {
    ["/spec/containers", "/spec/securityContext"].iter().any(|field| template.pointer(field).is_some())
}

/// Whether this is the field with a value other than `false`, or a string that sets the field.
fn holds_host_process(key: &str, value: &Value) -> bool {
    match value {
        Value::Bool(is_set) => key == FIELD && *is_set,
        Value::String(text) => key == FIELD && text != "false" || sets_host_process(text),
        _ => false,
    }
}

const FIELD: &str = "hostProcess";

/// Whether YAML or JSON in a string sets the field: `hostProcess: true`, `\"hostProcess\":true`,
/// `hostProcess: {{ .Values.x }}`.
fn sets_host_process(text: &str) -> bool {
    let quotes = ['"', '\'', '\\', ' '];
    text.split(FIELD).skip(1).any(|after| {
        let value = after.trim_start_matches(quotes).strip_prefix(':').map(|value| value.trim_start_matches(quotes));
        value.is_some_and(|value| ["true", "{{", "$"].iter().any(|set| value.starts_with(set)))
    })
}

/// Visits every value with its path and key, descending while `descend` returns true. List items have the key of their
/// list. Skips metadata and status, which other parties write.
fn visit<'v>(object: &'v Value, descend: &mut impl FnMut(&str, &str, &'v Value) -> bool) {
    for (key, value) in
        object.as_object().into_iter().flatten().filter(|(key, _)| *key != "metadata" && *key != "status")
    {
        visit_below(value, &mut member("", key), key, descend);
    }
}

fn visit_below<'v>(
    value: &'v Value,
    path: &mut String,
    key: &str,
    descend: &mut impl FnMut(&str, &str, &'v Value) -> bool,
) {
    if !descend(path, key, value) {
        return;
    }
    let length = path.len();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                visit_below(item, path, key, descend);
                path.truncate(length);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                path.push_str(&member(".", key));
                visit_below(value, path, key, descend);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

/// A key as it appears in the paths of findings.
fn member(separator: &str, key: &str) -> String {
    let is_plain = !key.is_empty() && !key.contains(['.', '/', '[', ']', ' ']);
    if is_plain { [separator, key].concat() } else { format!("[{key}]") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::File;

    /// The note about the first object of a text.
    fn note(text: &str) -> Option<String> {
        let file = File::parse("x", text.to_owned());
        unjudged(&file.objects[0], &file.source, true).map(|problem| problem.line("x"))
    }

    #[test]
    fn strings_that_set_the_field_are_recognised() {
        for text in [
            "hostProcess: true",
            r#"{"hostProcess":true}"#,
            r#"{\"hostProcess\": true}"#,
            "'hostProcess' : 'true'",
            "hostProcess: {{ .Values.hostProcess }}",
            "a: hostProcess\nhostProcess: ${HOST_PROCESS}",
        ] {
            assert!(sets_host_process(text), "{text}");
        }
        for text in [
            "",
            "hostProcess",
            "hostProcess: false",
            "hostProcess == true",
            "If hostProcess is true, then hostNetwork must be, too.",
            "hostProcess:\n  type: boolean",
        ] {
            assert!(!sets_host_process(text), "{text}");
        }
    }

    #[test]
    fn unjudged_host_process_is_reported_with_its_place() {
        let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: addons, namespace: ops}\ndata:\n  a: x\n  proxy.yaml: |\n    hostProcess: true\n  z: 'hostProcess: true'\n";
        let expected = "x:6:3: not judged: ConfigMap ops/addons holds hostProcess at data[proxy.yaml] and 1 more";
        assert_eq!(note(config_map).as_deref(), Some(expected));
        let plan = "apiVersion: upgrade.cattle.io/v1\nkind: Plan\nmetadata: {name: wins}\nspec:\n  upgrade:\n    securityContext:\n      windowsOptions: {hostProcess: true}\n";
        let expected =
            "not judged: Plan wins holds hostProcess at spec.upgrade.securityContext.windowsOptions.hostProcess";
        assert!(note(plan).is_some_and(|note| note.ends_with(expected)), "{:?}", note(plan));
    }

    #[test]
    fn templates_beyond_the_limit_are_reported_as_unjudged() {
        let template = r#"{"template": {"spec": {"containers": [{"securityContext": {"windowsOptions": {"hostProcess": true}}}]}}}"#;
        let many = |key: &str, count: usize| {
            let list = vec![template; count].join(", ");
            format!(r#"{{"apiVersion": "x.io/v1", "kind": "Jobs", "spec": {{"{key}": [{list}]}}}}"#)
        };
        assert_eq!(note(&many("jobs", 100)), None);
        let rest = "holds hostProcess at spec.jobs[100].template.spec.containers[0].securityContext.windowsOptions.hostProcess and 1 more";
        assert!(note(&many("jobs", 102)).is_some_and(|note| note.ends_with(rest)), "{:?}", note(&many("jobs", 102)));
        let long = note(&many(&"k".repeat(100_000), 10)).expect("a note");
        assert!(long.len() < 1_200 && long.ends_with("... and 9 more"), "{long}");
    }

    #[test]
    fn a_template_without_a_pod_is_not_judged() {
        let nodes = "apiVersion: bootstrap.cluster.x-k8s.io/v1beta1\nkind: KubeadmConfigTemplate\nmetadata: {name: win}\nspec:\n  template:\n    spec:\n      files: [{content: 'hostProcess: true'}]\n";
        let expected = "holds hostProcess at spec.template.spec.files[0].content";
        assert!(note(nodes).is_some_and(|note| note.ends_with(expected)), "{:?}", note(nodes));
    }

    #[test]
    fn judged_or_inert_host_process_is_not_reported() {
        let template =
            "template: {spec: {securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: a}]}}";
        for text in [
            &format!("apiVersion: apps/v1\nkind: Deployment\nspec: {{{template}}}\n"),
            &format!("apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nspec: {{{template}}}\n"),
            &format!("apiVersion: x.io/v1\nkind: Jobs\nspec: {{jobs: [{{{template}}}]}}\n"),
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {annotations: {a: 'hostProcess: true'}}\n",
            "apiVersion: v1\nkind: ConfigMap\ndata: {a: 'hostProcess: false'}\n",
            "apiVersion: x.io/v1\nkind: X\nspec: {hostProcess: false}\nstatus: {hostProcess: true}\n",
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {properties: {hostProcess: {type: boolean}}}\n",
        ] {
            assert_eq!(note(text), None, "{text}");
        }
    }
}
