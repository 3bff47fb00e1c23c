#!/usr/bin/env bats
# The `matchConditions` of deploy/base/clusteradmissionpolicy.yaml as kube-apiserver evaluates them. The webhook is unreachable, so exactly the
# requests that they let through fail.

load helpers

setup_file() {
  kubectl create -f - <<END
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: outage}
webhooks:
- name: outage.kubewarden.admission
  clientConfig: {url: "https://127.0.0.1:1/validate"}
  namespaceSelector: {matchLabels: {policy: outage}}
  failurePolicy: Fail
  sideEffects: None
  admissionReviewVersions: [v1]
  matchConditions: $(match_conditions)
  rules:
$(metadata rules)
END
  namespace outage
  kubectl label namespace outage policy=outage
  webhook_is_called() {
    run kubectl -n outage create --dry-run=server -f <(workload Pod agent)
    reached_webhook
  }
  eventually webhook_is_called
}

teardown_file() {
  kubectl delete validatingwebhookconfiguration outage
}

reached_webhook() {
  [ "$status" -ne 0 ]
  [[ $output == *'failed calling webhook "outage.kubewarden.admission"'* ]]
}

# without_windows <MANIFEST: removes every field related to HostProcess.
without_windows() {
  awk '{ sub(/hostNetwork: true, /, "") } !/windowsOptions/'
}

KINDS='Pod PodTemplate ReplicationController ReplicaSet Deployment StatefulSet DaemonSet Job CronJob ControllerRevision'

@test "HostProcess workloads of every kind need policy-server" {
  local kind
  for kind in $KINDS; do
    run kubectl -n outage create -f <(workload "$kind" agent)
    reached_webhook
  done
}

@test "ordinary workloads of every kind and their controllers' objects do not need policy-server" {
  needs_controllers
  local kind
  for kind in ${KINDS% *}; do
    run kubectl -n outage create -f <(workload "$kind" web | without_windows)
    accepted
  done
  for kind in controllerrevisions pods; do
    there_is() { [ -n "$(kubectl -n outage get "$1" -l app=web -o name)" ]; }
    eventually there_is "$kind"
  done
}

@test "a ControllerRevision from a user needs policy-server" {
  run kubectl -n outage create -f <(workload ControllerRevision mine | without_windows)
  reached_webhook
}

@test "ordinary pods with a reserved annotation or the base image need policy-server" {
  run kubectl -n outage create -f <(workload Pod annotated | without_windows |
    with 'metadata: {annotations: {microsoft.com/hostprocess-inherit-user: "true"}}')
  reached_webhook
  run kubectl -n outage create -f <(workload Pod misused | without_windows |
    with 'spec: {containers: [{name: agent, image: "mirror.example/windows-host-process-containers-base-image:v1.0.0"}]}')
  reached_webhook
}

@test "bindings and status updates need policy-server only with a reserved annotation" {
  kubectl -n outage create -f <(workload Pod bound | without_windows)
  local inherit='{"microsoft.com/hostprocess-inherit-user": "true"}'
  run bind "$inherit"
  reached_webhook
  run bind '{"example.com/note": "bound"}'
  accepted
  run kubectl -n outage patch pod bound --subresource status -p "{\"metadata\": {\"annotations\": $inherit}}"
  reached_webhook
  run kubectl -n outage patch pod bound --subresource status -p '{"status": {"reason": "Tested"}}'
  accepted
}

# bind ANNOTATIONS
bind() {
  kubectl create --raw /api/v1/namespaces/outage/pods/bound/binding -f - <<END
{"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "bound", "annotations": $1}, "target": {"kind": "Node", "name": "windows"}}
END
}
