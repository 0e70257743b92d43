#!/usr/bin/env bash
# Prints what it finds, by every way that there is.

set -euo pipefail
# shellcheck source=/dev/null
source "${RUNFILES_DIR:-$0.runfiles}/bazel_tools/tools/bash/runfiles/runfiles.bash"

# shellcheck source=/dev/null
source "$(rlocation words/sh/wordbook.bash)"

printf 'arguments:'
printf ' "%s"' "$@"
printf '\nenvironment: %s; %s\n' "$GREETING" "$OWN"
printf 'working directory: '
cat sh/own.txt
for name in \
  languages/sh/own.txt \
  languages/shared/shared.txt \
  words/list.txt \
  _main/linked/inside.txt \
  beside/rooted.txt; do
  printf '%s: ' "$name"
  cat "$(rlocation "$name")"
done
printf 'found by the module itself: '
cat "$(list_path)"
printf 'tree:'
(
  cd "$(rlocation languages/shared/tree)"
  for file in a.txt nested/b.txt; do printf ' %s=%s' "$file" "$(cat "$file")"; done
)
printf '\nlinks: %s %s\n' "$(readlink shared/links/relative)" "$(readlink shared/links/absolute)"
cat shared/links/relative shared/links/file
runfiles_export_envvars
"$(rlocation languages/sh/helper)" "from show"
