#!/usr/bin/env bats
# Rules that read the cluster's nodes and RuntimeClasses, with `nodes.check: true`.

load helpers

setup_file() {
  policy checked <<<'nodes: {check: true}'
  policy required <<<'nodes: {check: true, required: true}'
  serve_policies
  namespace checked checked
  namespace required required
  join old v1.22.17 1.5.18
  join unpatched v1.29.12 1.7.33
  join new v1.36.2 2.3.4
}

# on NODE <MANIFEST: restricts the Deployment to this node.
on() {
  with "spec: {template: {spec: {nodeSelector: {kubernetes.io/hostname: $1}}}}"
}

@test "the message names a node that is too old" {
  run kubectl -n checked create -f <(workload Deployment too-old | on old)
  denied_by min-containerd min-kubernetes
  [[ $output == *v1.22.17* && $output == *1.5.18* ]]
}

@test "a recent node is accepted" {
  run kubectl -n checked create -f <(workload Deployment fine | on new)
  accepted
}

@test "a workload is accepted after its old node is gone" {
  run kubectl -n checked create -f <(workload Deployment upgraded)
  denied_by min-containerd min-kubernetes
  kubectl delete node old
  allowed() { kubectl -n checked create -f <(workload Deployment upgraded); }
  eventually allowed
  join old v1.22.17 1.5.18
}

@test "a missing node is a warning, or a denial with nodes.required" {
  run kubectl -n checked create -f <(workload Deployment nowhere | on mars)
  warned_by no-windows-node
  run kubectl -n required create -f <(workload Deployment nowhere | on mars)
  denied_by no-windows-node
}

@test "runAsUser is denied for kubelet versions that fail because of it" {
  local uid='spec: {template: {spec: {securityContext: {runAsUser: 1000}}}}'
  run kubectl -n checked create -f <(workload Deployment unpatched | with "$uid" | on unpatched)
  denied_by run-as-uid
  run kubectl -n checked create -f <(workload Deployment patched | with "$uid" | on new)
  warned_by run-as-uid
}

@test "a RuntimeClass is recognised by its handler, not its name" {
  kubectl create -f <(object node.k8s.io/v1 RuntimeClass sandbox 'handler: runhcs-wcow-hypervisor')
  runtime_class_is_seen() {
    run kubectl -n checked create -f <(workload Deployment isolated | on new | with 'spec: {template: {spec: {runtimeClassName: sandbox}}}')
    denied_by hyperv-runtime-class
  }
  eventually runtime_class_is_seen
}
