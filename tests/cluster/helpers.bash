# Helpers for the tests: policies, namespaces, workloads, and assertions about kubectl's output.

bats_require_minimum_version 1.7.0
load processes

# policy NAME [mutating|monitor] <SETTINGS: declares a policy with these settings. `namespace` and `apply_policy` apply it.
policy() {
  # kubectl parses the settings, like those of a ClusterAdmissionPolicy.
  local settings
  settings=$({ printf 'apiVersion: v1\nkind: Policy\nsettings:\n' && sed 's/^/  /'; } |
    kubectl label --local -f - played=yes -o jsonpath='{.settings}')
  cat >>"$CLUSTER/policies.yml" <<END
$1:
  module: file://$PWD/annotated-policy.wasm
  settings: $settings
  contextAwareResources:
$(metadata contextAwareResources)
  hostCapabilities:
$(metadata hostCapabilities)
END
  case ${2:-} in
    mutating) printf '  allowedToMutate: true\n' ;;
    monitor) printf '  policyMode: monitor\n' ;;
  esac >>"$CLUSTER/policies.yml"
}

# metadata KEY: prints the value of a key in metadata.yml.
metadata() {
  awk -v key="$1:" '/^[^ #]/ { found = ($0 == key); next } found { print "  " $0 }' metadata.yml
}

# Prints the `matchConditions` of the deployed policy.
match_conditions() {
  kubectl label --local -f deploy/base/clusteradmissionpolicy.yaml played=yes -o jsonpath='{.spec.matchConditions}'
}

# Starts policy-server with the declared policies, and registers a webhook for each.
serve_policies() {
  local readiness
  POLICY_SERVER=https://127.0.0.1:$(free_port)
  readiness=$(free_port)
  export POLICY_SERVER
  # No signature is verified, so the trust root of sigstore is not needed.
  KUBECONFIG=$CLUSTER/policy-server.kubeconfig KUBEWARDEN_SIGSTORE_TRUST_CONFIG_PATH=/dev/null \
    start policy-server policy-server --addr 127.0.0.1 --port "${POLICY_SERVER##*:}" --readiness-probe-port "$readiness" \
    --cert-file "$CLUSTER/tls.crt" --key-file "$CLUSTER/tls.key" --policies "$CLUSTER/policies.yml" \
    --policies-download-dir "$CLUSTER" --sigstore-cache-dir "$CLUSTER"
  wait_for policy-server curl --fail "http://127.0.0.1:$readiness/readiness"

  sed -n 's/^\([a-z].*\):$/\1/p' "$CLUSTER/policies.yml" | while read -r name; do webhook "$name"; done
}

# webhook POLICY: registers it like Kubewarden. A mutating policy gets only new pods, as in docs/recipes.md.
webhook() {
  local kind=Validating rules
  rules=$(metadata rules)
  if allowed_to_mutate "$1"; then
    kind=Mutating
    rules='    - {apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}'
  fi
  kubectl create -f - <<END
apiVersion: admissionregistration.k8s.io/v1
kind: ${kind}WebhookConfiguration
metadata: {name: $1}
webhooks:
- name: $1.kubewarden.admission
  clientConfig: {url: $POLICY_SERVER/validate/$1, caBundle: $(base64 -w0 "$CLUSTER/tls.crt")}
  namespaceSelector: {matchLabels: {policy/$1: applies}}
  failurePolicy: Fail
  sideEffects: None
  admissionReviewVersions: [v1]
  matchConditions: $(match_conditions)
  rules:
$rules
    # A rule that an administrator adds for custom kinds.
    - {apiGroups: [fleet.example], apiVersions: [v1], resources: ["*"], operations: [CREATE, UPDATE]}
END
}

allowed_to_mutate() {
  awk -v key="$1:" '/^[^ ]/ { found = ($0 == key) } found' "$CLUSTER/policies.yml" | grep -q '^  allowedToMutate: true'
}

teardown_file() {
  kubectl delete --all validatingwebhookconfigurations,mutatingwebhookconfigurations,nodes,runtimeclasses
  stop policy-server
  rm "$CLUSTER/policies.yml"
}

# After a failed test: prints the last output and the path of the logs.
teardown() {
  [ -n "${BATS_TEST_COMPLETED:-}${BATS_TEST_SKIPPED:-}" ] && return
  touch "$CLUSTER/keep"
  echo "${output:0:3000}"
  echo "logs: $CLUSTER/*.log"
}

# namespace NAME [POLICY]: creates a namespace, unless it exists, in which every user is a tenant, and applies the policy.
namespace() {
  local object
  for object in "namespace $1" 'serviceaccount default' 'rolebinding tenants --clusterrole tenant --group system:authenticated'; do
    # shellcheck disable=SC2086 # several words
    kubectl -n "$1" create $object --dry-run=client -o yaml | kubectl apply -f -
  done
  [ -z "${2:-}" ] || apply_policy "$2" "$1"
}

# apply_policy POLICY NAMESPACE: applies the policy and waits until kube-apiserver enforces it.
apply_policy() {
  kubectl label namespace "$2" "policy/$1=applies"
  eventually is_guarded "$2" "$1"
}

# is_guarded NAMESPACE POLICY: whether the policy is enforced there. Every policy denies this annotation.
is_guarded() {
  kubectl -n "$1" create --dry-run=server -f - 2>&1 <<'END' | grep -F "\"$2.kubewarden.admission\" denied the request"
apiVersion: v1
kind: Pod
metadata: {name: probe, annotations: {microsoft.com/hostprocess-container: "true"}}
spec: {containers: [{name: probe, image: registry.example/probe:1.0}]}
END
}

# join NAME KUBELET CONTAINERD [SYSTEM]: creates a schedulable node with these versions, by default a Windows node.
join() {
  kubectl create -f - <<END
apiVersion: v1
kind: Node
metadata: {name: $1, labels: {kubernetes.io/os: ${4:-windows}, kubernetes.io/hostname: $1}}
status: {nodeInfo: {kubeletVersion: $2, containerRuntimeVersion: containerd://$3}}
END
  kubectl taint node "$1" node.kubernetes.io/not-ready:NoSchedule-
}

# Skips the rest of a test if kube-controller-manager is not installed.
needs_controllers() {
  command -v kube-controller-manager >/dev/null ||
    skip 'kube-controller-manager is not installed: https://kubernetes.io/releases/download/#binaries'
}

# eventually COMMAND...: waits up to 20 seconds until the command succeeds.
eventually() {
  local end=$((SECONDS + 20))
  until "$@" >"$CLUSTER/attempt.log" 2>&1; do
    ((SECONDS < end)) || { cat "$CLUSTER/attempt.log"; return 1; }
    sleep 0.2
  done
}

# workload KIND NAME: prints a manifest without findings.
workload() {
  local pod template restart=Always
  [[ $1 != *Job ]] || restart=Never
  pod="{hostNetwork: true, nodeSelector: {kubernetes.io/os: windows}, restartPolicy: $restart,
    securityContext: {windowsOptions: {hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM'}},
    containers: [{name: agent, image: 'registry.example/agent:1.0', command: [agent.exe]}]}"
  template="{metadata: {labels: {app: $2}}, spec: $pod}"
  case $1 in
  Pod) object v1 "$@" "spec: $pod" ;;
  PodTemplate) object v1 "$@" "template: $template" ;;
  ReplicationController) object v1 "$@" "spec: {selector: {app: $2}, template: $template}" ;;
  ControllerRevision) object apps/v1 "$@" "data: {spec: {template: $template}}" ;;
  Job) object batch/v1 "$@" "spec: {template: $template}" ;;
  CronJob) object batch/v1 "$@" "spec: {schedule: '@daily', jobTemplate: {spec: {template: $template}}}" ;;
  *) object apps/v1 "$@" "spec: {selector: {matchLabels: {app: $2}}, template: $template}" ;;
  esac
}

# object VERSION KIND NAME BODY: prints a manifest.
object() {
  printf 'apiVersion: %s\nkind: %s\nmetadata: {name: %s}\n%s\n' "$@"
}

# with PATCH <MANIFEST: prints the manifest after a strategic merge patch.
with() {
  kubectl patch --local -f - -p "$1" -o yaml
}

# rules_after PREFIX: prints the rules at the end of the lines with this prefix.
rules_after() {
  sed -nE "s/^$1.*\[([a-z-]+)\]\$/\1/p" <<<"$output" | sort -u | xargs
}

# Asserts that the request was accepted without a warning.
accepted() {
  [ "$status" -eq 0 ]
  [[ $output != *Warning:* ]]
}

# warned_by RULE...: asserts that the request was accepted with warnings of these rules.
warned_by() {
  [ "$status" -eq 0 ]
  [ "$(rules_after 'Warning: ')" = "$(printf '%s\n' "$@" | sort | xargs)" ]
}

# denied_by RULE...: asserts that the policy denied the request because of these rules.
denied_by() {
  [ "$status" -ne 0 ]
  [[ $output == *'.kubewarden.admission" denied the request: '* ]]
  [ "$(rules_after '- ')" = "$(printf '%s\n' "$@" | sort | xargs)" ]
}
