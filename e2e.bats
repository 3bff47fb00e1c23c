#!/usr/bin/env bats
# The policy through kwctl where it is installed, else through `hostprocess run`, which takes the same flags and prints the same.

policy_run() {
  if command -v kwctl >/dev/null; then
    run kwctl run annotated-policy.wasm "$@"
  else
    run "${HOSTPROCESS:-target/debug/hostprocess}" run policy.wasm "$@"
  fi
  # shown when one of the checks below fails
  echo "output = ${output}"
}

says() {
  [ "$(expr "$output" : ".*$1.*")" -ne 0 ]
}

@test "accepts the AKS sample without a warning" {
  policy_run -r test_data/requests/aks-sample.json
  [ "$status" -eq 0 ]
  says '"allowed":true'
  says '"warnings":null'
}

@test "rejects a broken DaemonSet with every finding at once" {
  policy_run -r test_data/requests/broken.json
  [ "$status" -eq 0 ]
  says '"allowed":false'
  says 'host-network'
  says 'all-containers'
  says 'nt-authority-spelling'
  says 'named-pipe-mount'
  says 'hyperv-runtime-class'
  says 'run-as-non-root'
}

@test "accepts an ordinary Linux Deployment" {
  policy_run -r test_data/requests/ordinary.json
  [ "$status" -eq 0 ]
  says '"allowed":true'
}

@test "warns instead of denying when the settings say so" {
  policy_run -r test_data/requests/no-host-network.json --settings-json '{"rules": {"host-network": "warn"}}'
  [ "$status" -eq 0 ]
  says '"allowed":true'
  says 'host-network'
}

@test "nobody may when no grant is given" {
  policy_run -r test_data/requests/aks-sample.json --settings-json '{"allow": "nobody"}'
  [ "$status" -eq 0 ]
  says '"allowed":false'
  says 'not-allowed'
}

@test "a grant lets it in" {
  policy_run -r test_data/requests/aks-sample.json --settings-json '{"allow": [{"namespaces": ["kube-*"]}]}'
  [ "$status" -eq 0 ]
  says '"allowed":true'
}

@test "what was there before an update is a warning" {
  policy_run -r test_data/requests/update-arguments.json
  [ "$status" -eq 0 ]
  says '"allowed":true'
  says 'host-network'
}

@test "an update that changes nothing of the pod is accepted without a warning" {
  policy_run -r test_data/requests/update-label.json
  [ "$status" -eq 0 ]
  says '"allowed":true'
  says '"warnings":null'
}

@test "a debug container is reported" {
  policy_run -r test_data/requests/debug-container.json
  [ "$status" -eq 0 ]
  says 'ephemeral-container'
}

@test "a pod is fixed as it is created, when the settings say so" {
  policy_run -r test_data/requests/fixable-pod.json
  [ "$status" -eq 0 ]
  says '"allowed":false'
  policy_run -r test_data/requests/fixable-pod.json --settings-json '{"mutate": "safe"}'
  [ "$status" -eq 0 ]
  says '"allowed":true'
  says '"patchType":"JSONPatch"'
  says '"mutated-rules":"host-network,nt-authority-spelling"'
  says '(changed by the policy) .host-network.'
  patch=$(sed -n 's/.*"patch":"\([^"]*\)".*/\1/p' <<<"$output" | base64 -d)
  echo "patch = $patch"
  [[ $patch == *'{"op":"add","path":"/spec/hostNetwork","value":true}'* ]]
  [[ $patch == *'{"op":"replace","path":"/spec/securityContext/windowsOptions/runAsUserName","value":"NT AUTHORITY\\SYSTEM"}'* ]]
  [ "$(grep -o '"op"' <<<"$patch" | wc -l)" -eq 2 ]
}

@test "refuses settings with a typing error and says the right name" {
  policy_run -r test_data/requests/aks-sample.json --settings-json '{"profil": "strict"}'
  [ "$status" -ne 0 ]
  says "did you mean 'profile'"
}
