#!/usr/bin/env bats
# The setting `mutate`: pods are fixed before kube-apiserver validates and stores them.

load helpers

setup_file() {
  policy fixing mutating <<<'mutate: safe'
  policy not-fixing mutating <<<'{}'
  policy checking mutating <<<'{mutate: safe, nodes: {check: true}}'
  policy not-allowed-to-mutate <<<'mutate: safe'
  policy local-service <<'END'
allow:
- runAsUserNames: ["NT AUTHORITY\\Local service"]
END
  serve_policies
  namespace fixed fixing
}

# fixable KIND NAME [ACCOUNT]: a manifest with two findings that kube-apiserver accepts.
fixable() {
  workload "$1" "$2" | sed "s/nodeSelector: [^}]*}, //; s/'NT AUTHORITY[^']*'/'NT Authority\\\\${3:-System}'/"
}

# field OBJECT JSONPATH [FLAG...]
field() {
  kubectl -n fixed get "$1" -o jsonpath="{$2}" "${@:3}"
}

@test "fixes add and remove fields of a new pod, and kubectl shows them" {
  run kubectl -n fixed create -f <(fixable Pod shell | sed 's/hostNetwork: true, /hostUsers: false, /')
  warned_by host-network host-users nt-authority-spelling windows-node
  [ "$(grep -c '^Warning: .* (fixed by the policy) \[' <<<"$output")" -eq 4 ]
  [ "$(field pod/shell .spec.hostNetwork)" = true ]
  [ "$(field pod/shell .spec.nodeSelector)" = '{"kubernetes.io/os":"windows"}' ]
  [ "$(field pod/shell .spec.securityContext.windowsOptions.runAsUserName)" = 'NT AUTHORITY\SYSTEM' ]
  [ -z "$(field pod/shell .spec.hostUsers)" ]
}

# unproven KIND NAME: lacks only the host network; fixed, it would be root on the network of a Linux node.
unproven() {
  workload "$1" "$2" | sed 's/hostNetwork: true, nodeSelector: [^}]*}, //'
}

@test "a pod that only names its node is not fixed, because the node may run Linux" {
  run kubectl -n fixed create -f <(unproven Pod named | with 'spec: {nodeName: linux-1, securityContext: {runAsUser: 1000}}')
  denied_by host-network
  run kubectl -n fixed create -f <(unproven Pod by-affinity | with 'spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
    {matchFields: [{key: metadata.name, operator: In, values: [linux-1]}]}]}}}}')
  denied_by host-network
  [[ $output != *'fixed by the policy'* ]]
}

@test "pods of a DaemonSet without a selector are not fixed on Linux nodes" {
  needs_controllers
  join linux-1 v1.36.2 2.3.4 linux
  # kube-apiserver accepts the template only with the host network, so the finding is about the account.
  kubectl -n fixed create -f <(fixable DaemonSet everywhere)
  is_denied() {
    kubectl -n fixed get events -o jsonpath='{.items[*].message}' --field-selector involvedObject.name=everywhere | grep -F '[nt-authority-spelling]'
  }
  eventually is_denied
  [ -z "$(field pods '.items[*].metadata.name' -l app=everywhere)" ]
}

@test "with nodes.check, a Windows node in the cluster is proof" {
  namespace checked checking
  join windows-1 v1.36.2 2.3.4
  run kubectl -n checked create -f <(unproven Pod on-windows | with 'spec: {nodeName: windows-1}')
  warned_by host-network
  [ "$(kubectl -n checked get pod on-windows -o jsonpath='{.spec.hostNetwork}')" = true ]
  run kubectl -n checked create -f <(unproven Pod on-linux | with 'spec: {nodeName: linux-1}')
  denied_by host-network
}

@test "a pod without a finding is created without a warning" {
  run kubectl -n fixed create -f <(workload Pod flawless)
  accepted
}

@test "pods that controllers create are fixed, and their templates are unchanged" {
  join windows v1.36.2 2.3.4
  run kubectl -n fixed create -f <(fixable Deployment of-deployment)
  accepted
  # The controller names the node of each pod, so the pods are fixed only if the template selects Windows.
  run kubectl -n fixed create -f <(fixable DaemonSet of-daemonset | with 'spec: {template: {spec: {nodeSelector: {kubernetes.io/os: windows}}}}')
  accepted

  needs_controllers
  local kind
  for kind in deployment daemonset; do
    is_fixed() {
      field pods '.items[*].spec.securityContext.windowsOptions.runAsUserName' -l app="of-$kind" | grep -F 'NT AUTHORITY\SYSTEM'
    }
    eventually is_fixed
    [ "$(field "$kind/of-$kind" .spec.template.spec.securityContext.windowsOptions.runAsUserName)" = 'NT Authority\System' ]
  done
  [ -z "$(field deployment/of-deployment .spec.template.spec.nodeSelector)" ]
}

@test "a fixed account needs a grant of the policy that judges" {
  namespace judged local-service
  apply_policy fixing judged
  run kubectl -n judged create -f <(fixable Pod shell 'Local service')
  warned_by nt-authority-spelling windows-node
  run kubectl -n judged create -f <(fixable Pod system)
  denied_by not-allowed
  [[ $output == *'"local-service.kubewarden.admission" denied'*"'NT AUTHORITY\\SYSTEM'"* ]]
}

@test "a template is not fixed" {
  namespace templates local-service
  apply_policy fixing templates
  run kubectl -n templates create -f <(fixable Deployment agent 'Local service')
  denied_by nt-authority-spelling
}

@test "without the setting a fixable pod is denied" {
  namespace unfixed not-fixing
  run kubectl -n unfixed create -f <(fixable Pod shell | sed 's/hostNetwork: true, //')
  denied_by host-network nt-authority-spelling
}

@test "a policy without permission to mutate rejects pods that it would fix" {
  namespace refused not-allowed-to-mutate
  run kubectl -n refused create -f <(fixable Pod shell)
  [ "$status" -ne 0 ]
  [[ $output == *'Request rejected by policy not-allowed-to-mutate. The policy attempted to mutate the request, but it is currently configured to not allow mutations.'* ]]
  run kubectl -n refused create -f <(workload Pod flawless)
  accepted
}

@test "a fixed pod can be applied again if its fixes only added fields" {
  manifest() { workload Pod again | sed 's/nodeSelector: [^}]*}, //'; }
  run kubectl -n fixed apply -f <(manifest)
  warned_by windows-node
  run kubectl -n fixed apply -f <(manifest)
  accepted
  # kubectl would restore a replaced value, but the field is immutable.
  kubectl -n fixed apply -f <(fixable Pod replaced)
  run kubectl -n fixed apply -f <(fixable Pod replaced)
  [ "$status" -ne 0 ]
  [[ $output == *'pod updates may not change fields'* ]]
}

# The MutatingAdmissionPolicy in docs/validatingadmissionpolicy.md, in one namespace only.
by_cel() {
  sed -n '/^```yaml$/,/^```$/ { /^```/d; p }' docs/validatingadmissionpolicy.md |
    sed 's/^  policyName: .*/&\n  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io\/metadata.name: fixed-by-cel}}}/'
}

@test "the MutatingAdmissionPolicy in the docs sets two fields without Kubewarden" {
  namespace fixed-by-cel
  kubectl create -f <(by_cel)
  fields() { kubectl -n fixed-by-cel get pod "$1" -o jsonpath='{.spec.hostNetwork} {.spec.nodeSelector}'; }
  lacking_both() { workload Pod "$1" | sed 's/hostNetwork: true, nodeSelector: [^}]*}, //'; }
  create_fixed() { kubectl -n fixed-by-cel create -f <(lacking_both agent); }
  eventually create_fixed
  [ "$(fields agent)" = 'true {"kubernetes.io/os":"windows"}' ]

  kubectl -n fixed-by-cel create -f <(lacking_both selected | with 'spec: {nodeSelector: {disk: ssd}}')
  [ "$(fields selected)" = 'true {"disk":"ssd","kubernetes.io/os":"windows"}' ]
  kubectl -n fixed-by-cel create -f <(object v1 Pod on-containers 'spec:
  containers: [{name: agent, image: agent, securityContext: &of_containers {windowsOptions: {hostProcess: true, runAsUserName: NT AUTHORITY\SYSTEM}}}]
  initContainers: [{name: prepare, image: agent, securityContext: *of_containers}]')
  [ "$(fields on-containers)" = 'true {"kubernetes.io/os":"windows"}' ]

  kubectl -n fixed-by-cel run ordinary --image registry.example/web:1.0
  [ "$(fields ordinary)" = ' ' ]
  # kube-apiserver rejects these pods because hostNetwork was not set.
  run kubectl -n fixed-by-cel create -f <(lacking_both mixed | with 'spec: {containers: [{name: web, image: web, securityContext: {windowsOptions: {hostProcess: false}}}]}')
  [[ $output == *'hostNetwork must be true'* ]]
  run kubectl -n fixed-by-cel create -f <(lacking_both elsewhere | with 'spec: {nodeSelector: {kubernetes.io/os: linux}}')
  [[ $output == *'hostNetwork must be true'* ]]
  # A named node may run Linux, unless the pod also selects the operating system.
  run kubectl -n fixed-by-cel create -f <(lacking_both named | with 'spec: {nodeName: linux-node}')
  [[ $output == *'hostNetwork must be true'* ]]
  run kubectl -n fixed-by-cel create -f <(lacking_both by-affinity | with 'spec: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [
    {matchFields: [{key: metadata.name, operator: In, values: [linux-node]}]}]}}}}')
  [[ $output == *'hostNetwork must be true'* ]]
  kubectl -n fixed-by-cel create -f <(lacking_both proven | with 'spec: {nodeName: windows, nodeSelector: {kubernetes.io/os: windows}}')
  [ "$(fields proven)" = 'true {"kubernetes.io/os":"windows"}' ]
}
