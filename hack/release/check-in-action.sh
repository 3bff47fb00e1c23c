#!/usr/bin/env bash
# Runs `hostprocess check` with the inputs of action.yml from the environment: PATHS, SETTINGS, CONFIG, ARGUMENTS and SARIF, the
# optional file for code scanning.
set -euo pipefail

arguments=(-o github)
[ -z "${SARIF:-}" ] || arguments+=(-o "sarif=$SARIF")
[ -z "${SETTINGS:-}" ] || arguments+=(--settings "$SETTINGS")
[ -z "${CONFIG:-}" ] || arguments+=(--config "$CONFIG")
# One argument per line, because names may contain spaces.
while IFS= read -r line; do
  [ -z "$line" ] || arguments+=("$line")
done < <(printf '%s\n' "${ARGUMENTS:-}" -- "${PATHS:-.}")

exec hostprocess check "${arguments[@]}"
