#!/usr/bin/env bash
# Runs every test of the project, after setting up what they need in a cache
# folder. `tools/test.sh STEP...` runs only those steps; see --help.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

steps=(lint go bazel)

usage() {
    cat <<EOF
usage: tools/test.sh [STEP...]

Runs every test, or the steps named:
  lint    formatting, vet, staticcheck, BUILD files and module files up to date
  go      go test ./...
  bazel   bazel test //... and a build of every target
EOF
}

say() { printf '\n== %s\n' "$*" >&2; }

lint_tool() {
    go tool -modfile=tools/lint/go.mod "$@"
}

# The Go files of this module alone.
go_packages() { go list ./...; }

step_lint() {
    local unformatted
    unformatted=$(git ls-files -co --exclude-standard '*.go' | xargs gofmt -l)
    [ -z "$unformatted" ] || { echo "gofmt -w would change: $unformatted" >&2; return 1; }
    go vet ./...
    go mod tidy -diff
    lint_tool staticcheck ./...
    lint_tool gazelle update -mode=diff -repo_root="$PWD" .
    git ls-files -co --exclude-standard '*.bzl' '*BUILD.bazel' '*MODULE.bazel' |
        xargs go tool -modfile=tools/lint/go.mod buildifier -lint=warn -mode=check
}

step_go() {
    go test ./...
}

step_bazel() {
    ./bazelw test //... --test_summary=short
}

main() {
    case ${1-} in
    -h | --help) usage; exit ;;
    esac
    [ $# -eq 0 ] || steps=("$@")
    for step in "${steps[@]}"; do
        declare -F "step_$step" >/dev/null || { echo "tools/test.sh: no step $step" >&2; usage >&2; exit 2; }
    done
    for step in "${steps[@]}"; do
        say "$step"
        "step_$step"
    done
    say "all passed: ${steps[*]}"
}

main "$@"
