#!/usr/bin/env bats
# What can be said of the workflows without GitHub, jactionlint and zizmor, which `make lint` runs.

bats_require_minimum_version 1.7.0

setup() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  FILES=(action.yml .github/workflows/*.yml .github/actions/*/action.yml)
}

@test "every script that they call can be run" {
  local script scripts
  scripts=$(grep -oh 'hack/[a-z/-]*\.sh' "${FILES[@]}" | sort -u)
  for script in $scripts; do
    echo "$script"
    [ -x "$script" ]
  done
  [ "$(wc -l <<<"$scripts")" -gt 5 ]
}

@test "every target of make that they ask for exists" {
  local target targets
  targets=$(grep -ohE '\bmake( --[a-z-]+)* [a-z0-9.-]+' "${FILES[@]}" | awk '{ print $NF }' | sort -u)
  for target in $targets; do
    echo "$target"
    grep -q "^$target:" Makefile
  done
  [ "$(wc -l <<<"$targets")" -gt 5 ]
}

@test "an action is the same commit wherever it is used, and says of which version" {
  local uses
  uses=$(grep -hE '^ *(- )?uses: [^.]' "${FILES[@]}" | sed 's/.*uses: //' | sort -u)
  echo "$uses"
  run ! grep -vE '^[^@]+@[0-9a-f]{40} # v[0-9.]+$' <<<"$uses"
  [ -z "$(cut -d@ -f1 <<<"$uses" | uniq -d)" ]
}
