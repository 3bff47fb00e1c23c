#!/usr/bin/env bats
# The script of the GitHub Action.

bats_require_minimum_version 1.7.0

setup() {
  cd "$BATS_TEST_DIRNAME/../.." || return
  mkdir -p "$BATS_TEST_TMPDIR/bin"
  # Prints its arguments, one per line.
  printf '#!/bin/sh\nprintf "%%s\\n" "$@"\nexit "${CODE:-0}"\n' >"$BATS_TEST_TMPDIR/bin/hostprocess"
  chmod +x "$BATS_TEST_TMPDIR/bin/hostprocess"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# runs_check_with ARGUMENT...: asserts the arguments of `hostprocess check`.
runs_check_with() {
  run hack/release/check-in-action.sh
  echo "$output"
  [ "$output" = "$(printf '%s\n' check -o github "$@")" ]
}

@test "without inputs it checks everything" {
  runs_check_with -- .
}

@test "every input becomes an argument" {
  PATHS=$'deploy\n\nmy charts\n' SETTINGS=settings.yaml CONFIG=hostprocess.yaml SARIF=out.sarif ARGUMENTS=$'--helm\n--exclude\nold *\n' \
    runs_check_with -o sarif=out.sarif --settings settings.yaml --config hostprocess.yaml --helm --exclude 'old *' -- deploy 'my charts'
}

@test "a path is never parsed as an option or run as code" {
  # shellcheck disable=SC2016
  PATHS='--wasm=$(id)' runs_check_with -- '--wasm=$(id)'
}

@test "its exit code is the command's" {
  CODE=1 run hack/release/check-in-action.sh
  [ "$status" -eq 1 ]
}

@test "action.yml passes every variable that the script reads" {
  local inputs
  inputs=$(sed -n '/PATHS:/,/run:/ s/^ *\([A-Z]*\): \${{.*/\1/p' action.yml | grep -v ACTION | sort)
  [ -n "$inputs" ]
  [ "$inputs" = "$(grep -o '\${[A-Z]*:-' hack/release/check-in-action.sh | tr -d '${:-' | sort -u)" ]
}
