#!/usr/bin/env bats
# Workloads that run correctly are accepted.

load helpers

setup_file() {
  policy defaults <<<'{}'
  policy nobody <<<'allow: nobody'
  policy unquoted <<'END'
rules: {run-as-non-root: off, local-system: warn}
containerd: "1.7"
END
  serve_policies
  namespace plain defaults
  kubectl create -f - <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: agents.fleet.example}
spec:
  group: fleet.example
  scope: Namespaced
  names: {kind: Agent, plural: agents}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
END
  kubectl wait --for condition=established crd/agents.fleet.example
}

# Turns a Deployment on stdin into an object of the custom kind.
as_agent() {
  sed -e 's#^apiVersion: .*#apiVersion: fleet.example/v1#' -e 's/^kind: .*/kind: Agent/'
}

@test "the inherit annotation in a pod whose account is SYSTEM anyway" {
  run kubectl -n plain create -f <(workload DaemonSet antrea-agent |
    with 'spec: {template: {metadata: {annotations: {microsoft.com/hostprocess-inherit-user: "true"}}}}')
  accepted
}

@test "a user ID, which Windows ignores" {
  run kubectl -n plain create -f <(workload Deployment with-uid | with 'spec: {template: {spec: {securityContext: {runAsUser: 1000}}}}')
  warned_by run-as-uid
}

@test "an unquoted off in settings" {
  namespace unquoted unquoted
  run kubectl -n unquoted create -f <(workload Deployment agent | with 'spec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}')
  warned_by local-system
}

@test "a custom kind is judged by its pod template" {
  namespace custom nobody
  run kubectl -n custom create -f <(workload Deployment agent | as_agent)
  denied_by not-allowed
}

@test "a custom kind may contain template expressions" {
  run kubectl -n plain create -f <(workload Deployment templated |
    sed 's/command: \[agent.exe\]/command: [agent.exe], args: [8080], ports: [{containerPort: "{{port}}"}]/' | as_agent)
  accepted
}

@test "a custom kind may use containers for something else" {
  run kubectl -n plain create -f <(object fleet.example/v1 Agent strings \
    'spec: {template: {spec: {hostProcess: true, containers: [agent, sidecar]}}}')
  accepted
}

# unreadable NAMESPACE: creates an object from before the policy with a string instead of a boolean.
unreadable() {
  namespace "$1"
  kubectl -n "$1" create -f <(workload Deployment agent | as_agent |
    sed -e 's/hostNetwork: true/hostNetwork: "yes"/' -e 's/name: agent}/name: agent, finalizers: [fleet.example\/cleanup]}/')
  apply_policy defaults "$1"
}

@test "an unreadable custom object can be fixed" {
  unreadable repaired
  run kubectl -n repaired patch agents agent --type merge -p '{"spec": {"template": {"spec": {"hostNetwork": true}}}}'
  accepted
}

@test "an unreadable custom object with a finalizer can be deleted" {
  unreadable removed
  run kubectl -n removed delete agents agent --wait=false
  accepted
  run kubectl -n removed patch agents agent --type merge -p '{"metadata": {"finalizers": null}}'
  accepted
}
