#!/usr/bin/env bats
# The audit scanner sends the objects of the cluster to policy-server, each as CREATE without a user.

load helpers

setup_file() {
  policy defaults <<<'{}'
  policy by-kind <<'END'
allow:
- kinds: [DaemonSet]
END
  policy by-requester <<'END'
allow:
- requesters: {users: [olga]}
END
  serve_policies
}

# audit POLICY <POD: prints the response of policy-server.
audit() {
  local object
  object=$(kubectl label --local -f - audited=yes -o json)
  curl --silent --show-error --fail --cacert "$CLUSTER/tls.crt" -H 'Content-Type: application/json' "$POLICY_SERVER/audit/$1" -d @- <<END
{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": {
  "uid": "1", "operation": "CREATE", "name": "agent", "namespace": "default", "userInfo": {},
  "kind": {"group": "", "version": "v1", "kind": "Pod"}, "resource": {"group": "", "version": "v1", "resource": "Pod"},
  "requestKind": {"group": "", "version": "v1", "kind": "Pod"}, "object": $object}}
END
}

@test "a workload without a finding passes" {
  run audit defaults < <(workload Pod agent)
  [[ $output == *'"allowed":true'* && $output != *'"warnings":['* ]]
}

@test "a finding is reported" {
  run audit defaults < <(workload Pod agent | with 'spec: {securityContext: {runAsNonRoot: true}}')
  [[ $output == *'"allowed":false'*'[run-as-non-root]'* ]]
}

@test "the pods of a granted kind pass, and other pods do not" {
  run audit by-kind < <(workload Pod agent |
    with 'metadata: {ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: "1", controller: true}]}')
  [[ $output == *'"allowed":true'* ]]
  run audit by-kind < <(workload Pod agent)
  [[ $output == *'"allowed":false'*'[not-allowed]'* ]]
}

@test "a grant that depends on the requester is reported as not judged" {
  run audit by-requester < <(workload Pod agent)
  [[ $output == *'"allowed":true'* ]]
  [[ $output == *'not judged'*'[not-allowed]'* ]]
}
