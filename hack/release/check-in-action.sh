#!/usr/bin/env bash
# Runs `hostprocess check` with the inputs of action.yml, which are in the environment: PATHS, SETTINGS, CONFIG, ARGUMENTS and
# SARIF, the file for code scanning if one is wanted.
set -euo pipefail

arguments=(-o github)
[ -z "${SARIF:-}" ] || arguments+=(-o "sarif=$SARIF")
[ -z "${SETTINGS:-}" ] || arguments+=(--settings "$SETTINGS")
[ -z "${CONFIG:-}" ] || arguments+=(--config "$CONFIG")
# One a line, because names may have spaces.
while IFS= read -r line; do
  [ -z "$line" ] || arguments+=("$line")
done < <(printf '%s\n' "${ARGUMENTS:-}" -- "${PATHS:-.}")

exec hostprocess check "${arguments[@]}"
