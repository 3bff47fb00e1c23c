#!/usr/bin/env bats
# The queries in docs/operations.md.

load helpers

setup_file() {
  policy protecting <<<'allow: nobody'
  policy watching monitor <<<'allow: nobody'
  policy fixing mutating <<<'mutate: safe'
  serve_policies
  namespace protected protecting
  # `apply_policy` waits for a denial, and a policy in monitor mode denies nothing.
  kubectl create namespace watched
  kubectl label namespace watched policy/watching=applies
  namespace corrected fixing
}

# audited ANNOTATION NAMESPACE/RESOURCE/NAME: prints the rules that the page's query finds in the audit log.
audited() {
  local query
  query=$(sed -n "s/^\$ jq -r '\(.*\)' audit.log$/\1/p" docs/operations.md)
  jq -r "$query" "$CLUSTER/audit.log" | sed -n "s:.*\t$2\t$1-rules\t::p"
}

@test "the audit log contains the rules that denied" {
  run kubectl -n protected create -f <(workload DaemonSet agent)
  denied_by not-allowed
  [ "$(audited denied protected/daemonsets/agent)" = not-allowed ]
}

@test "the audit log contains the rules that would have denied in monitor mode" {
  local count=0
  watched() {
    count=$((count + 1))
    kubectl -n watched create -f <(workload DaemonSet "agent-$count")
    [ "$(audited denied "watched/daemonsets/agent-$count")" = not-allowed ]
  }
  eventually watched
}

@test "the audit log contains the rules whose fixes were applied" {
  kubectl -n corrected create -f <(workload Pod bare | sed 's/nodeSelector: [^}]*}, //')
  [ "$(audited mutated corrected/pods/bare)" = windows-node ]
}
