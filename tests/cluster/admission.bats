#!/usr/bin/env bats
# Verdicts at the defaults, and the messages in kubectl.

load helpers

setup_file() {
  policy defaults <<<'{}'
  policy nobody <<<'allow: nobody'
  serve_policies
  namespace kube-system defaults
  namespace monitoring defaults
  namespace forbidden nobody
}

@test "Microsoft's AKS sample is accepted without a warning" {
  run kubectl create -f examples/privileged-daemonset.yaml
  accepted
}

@test "the broken example, which kube-apiserver accepts, is denied with every finding at once" {
  run kubectl create -f examples/broken.yaml
  denied_by container-account hyperv-runtime-class named-pipe-mount nt-authority-spelling reserved-annotations run-as-non-root
  [[ $output == *'[sandbox-variable-spelling]'* ]]
}

@test "every kind with a pod template is judged" {
  for kind in Pod PodTemplate ReplicationController ReplicaSet Deployment StatefulSet DaemonSet Job CronJob ControllerRevision; do
    run kubectl -n forbidden create -f <(workload $kind agent)
    denied_by not-allowed
  done
}

@test "ordinary workloads are accepted without a warning, even with allow: nobody" {
  run kubectl -n forbidden create deployment web --image registry.example/web:1.0
  accepted
}

@test "an object of a megabyte is judged in time, with a short message" {
  run kubectl -n monitoring create -f <(workload Deployment large | awk 'sub(/containers: \[/, "") {
    print "containers: ["
    for (i = 0; i < 4000; i++) printf "  {name: c%d, image: agent, securityContext: {windowsOptions: {runAsUserName: ContainerUser}}},\n", i
  } { print }')
  denied_by container-account
  [ ${#output} -lt 50000 ]
}

@test "no manifest in HOSTPROCESS_CORPUS is denied" {
  [ -n "${HOSTPROCESS_CORPUS:-}" ] || skip 'HOSTPROCESS_CORPUS is not set to a folder of manifests'
  local name
  for name in default $(grep -rhoE '^ +namespace: +[a-z0-9"-]+$' "$HOSTPROCESS_CORPUS" | tr -d '" ' | cut -d: -f2 | sort -u); do
    kubectl -n "$name" get serviceaccount default || namespace "$name" defaults
  done
  run kubectl create --dry-run=server --validate=false --recursive -f "$HOSTPROCESS_CORPUS"
  [[ $output == *' created (server dry run)'* ]]
  output=$(grep -A 20 -F '.kubewarden.admission"' <<<"$output" || true)
  [ -z "$output" ]
}
