#!/usr/bin/env bats
# The policy in kwctl or, where it is not installed, in `hostprocess run`, which has the same flags and output.

policy_run() {
  if command -v kwctl >/dev/null; then
    run kwctl run annotated-policy.wasm "$@"
  else
    run "${HOSTPROCESS:-target/debug/hostprocess}" run policy.wasm "$@"
  fi
  # Bats shows it if a check below fails.
  echo "output = ${output}"
}

output_has() {
  [ "$(expr "$output" : ".*$1.*")" -ne 0 ]
}

@test "accepts the AKS sample without a warning" {
  policy_run -r test_data/requests/aks-sample.json
  [ "$status" -eq 0 ]
  output_has '"allowed":true'
  output_has '"warnings":null'
}

@test "denies a broken DaemonSet with every finding at once" {
  policy_run -r test_data/requests/broken.json
  [ "$status" -eq 0 ]
  output_has '"allowed":false'
  output_has 'host-network'
  output_has 'all-containers'
  output_has 'nt-authority-spelling'
  output_has 'named-pipe-mount'
  output_has 'hyperv-runtime-class'
  output_has 'run-as-non-root'
}

@test "accepts an ordinary Linux Deployment" {
  policy_run -r test_data/requests/ordinary.json
  [ "$status" -eq 0 ]
  output_has '"allowed":true'
}

@test "warns instead of denying if a rule's severity is warn" {
  policy_run -r test_data/requests/no-host-network.json --settings-json '{"rules": {"host-network": "warn"}}'
  [ "$status" -eq 0 ]
  output_has '"allowed":true'
  output_has 'host-network'
}

@test "denies the AKS sample with allow: nobody" {
  policy_run -r test_data/requests/aks-sample.json --settings-json '{"allow": "nobody"}'
  [ "$status" -eq 0 ]
  output_has '"allowed":false'
  output_has 'not-allowed'
}

@test "accepts the AKS sample with a grant" {
  policy_run -r test_data/requests/aks-sample.json --settings-json '{"allow": [{"namespaces": ["kube-*"]}]}'
  [ "$status" -eq 0 ]
  output_has '"allowed":true'
}

@test "an old finding in an update is a warning" {
  policy_run -r test_data/requests/update-arguments.json
  [ "$status" -eq 0 ]
  output_has '"allowed":true'
  output_has 'host-network'
}

@test "an update that does not change the pod is accepted without a warning" {
  policy_run -r test_data/requests/update-label.json
  [ "$status" -eq 0 ]
  output_has '"allowed":true'
  output_has '"warnings":null'
}

@test "a debug container is reported" {
  policy_run -r test_data/requests/debug-container.json
  [ "$status" -eq 0 ]
  output_has 'ephemeral-container'
}

@test "fixes a new pod with mutate: safe" {
  policy_run -r test_data/requests/fixable-pod.json
  [ "$status" -eq 0 ]
  output_has '"allowed":false'
  policy_run -r test_data/requests/fixable-pod.json --settings-json '{"mutate": "safe"}'
  [ "$status" -eq 0 ]
  output_has '"allowed":true'
  output_has '"patchType":"JSONPatch"'
  output_has '"mutated-rules":"host-network,nt-authority-spelling"'
  output_has '(fixed by the policy) .host-network.'
  patch=$(sed -n 's/.*"patch":"\([^"]*\)".*/\1/p' <<<"$output" | base64 -d)
  echo "patch = $patch"
  [[ $patch == *'{"op":"add","path":"/spec/hostNetwork","value":true}'* ]]
  [[ $patch == *'{"op":"replace","path":"/spec/securityContext/windowsOptions/runAsUserName","value":"NT AUTHORITY\\SYSTEM"}'* ]]
  [ "$(grep -o '"op"' <<<"$patch" | wc -l)" -eq 2 ]
}

@test "rejects settings with a misspelt key and suggests the right one" {
  policy_run -r test_data/requests/aks-sample.json --settings-json '{"profil": "strict"}'
  [ "$status" -ne 0 ]
  output_has "did you mean 'profile'"
}
