#!/usr/bin/env bats
# `hostprocess scan` and `hostprocess grants --cluster` on a real API server, with only the permissions of deploy/scan-clusterrole.yaml.

load helpers

setup_file() {
  # The same features as the tests, or Wasmtime would be compiled again.
  cargo test --quiet --locked --workspace --no-run
  policy granted <<<'allow: nobody'
  serve_policies
  namespace live
  namespace empty
  # Every user is a tenant, but the scanner must have only the permissions of its role.
  kubectl -n live delete rolebinding tenants
  kubectl -n empty delete rolebinding tenants
  join new v1.36.2 2.3.4
  kubectl apply -f deploy/scan-clusterrole.yaml
  kubectl create clusterrolebinding scan --clusterrole hostprocess-scan --user scanner
  kubectl -n live create -f <(workload DaemonSet agent)
  kubectl -n live create -f <(workload CronJob nightly | with 'spec: {jobTemplate: {spec: {template: {spec: {securityContext: {runAsNonRoot: true}}}}}}')
  kubectl -n live create -f <(object v1 Pod linux 'spec: {containers: [{name: a, image: registry.example/a:1}]}')
}

hostprocess() {
  KUBECONFIG=$CLUSTER/scanner.kubeconfig NO_COLOR=1 target/debug/hostprocess "$@"
}

@test "scan reports workloads from before the policy" {
  run hostprocess scan -n live
  [ "$status" -eq 1 ]
  [[ $output == *'error[run-as-non-root]: spec.jobTemplate.spec.template.spec.securityContext.runAsNonRoot'* ]]
  [[ $output == *'CronJob live/nightly'* ]]
  run hostprocess scan -n empty
  [ "$status" -eq 0 ]
  [[ $output == *'0 objects: '* ]]
}

@test "scan reports the line in kubectl's output" {
  run hostprocess scan -n live -o github
  [[ $output =~ line=([0-9]+) ]]
  [[ $(kubectl -n live get cronjob nightly -o json | sed -n "${BASH_REMATCH[1]}p") == *'"runAsNonRoot": true'* ]]
}

@test "scan reports a Deployment, not its pods" {
  needs_controllers
  kubectl -n live create -f <(workload Deployment web)
  has_pods() { kubectl -n live get pods -o name | grep web; }
  eventually has_pods
  run hostprocess scan -n live --list
  [ "$status" -eq 0 ]
  [[ $output =~ live\ +Deployment\ +web\  ]]
  [[ $output != *'Pod '* && $output != *'ReplicaSet '* ]]
}

@test "scan reports a pod with a forged owner" {
  local uid
  kubectl -n live create -f <(object v1 PodTemplate decoy 'template: {spec: {containers: [{name: a, image: registry.example/a:1}]}}')
  uid=$(kubectl -n live get podtemplate decoy -o jsonpath='{.metadata.uid}')
  kubectl -n live create -f <(workload Pod forged |
    with "metadata: {ownerReferences: [{apiVersion: v1, kind: PodTemplate, name: decoy, uid: $uid, controller: true}]}")
  run hostprocess scan -n live --list
  [[ $output =~ live\ +Pod\ +forged\  ]]
  kubectl -n live delete pod/forged podtemplate/decoy
}

@test "scan lists every page" {
  local names
  names=$(for n in {1..520}; do printf -- '---\n%s\n' "$(object v1 PodTemplate "t$n" "template: {spec: {containers: [{name: a, image: a}]}}")"; done)
  kubectl -n empty create -f - <<<"$names" >/dev/null
  run hostprocess scan -n empty
  [ "$status" -eq 0 ]
  [[ $output == *'520 objects: 520 accepted'* ]]
}

@test "a kind that cannot be listed is an error, and other kinds are checked" {
  kubectl patch clusterrole hostprocess-scan --type json -p '[{"op": "remove", "path": "/rules/2"}]'
  may_not() { run hostprocess scan -n live; [ "$status" -eq 2 ]; }
  eventually may_not
  [[ $output == *'cronjobs.batch is forbidden: User "scanner" cannot list resource "cronjobs"'* ]]
  [[ $output == *' accepted'* ]]
  kubectl apply -f deploy/scan-clusterrole.yaml
}

@test "grants --cluster allows exactly the running workloads" {
  may_again() { hostprocess grants --cluster -n live >"$CLUSTER/grants.yaml"; }
  eventually may_again
  grep -F '# DaemonSet live/agent' "$CLUSTER/grants.yaml"
  run target/debug/hostprocess check --settings "$CLUSTER/grants.yaml" --rules not-allowed --namespace live <(workload DaemonSet agent)
  [ "$status" -eq 0 ]
  run target/debug/hostprocess check --settings "$CLUSTER/grants.yaml" --rules not-allowed --namespace empty <(workload DaemonSet agent)
  [ "$status" -eq 1 ]
}
