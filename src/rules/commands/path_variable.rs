use crate::decode::Fields;
use crate::finding::collector::Findings;
use crate::finding::severity::Severity;
use crate::k8s::pod::ContainerView;
use crate::node::environment::is_path;
use crate::rules::context::Context;
use crate::rules::rule::{Rule, about, page};
use crate::wording::quote;

pub static RULE: Rule = Rule {
    id: "path-variable",
    summary: about!("a `PATH` that replaces the node's without its System32, or is set in two spellings"),
    severity: Severity::Warn,
    reads: Fields::of(&["value"]),
    page: page!("path_variable.md"),
    ..Rule::new(check)
};

fn check(context: &Context, findings: &mut Findings) {
    for container in context.pod.host_process_containers() {
        let name = |index: usize| container.raw.env[index].name.unwrap_or_default();
        let mut first = None;
        for (index, value) in path_variables(&container) {
            let first = *first.get_or_insert(index);
            let field = |field| container.path(&format!("env[{index}].{field}"));
            if name(index) != name(first) {
                let message = format!(
                    "{} and {} are the same variable on Windows, and either value may win",
                    name(index),
                    name(first)
                );
                findings.container(&container, field("name"), message, "set only one of them");
            }
            if !value.contains("$(") && !value.split(';').any(system_folder) {
                findings.container(
                    &container,
                    field("value"),
                    format!("{} replaces the node's whole PATH, which includes System32", quote(value)),
                    r"add C:\Windows\System32, and C:\Windows\System32\WindowsPowerShell\v1.0 if scripts run",
                );
            }
        }
    }
}

/// The values of `PATH`, in any case, in `env`, each with its index. An empty value counts as unset.
pub fn path_variables<'p>(container: &ContainerView<'p, '_>) -> impl Iterator<Item = (usize, &'p str)> {
    container.raw.env.iter().enumerate().filter_map(|(index, variable)| {
        let is_path = variable.name.is_some_and(is_path);
        Some((index, variable.value.filter(|value| is_path && !value.is_empty())?))
    })
}

/// Whether an entry of a `PATH` is System32 or below it, on any drive or in the image: some images contain their own.
pub fn system_folder(entry: &str) -> bool {
    entry.split(['\\', '/']).any(|name| name.trim().eq_ignore_ascii_case("system32"))
}
