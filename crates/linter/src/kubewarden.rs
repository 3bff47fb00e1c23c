//! Kubewarden policies: objects that name a module and configure it.

pub mod check;

use serde_json::Value;
use windows_hostprocess_policy::settings::validation::Invalid;
use windows_hostprocess_policy::wording::quote;

/// The API group of the kinds below, in every version.
const API_GROUP: &str = "policies.kubewarden.io/";
const POLICY_KINDS: [&str; 2] = ["ClusterAdmissionPolicy", "AdmissionPolicy"];
const GROUP_KINDS: [&str; 2] = ["ClusterAdmissionPolicyGroup", "AdmissionPolicyGroup"];

/// The last part of this policy's name in registries (see metadata.yml), and the name of its crate.
const NAMES: [&str; 2] = ["windows-hostprocess", "windows-hostprocess-policy"];

/// A module with settings: a policy, or a member of a policy group.
#[derive(Clone, Copy, Debug)]
pub struct Policy<'v> {
    /// The name of a group's member; `None` for a policy by itself.
    pub member: Option<&'v str>,
    /// Where the module is pulled from; empty if absent.
    pub module: &'v str,
    /// Its settings; `null` if absent.
    pub settings: &'v Value,
    /// Whether Kubewarden lets it change requests; never in a group.
    pub may_mutate: bool,
}

impl Policy<'_> {
    /// The path of the settings in the object.
    pub fn settings_path(&self) -> String {
        self.member.map_or_else(|| "spec.settings".to_owned(), |name| format!("spec.policies.{name}.settings"))
    }

    /// Whether the module is this policy, under any tag and from any registry or file.
    pub fn is_this_policy(&self) -> bool {
        let name = self.module.rsplit('/').next().unwrap_or_default();
        let name = name.split(['@', ':']).next().unwrap_or_default();
        let name = name.strip_suffix(".wasm").unwrap_or(name).replace('_', "-");
        NAMES.contains(&name.as_str())
    }
}

/// The policies in an object: one, the members of a group, or none if it is not a Kubewarden policy. Version and kind
/// are arguments because the items of a typed list lack them.
pub fn policies<'v>(api_version: &str, kind: &str, object: &'v Value) -> Vec<Policy<'v>> {
    let spec = &object["spec"];
    if !api_version.starts_with(API_GROUP) {
        return Vec::new();
    }
    if POLICY_KINDS.contains(&kind) {
        return vec![policy(None, spec)];
    }
    let members = spec["policies"].as_object().filter(|_| GROUP_KINDS.contains(&kind));
    members.into_iter().flatten().map(|(name, member)| policy(Some(name), member)).collect()
}

fn policy<'v>(member: Option<&'v str>, value: &'v Value) -> Policy<'v> {
    let module = value["module"].as_str().unwrap_or_default();
    Policy { member, module, settings: &value["settings"], may_mutate: member.is_none() && value["mutating"] == true }
}

/// The settings that a Kubewarden policy gives to this policy; `None` for a value that is not a Kubernetes object.
///
/// # Errors
/// It is another kind of object, a policy with another module, or a group with this policy several times. The error has
/// the path in the object.
pub fn configured_in(object: &Value) -> Result<Option<Policy<'_>>, Invalid> {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let all = policies(text("apiVersion"), text("kind"), object);
    let ours: Vec<Policy> = all.iter().copied().filter(Policy::is_this_policy).collect();
    let error = |path: &str, message: String| Err(Invalid::new(path, message));
    match (&ours[..], &all[..]) {
        ([], []) => match (object["apiVersion"].as_str(), object["kind"].as_str()) {
            (Some(_), Some(kind)) => error("kind", format!("an object of kind {kind} has no settings for this policy")),
            _ => Ok(None),
        },
        ([ours], _) => Ok(Some(*ours)),
        ([], [Policy { member: None, module, .. }]) => {
            let message = match *module {
                "" => format!("is missing; the module of this policy is named {}", NAMES[0]),
                other => format!("{} is not this policy, whose module is named {}", quote(other), NAMES[0]),
            };
            error("spec.module", message)
        }
        ([], members) => {
            let modules = listed(members, |member| match member.module {
                "" => format!("{} has none", name(member)),
                module => format!("{} has {}", name(member), quote(module)),
            });
            error(
                "spec.policies",
                format!("no member has this policy as its module, which is named {}: {modules}", NAMES[0]),
            )
        }
        (several, _) => {
            let names = listed(several, |member| name(member).to_owned());
            error("spec.policies", format!("several members have this policy as their module: {names}"))
        }
    }
}

/// Joins the path of the settings and a path in them.
pub fn joined(settings: &str, path: &str) -> String {
    let separator = if settings.is_empty() || path.is_empty() { "" } else { "." };
    format!("{settings}{separator}{path}")
}

fn name<'v>(policy: &Policy<'v>) -> &'v str {
    policy.member.unwrap_or_default()
}

fn listed(policies: &[Policy], show: impl Fn(&Policy) -> String) -> String {
    policies.iter().map(show).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_this_policy(module: &str) -> bool {
        policy(None, &json!({ "module": module })).is_this_policy()
    }

    #[test]
    fn a_module_is_recognised_by_the_last_part_of_its_name() {
        for module in [
            "registry://ghcr.io/windows-hostprocess-policy/policies/windows-hostprocess:v0.1.0",
            "ghcr.io/kubewarden/windows-hostprocess",
            "registry://localhost:5000/windows-hostprocess@sha256:0123",
            "registry://localhost:5000/windows-hostprocess:v1@sha256:0123",
            "https://example.org/windows-hostprocess.wasm",
            "file:///tmp/windows_hostprocess_policy.wasm",
            "windows-hostprocess-policy:latest",
        ] {
            assert!(is_this_policy(module), "{module}");
        }
        for module in [
            "",
            "registry://ghcr.io/kubewarden/policies/host-namespaces-psp:v1.0.0",
            "ghcr.io/windows-hostprocess/policies/pod-privileged",
            "ghcr.io/x/my-windows-hostprocess",
            "ghcr.io/x/windows-hostprocess/other:windows-hostprocess",
        ] {
            assert!(!is_this_policy(module), "{module}");
        }
    }

    #[test]
    fn names_match_the_published_metadata_and_the_crate() {
        let metadata = include_str!("../../../metadata.yml");
        let metadata = kubernetes_yaml::documents(metadata).remove(0).expect("YAML").value;
        let url = metadata["annotations"]["io.kubewarden.policy.ociUrl"].as_str().expect("a string");
        assert!(url.ends_with(&format!("/{}", NAMES[0])), "{url}");
        let manifest = include_str!("../../../Cargo.toml");
        assert!(manifest.contains(&format!("\nname = \"{}\"\n", NAMES[1])));
    }

    #[test]
    fn only_kubewarden_kinds_are_policies() {
        let object = |api_version: &'static str, kind: &'static str| {
            let member = json!({"module": "windows-hostprocess", "settings": {"ratchet": false}});
            (api_version, kind, json!({"spec": {"module": "windows-hostprocess", "policies": {"a": member}}}))
        };
        let paths = |(api_version, kind, object): (&str, &str, Value)| {
            policies(api_version, kind, &object).iter().map(Policy::settings_path).collect::<Vec<_>>()
        };
        for kind in POLICY_KINDS {
            assert_eq!(paths(object("policies.kubewarden.io/v1", kind)), ["spec.settings"], "{kind}");
        }
        for kind in GROUP_KINDS {
            assert_eq!(paths(object("policies.kubewarden.io/v1", kind)), ["spec.policies.a.settings"], "{kind}");
        }
        assert!(paths(object("policies.kubewarden.io/v1", "PolicyServer")).is_empty());
        assert!(paths(object("policies.example.org/v1", "AdmissionPolicy")).is_empty());
        assert!(paths(("policies.kubewarden.io/v1", "AdmissionPolicyGroup", json!([]))).is_empty());
    }
}
