#!/usr/bin/env bats
# Checks of the workflows that need no network. `make lint` also runs jactionlint and zizmor.

bats_require_minimum_version 1.7.0

setup() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  FILES=(action.yml .github/workflows/*.yml .github/actions/*/action.yml)
}

@test "every script that the workflows call is executable" {
  local script scripts
  scripts=$(grep -oh 'hack/[a-z/-]*\.sh' "${FILES[@]}" | sort -u)
  for script in $scripts; do
    echo "$script"
    [ -x "$script" ]
  done
  [ "$(wc -l <<<"$scripts")" -gt 5 ]
}

@test "every make target that the workflows call exists" {
  local target targets
  targets=$(grep -ohE '\bmake( --[a-z-]+)* [a-z0-9.-]+' "${FILES[@]}" | awk '{ print $NF }' | sort -u)
  for target in $targets; do
    echo "$target"
    grep -q "^$target:" Makefile
  done
  [ "$(wc -l <<<"$targets")" -gt 5 ]
}

@test "every action is pinned to one commit, with its version as a comment" {
  local uses
  uses=$(grep -hE '^ *(- )?uses: [^.]' "${FILES[@]}" | sed 's/.*uses: //' | sort -u)
  echo "$uses"
  run ! grep -vE '^[^@]+@[0-9a-f]{40} # v[0-9.]+$' <<<"$uses"
  [ -z "$(cut -d@ -f1 <<<"$uses" | uniq -d)" ]
}
