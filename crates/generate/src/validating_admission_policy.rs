//! `deploy/validatingadmissionpolicy.yaml`: the rules that kube-apiserver itself can check, and the binding.

mod expressions;
mod paths;

use anyhow::Result;
use serde::Serialize;
use serde_saphyr::{FlowSeq, FoldString};

pub use expressions::{Check, checks};
pub use paths::{named_pipe, rootfs};

use crate::{File, yaml};

/// The path of the manifest in the repository.
pub const MANIFEST: &str = "deploy/validatingadmissionpolicy.yaml";

const HEAD: &str = "# Generated from the rules by `make docs`: see docs/validatingadmissionpolicy.md.\n";

const NAME: &str = "windows-hostprocess";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata,
    spec: S,
}

#[derive(Serialize)]
struct Metadata {
    name: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    failure_policy: &'static str,
    match_constraints: MatchConstraints,
    variables: Vec<Variable>,
    validations: [Validation; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MatchConstraints {
    resource_rules: Vec<ResourceRule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResourceRule {
    api_groups: FlowSeq<[&'static str; 1]>,
    api_versions: FlowSeq<[&'static str; 1]>,
    resources: FlowSeq<&'static [&'static str]>,
    operations: FlowSeq<&'static [&'static str]>,
}

#[derive(Serialize)]
struct Variable {
    name: String,
    expression: FoldString,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Validation {
    expression: &'static str,
    message_expression: &'static str,
    message: &'static str,
    reason: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Binding {
    policy_name: &'static str,
    validation_actions: FlowSeq<[&'static str; 1]>,
}

/// The policy and its binding.
///
/// # Errors
/// A value cannot be represented in YAML.
pub fn file() -> Result<File> {
    let (policy, binding) =
        (object("ValidatingAdmissionPolicy", policy()), object("ValidatingAdmissionPolicyBinding", binding()));
    let (policy, binding) = (yaml::document(&policy)?, yaml::document(&binding)?);
    Ok(File::new(MANIFEST, format!("{HEAD}{policy}---\n{binding}")))
}

fn object<S>(kind: &'static str, spec: S) -> Object<S> {
    Object { api_version: "admissionregistration.k8s.io/v1", kind, metadata: Metadata { name: NAME }, spec }
}

fn policy() -> Policy {
    let variables = expressions::variables().into_iter();
    Policy {
        failure_policy: "Fail",
        match_constraints: MatchConstraints { resource_rules: resource_rules() },
        variables: variables.map(|(name, expression)| Variable { name, expression: FoldString(expression) }).collect(),
        // kube-apiserver shows the message of only one validation, and messages have one line.
        validations: [Validation {
            expression: "variables.findings.size() == 0",
            message_expression: "variables.findings.join('; ')",
            message: "a rule about HostProcess containers is violated",
            reason: "Forbidden",
        }],
    }
}

fn resource_rules() -> Vec<ResourceRule> {
    let rule = |group, resources, operations| ResourceRule {
        api_groups: FlowSeq([group]),
        api_versions: FlowSeq(["v1"]),
        resources: FlowSeq(resources),
        operations: FlowSeq(operations),
    };
    const WRITES: &[&str] = &["CREATE", "UPDATE"];
    vec![
        rule("", &["pods", "podtemplates", "replicationcontrollers"], WRITES),
        rule("", &["pods/ephemeralcontainers"], &["UPDATE"]),
        rule("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"], WRITES),
        rule("batch", &["jobs", "cronjobs"], WRITES),
    ]
}

fn binding() -> Binding {
    Binding { policy_name: NAME, validation_actions: FlowSeq(["Deny"]) }
}
