#!/usr/bin/env bash
# Prints a file that it finds among the runfiles of the program that starts it.

set -euo pipefail
# shellcheck source=/dev/null
source "${RUNFILES_DIR:-$0.runfiles}/bazel_tools/tools/bash/runfiles/runfiles.bash"

printf 'helper, %s: ' "$1"
cat "$(rlocation languages/shared/shared.txt)"
