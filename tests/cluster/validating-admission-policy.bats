#!/usr/bin/env bats
# deploy/validatingadmissionpolicy.yaml denies the same fixtures as the same rules in policy-server.

load helpers

setup_file() {
  { echo 'ratchet: false' && echo 'rules:' && other_rules | sed 's/$/: off/; s/^/  /'; } | policy covered
  serve_policies
  namespace by-policy-server
  kubectl label namespace by-policy-server policy/covered=applies
  namespace by-cel
  # In that namespace only.
  sed 's/^  validationActions: .*/&\n  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io\/metadata.name: by-cel}}}/' \
    deploy/validatingadmissionpolicy.yaml | kubectl create -f -
  for namespace in by-policy-server by-cel; do eventually is_denied "$namespace"; done
}

teardown_file() {
  kubectl delete validatingadmissionpolicy,validatingadmissionpolicybinding windows-hostprocess
  kubectl delete --all validatingwebhookconfigurations
  stop policy-server
  rm "$CLUSTER/policies.yml"
}

is_denied() {
  kubectl -n "$1" create --dry-run=server -f <(workload Pod agent | with 'spec: {securityContext: {runAsNonRoot: true}}') 2>&1 |
    grep -F '[run-as-non-root]'
}

all_rules() {
  sed -n 's/^| [a-z]* | \[`\([a-z-]*\)`\].*/\1/p' docs/rules.md
}

other_rules() {
  all_rules | while read -r rule; do
    grep -qF "[$rule]" deploy/validatingadmissionpolicy.yaml || echo "$rule"
  done
}

# fixtures FOLDER: writes the fixtures without their namespace to a folder, except updates and subresources.
fixtures() {
  local file
  mkdir -p "$1"
  for file in test_data/*/*.yaml; do
    grep -qE '^(---|# (operation|subresource): )' "$file" ||
      sed -E '/^  namespace:/d' "$file" >"$1/$(basename "$(dirname "$file")").$(basename "$file")"
  done
}

# denials NAMESPACE FOLDER: prints each denied fixture with each rule that denies it.
denials() {
  kubectl -n "$1" create --dry-run=server --validate=false -f "$2" 2>&1 | awk '
    / \(server dry run\)$/ { file = "" }
    /error when creating "/ { split($0, part, "\""); file = part[2]; sub(/.*\//, "", file) }
    /^- .*\[[a-z-]+\]$/ || /ValidatingAdmissionPolicy .* denied request: / {
      while (match($0, /\[[a-z-]+\](;|$)/)) {
        rule = substr($0, RSTART + 1)
        sub(/\].*/, "", rule)
        print file, rule
        $0 = substr($0, RSTART + RLENGTH)
      }
    }' | sort -u
}

@test "every fixture is denied by the same rules" {
  fixtures "$BATS_TEST_TMPDIR/fixtures"
  denials by-policy-server "$BATS_TEST_TMPDIR/fixtures" >"$BATS_TEST_TMPDIR/by-policy-server"
  denials by-cel "$BATS_TEST_TMPDIR/fixtures" >"$BATS_TEST_TMPDIR/by-cel"
  # Every rule that the policy covers denies a fixture.
  [ "$(cut -d ' ' -f 2 "$BATS_TEST_TMPDIR/by-cel" | sort -u)" = "$(comm -23 <(all_rules | sort) <(other_rules | sort))" ]
  diff "$BATS_TEST_TMPDIR/by-policy-server" "$BATS_TEST_TMPDIR/by-cel"
}

@test "Microsoft's AKS sample is accepted" {
  run kubectl -n by-cel create --dry-run=server -f <(sed '/^  namespace:/d' examples/privileged-daemonset.yaml)
  accepted
}

@test "an old pod may be changed outside its spec" {
  kubectl delete validatingadmissionpolicybinding windows-hostprocess
  create_old() { kubectl -n by-cel create -f <(workload Pod old | with 'spec: {securityContext: {runAsNonRoot: true}}'); }
  eventually create_old
  kubectl create -f <(sed -n '/^---$/,$p' deploy/validatingadmissionpolicy.yaml)
  eventually is_denied by-cel
  run kubectl -n by-cel label pod old reviewed=yes
  accepted
  run kubectl -n by-cel debug old --image registry.example/debug:1.0 -- powershell.exe
  [ "$status" -ne 0 ]
  [[ $output == *'[run-as-non-root]'* ]]
}

@test "a pod with 4,000 mounts stays within the CEL cost limit of kube-apiserver" {
  run kubectl -n by-cel create --dry-run=server -f <(workload Pod large | awk 'sub(/containers: \[/, "") {
    print "volumes: [{name: v, emptyDir: {}}], containers: ["
    for (i = 0; i < 400; i++) {
      printf "  {name: c%d, image: agent, volumeMounts: [", i
      for (j = 0; j < 10; j++) printf "{name: v, mountPath: /mnt/%d}, ", j
      print "]},"
    }
  } { print }')
  accepted
}
