#!/usr/bin/env bats
# The presets in policy-server: each covers only its own components. With Helm installed, the settings are rendered by the chart.

load helpers

namespaces=(kube-system calico-system kube-flannel vmware-system-csi monitoring amazon-cloudwatch cattle-windows-gmsa-system cattle-system portworx sysdig-agent)

# settings PRESET: prints the settings with this preset.
settings() {
  if command -v helm >/dev/null; then
    helm template chart deploy/charts/windows-hostprocess --set "presets={$1}" |
      kubectl label --local -f - played=yes -o jsonpath='{.spec.settings}'
  else
    echo 'allow:'
    cat "deploy/presets/$1.yaml"
  fi
}

setup_file() {
  local preset namespace
  for preset in $(presets); do settings "$preset" | policy "$preset"; done
  serve_policies
  for namespace in "${namespaces[@]}"; do namespace "$namespace"; done
}

presets() {
  basename -s .yaml deploy/presets/*.yaml
}

# components PRESET: prints the files that it covers if an administrator sends them; some CSI drivers are also part of a platform.
components() {
  local file
  for file in "test_data/presets/$1"/*.yaml; do grep -q '^# user: ' "$file" || echo "$file"; done
  case $1 in
  aks) printf 'test_data/presets/csi/%s.yaml\n' azure-disk azure-file ;;
  eks) echo test_data/presets/csi/ebs.yaml ;;
  esac
}

# created server|client ARGUMENT...: prints the sorted names of the created objects.
created() {
  kubectl create --dry-run="$1" -o name "${@:2}" 2>"$CLUSTER/refused.log" | sort
}

@test "each preset covers only its own components" {
  local preset namespace own=()
  for preset in $(presets); do
    for namespace in "${namespaces[@]}"; do apply_policy "$preset" "$namespace"; done
    mapfile -t own < <(components "$preset" | sed 's/^/--filename=/')
    [ "$(created server --recursive --filename test_data/presets)" = "$(created client "${own[@]}")" ]
    for namespace in "${namespaces[@]}"; do kubectl label namespace "$namespace" "policy/$preset-"; done
    is_over() { ! is_guarded kube-system "$preset"; }
    eventually is_over
  done
}

@test "a component of another preset is denied because no grant covers it" {
  apply_policy antrea monitoring
  run kubectl create --dry-run=server --recursive --filename test_data/presets/windows-exporter
  denied_by not-allowed
  [ "$(grep -c 'antrea.kubewarden.admission" denied the request' <<<"$output")" -eq 3 ]
}
