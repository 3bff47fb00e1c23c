#!/usr/bin/env bats
# Updates of existing workloads.

load helpers

setup_file() {
  policy defaults <<<'{}'
  policy registry <<'END'
allow:
- images: ["registry.example/*"]
END
  policy nobody <<<'allow: nobody'
  policy no-debugging <<<'rules: {ephemeral-container: deny}'
  serve_policies
  namespace fleet registry
}

@test "adding a label does not repeat warnings" {
  namespace warned defaults
  for kind in Pod Deployment; do
    run kubectl -n warned create -f <(workload $kind agent | sed 's/nodeSelector: [^}]*}, //')
    warned_by windows-node
    run kubectl -n warned label $kind agent reviewed=yes
    accepted
  done
}

@test "another image needs a grant" {
  kubectl -n fleet create -f <(workload Deployment imaged)
  run kubectl -n fleet set image deployment/imaged agent=registry.example/agent:1.1
  accepted
  run kubectl -n fleet set image deployment/imaged agent=elsewhere.example/agent:1.1
  denied_by not-allowed
}

@test "a granted workload is scaled without a warning" {
  kubectl -n fleet create -f <(workload Deployment scaled)
  run kubectl -n fleet scale deployment scaled --replicas 3
  accepted
}

@test "a workload from before the policy can be labelled, scaled and restarted, but gets no new pods" {
  namespace legacy
  kubectl -n legacy create -f <(workload Deployment agent)
  apply_policy nobody legacy

  run kubectl -n legacy label deployment agent reviewed=yes
  accepted
  run kubectl -n legacy scale deployment agent --replicas 3
  accepted
  run kubectl -n legacy rollout restart deployment agent
  warned_by not-allowed
  run kubectl -n legacy set image deployment/agent agent=registry.example/agent:1.1
  denied_by not-allowed

  needs_controllers
  replicaset_is_denied() {
    kubectl -n legacy get deployment agent -o jsonpath='{.status.conditions[*].message}' | grep -F '[not-allowed]'
  }
  eventually replicaset_is_denied
}

@test "a debug container in a HostProcess pod is a warning, or a denial if the rule denies" {
  namespace debugged defaults
  kubectl -n debugged create -f <(workload Pod agent)
  run kubectl -n debugged debug agent --image registry.example/debug:1.0 -- powershell.exe
  warned_by ephemeral-container

  namespace undebugged no-debugging
  kubectl -n undebugged create -f <(workload Pod agent)
  run kubectl -n undebugged debug agent --image registry.example/debug:1.0 -- powershell.exe
  denied_by ephemeral-container
}

@test "a HostProcess pod cannot be resized in place" {
  kubectl -n fleet create -f <(workload Pod resized |
    with 'spec: {containers: [{name: agent, resources: {requests: {cpu: 1}}}]}')
  run kubectl -n fleet patch pod resized --subresource resize \
    -p '{"spec": {"containers": [{"name": "agent", "resources": {"requests": {"cpu": "2"}}}]}}'
  denied_by resize
}

@test "a pod with a finalizer that would be denied today can be deleted" {
  namespace outdated
  kubectl -n outdated create -f <(workload Pod agent | with 'metadata: {finalizers: [fleet.example/cleanup]}')
  apply_policy nobody outdated
  run kubectl -n outdated delete pod agent --wait=false
  accepted
  run kubectl -n outdated patch pod agent -p '{"metadata": {"finalizers": null}}'
  accepted
}

@test "Kueue's changes to a suspended Job need no grant" {
  namespace queued
  kubectl -n queued create -f <(workload Job batch | with 'spec: {suspend: true}')
  apply_policy nobody queued
  run kubectl -n queued patch job batch -p '{"spec": {"suspend": false, "template": {"spec": {"nodeSelector": {"pool": "batch"}, "tolerations": [{"operator": "Exists"}]}}}}'
  warned_by not-allowed
  kubectl -n queued get job batch -o jsonpath='{.spec.template.spec.nodeSelector}' | grep -F '"pool":"batch"'
}

@test "changing the operating system of a suspended Job needs a grant" {
  namespace switched
  kubectl -n switched create -f <(workload Job batch | with 'spec: {suspend: true}')
  apply_policy nobody switched
  run kubectl -n switched patch job batch -p '{"spec": {"template": {"spec": {"nodeSelector": {"kubernetes.io/os": "linux"}}}}}'
  denied_by linux-node not-allowed
}

@test "a gated pod is released and gets a deadline without a grant" {
  namespace gated
  kubectl -n gated create -f <(workload Pod waiting | with 'spec: {schedulingGates: [{name: kueue.x-k8s.io/admission}]}')
  apply_policy nobody gated
  run kubectl -n gated patch pod waiting --type json \
    -p '[{"op": "add", "path": "/spec/nodeSelector/pool", "value": "batch"}, {"op": "remove", "path": "/spec/schedulingGates"}]'
  warned_by not-allowed
  run kubectl -n gated patch pod waiting -p '{"spec": {"activeDeadlineSeconds": 600}}'
  warned_by not-allowed
  run kubectl -n gated set image pod/waiting agent=registry.example/agent:1.1
  denied_by not-allowed
}
