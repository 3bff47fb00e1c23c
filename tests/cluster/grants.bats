#!/usr/bin/env bats
# Grants on a cluster.

load helpers

setup_file() {
  policy by-namespace <<'END'
allow:
- namespaces: ["granted-*"]
END
  policy by-label <<'END'
allow:
- namespaceSelector: {matchLabels: {hostprocess: allowed}}
END
  policy by-role <<'END'
rbac: {verb: use, group: windows-hostprocess-policy, resource: hostprocesses}
END
  policy by-role-of-requester <<'END'
rbac: {verb: use, group: windows-hostprocess-policy, resource: hostprocesses, subject: requester}
END
  policy by-requester <<'END'
allow:
- kinds: [DaemonSet]
  requesters: {users: [olga]}
END
  serve_policies
}

@test "a grant to a namespace" {
  namespace granted-one by-namespace
  namespace stranger by-namespace
  run kubectl -n granted-one create -f <(workload DaemonSet agent)
  accepted
  run kubectl -n stranger create -f <(workload DaemonSet agent)
  denied_by not-allowed
  [[ $output == *"namespace 'stranger' is not in its namespaces ['granted-*']"* ]]
}

@test "a grant to namespaces with a label, which is read from the cluster" {
  namespace labelled by-label
  run kubectl -n labelled create -f <(workload DaemonSet agent)
  denied_by not-allowed
  kubectl label namespace labelled hostprocess=allowed
  allowed() { kubectl -n labelled create -f <(workload DaemonSet agent); }
  eventually allowed
}

# grant_role NAMESPACE SUBJECT...: creates a role for HostProcess and binds it.
grant_role() {
  kubectl -n "$1" create -f <(object rbac.authorization.k8s.io/v1 Role run-hostprocess \
    'rules: [{apiGroups: [windows-hostprocess-policy], resources: [hostprocesses], verbs: [use]}]')
  kubectl -n "$1" create rolebinding run-hostprocess --role run-hostprocess "${@:2}"
}

@test "a grant by RBAC to the service account" {
  namespace roles by-role
  grant_role roles --serviceaccount roles:trusted
  allowed() {
    kubectl -n roles create -f <(workload DaemonSet trusted | with 'spec: {template: {spec: {serviceAccountName: trusted}}}')
  }
  eventually allowed
  run kubectl -n roles create -f <(workload DaemonSet agent)
  denied_by not-allowed
}

@test "a grant by RBAC to the requester" {
  namespace users by-role-of-requester
  grant_role users --user olga
  allowed() { kubectl --as olga -n users create -f <(workload DaemonSet olgas); }
  eventually allowed
  run kubectl --as mallory -n users create -f <(workload DaemonSet agent)
  denied_by not-allowed
}

@test "a grant to a requester also covers the DaemonSet's pods" {
  namespace named by-requester
  join windows v1.36.2 2.3.4
  run kubectl --as mallory -n named create -f <(workload DaemonSet agent)
  denied_by not-allowed
  run kubectl --as olga -n named create -f <(workload DaemonSet agent)
  accepted

  needs_controllers
  pods_are_there() { [ -n "$(kubectl -n named get pods -l app=agent -o name)" ]; }
  eventually pods_are_there
}

@test "a pod with a forged owner needs a grant as a pod" {
  namespace forged by-requester
  kubectl --as olga -n forged create -f <(workload DaemonSet agent)
  local uid
  uid=$(kubectl -n forged get daemonset agent -o jsonpath='{.metadata.uid}')
  run kubectl --as olga -n forged create -f <(workload Pod agent-x2v8q |
    with "metadata: {ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: $uid, controller: true}]}")
  denied_by not-allowed
}
