#!/usr/bin/env bats
# What the cluster's nodes and RuntimeClasses say about a workload, with `nodes.check: true`.

load story

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

# on NODE <MANIFEST: the Deployment on this node only.
on() {
  with "spec: {template: {spec: {nodeSelector: {kubernetes.io/hostname: $1}}}}"
}

@test "a node that is too old is named" {
  run kubectl -n checked create -f <(workload Deployment too-old | on old)
  denied_by min-containerd min-kubernetes
  [[ $output == *v1.22.17* && $output == *1.5.18* ]]
}

@test "a new node does" {
  run kubectl -n checked create -f <(workload Deployment fine | on new)
  accepted
}

@test "a node that was upgraded does" {
  run kubectl -n checked create -f <(workload Deployment upgraded)
  denied_by min-containerd min-kubernetes
  kubectl delete node old
  allowed() { kubectl -n checked create -f <(workload Deployment upgraded); }
  eventually allowed
  join old v1.22.17 1.5.18
}

@test "no node is a warning, or a denial where the check is required" {
  run kubectl -n checked create -f <(workload Deployment nowhere | on mars)
  warned_by no-windows-node
  run kubectl -n required create -f <(workload Deployment nowhere | on mars)
  denied_by no-windows-node
}

@test "runAsUser is denied where a kubelet is known to fail because of it" {
  local uid='spec: {template: {spec: {securityContext: {runAsUser: 1000}}}}'
  run kubectl -n checked create -f <(workload Deployment unpatched | with "$uid" | on unpatched)
  denied_by run-as-uid
  run kubectl -n checked create -f <(workload Deployment patched | with "$uid" | on new)
  warned_by run-as-uid
}

@test "a RuntimeClass is what its handler says, not its name" {
  kubectl create -f <(object node.k8s.io/v1 RuntimeClass sandbox 'handler: runhcs-wcow-hypervisor')
  runtime_class_is_seen() {
    run kubectl -n checked create -f <(workload Deployment isolated | on new | with 'spec: {template: {spec: {runtimeClassName: sandbox}}}')
    denied_by hyperv-runtime-class
  }
  eventually runtime_class_is_seen
}
