#!/usr/bin/env bash
# Lists the comments, paragraphs, descriptions and test names of the current git repository that open with a banned word, and fails
# if there are any. The section Style of .github/CONTRIBUTING.md gives the reasons.
set -euo pipefail
cd "$(git rev-parse --show-toplevel)"

words='(What|Of|Whoever|Somebody) '
any_case='([Ww]hat|[Oo]f|[Ww]hoever|[Ss]omebody) '
list_item='([-*+] |[0-9]+[.)] )?'
generated=(':!*LICENSE' ':!test_data' ':!*.snap' ':!*.lock' ':!docs/rules.md' ':!docs/schema' ':!artifacthub-pkg.yml' ':!*/Chart.yaml'
  ':!deploy/validatingadmissionpolicy.yaml' ':!cli/tests/sarif-schema')
found=0

# search PATTERN PATHSPEC...: prints the matching lines, except questions and the heading "What happens" of the rules' pages.
search() {
  local status=0
  git grep -nE -e "$1" --and --not -e "${words}[^.:;]*\?" --and --not -e '\*\*What happens\*\*' -- "${@:2}" "${generated[@]}" || status=$?
  case $status in
    0) found=1 ;;
    1) ;;
    *) exit "$status" ;;
  esac
}

search "(^|[[:space:]])(//[/!]?|/?\*\*?)[[:space:]]+$list_item$words" '*.rs' '*.ts' '*.js' '*.mjs' '*.css'
search "(^|[[:space:]])#+ $list_item$words" '*.sh' '*.bash' '*.bats' '*.py' '*.yml' '*.yaml' '*.toml' '*Makefile' '*Containerfile' .ci
search "^[[:space:]]*(#+ |> )?$list_item\*{0,2}$words" '*.md'
search "^[[:space:]]*(- )?((description|name|label|tooltip):[[:space:]]*[\"']?)?$words" '*.yml' '*.yaml'
search "^[[:space:]]*(@test |test\(|it\()[\"'\`]$any_case" '*.bats' '*.ts'
search '(^|[[:space:]])fn (what|of|nothing|whoever|whom|somebody)_' '*.rs'

[ "$found" -eq 0 ] || echo "Open with a noun phrase or a verb: see Style in .github/CONTRIBUTING.md" >&2
exit "$found"
