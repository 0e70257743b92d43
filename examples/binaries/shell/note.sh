#!/usr/bin/env bash
# Prints a text among its runfiles.
set -euo pipefail
# shellcheck source=/dev/null
source "${RUNFILES_DIR:-$0.runfiles}/bazel_tools/tools/bash/runfiles/runfiles.bash"
cat "$(rlocation binaries/shell/text.txt)"
