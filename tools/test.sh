#!/usr/bin/env bash
# Runs every test of the project, after setting up what they need in a cache
# folder. `tools/test.sh STEP...` runs only those steps; see --help.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

all_steps=(setup lint go cross fuzz bazel e2e)
fuzz_time=${FUZZ_TIME:-60s}

usage() {
    cat <<EOF
usage: tools/test.sh [STEP...]

Runs every test, or the steps named, in this order:
  setup   Bazel, Docker, Podman, Nix and the other programs that tests need,
          in the cache folder of ./bazelw; the host is not changed
  lint    formatting, vet, staticcheck; BUILD files, module files and generated code up to date
  go      go test ./...
  cross   the binaries for linux/arm64, darwin/arm64 and darwin/amd64
  fuzz    the NAR reader, for $fuzz_time (FUZZ_TIME)
  bazel   bazel test //... and a build of every target
  e2e     images built by Bazel, loaded into Docker and Podman and run
EOF
}

say() { printf '\n== %s\n' "$*" >&2; }

# The program go in PATH, or the one that ./bazelw set up.
go() {
    if [ -n "$(type -P go)" ]; then command go "$@"; else ./bazelw --exec go "$@"; fi
}

lint_tool() { go tool -modfile=tools/lint/go.mod "$@"; }

# Files of the project, tracked or about to be.
project_files() { git ls-files -co --exclude-standard --deduplicate "$@" | while read -r f; do [ ! -e "$f" ] || echo "$f"; done; }

step_setup() {
    ./bazelw --setup
    ./bazelw --setup=test
}

# The Go SDK's version stands in three files that cannot read one another.
same_sdk_version() {
    local versions
    versions=$(sed -nE 's/.*(go_sdk\.download\(version = "|GO_SDK_VERSION = "|sdk_version=)([0-9.]+).*/\2/p' \
        MODULE.bazel rules/private/toolchain/go_sdk.bzl .bazelrc | sort | uniq -c)
    [ "$(awk '{print $1}' <<<"$versions")" = 3 ] ||
        { echo "MODULE.bazel, go_sdk.bzl and .bazelrc name different Go SDKs:" $versions >&2; return 1; }
}

step_lint() {
    local go_files bazel_files unformatted
    same_sdk_version
    mapfile -t go_files < <(project_files '*.go')
    unformatted=$(go run cmd/gofmt -l "${go_files[@]}")
    [ -z "$unformatted" ] || { echo "gofmt -w would change:" $unformatted >&2; return 1; }
    go vet ./...
    go vet -tags e2e ./e2e/...
    go mod tidy -diff
    lint_tool staticcheck ./...
    lint_tool staticcheck -tags e2e ./e2e/...
    go -C tools/lint run ./generate-proto -check go/worker/protocol/worker_protocol.proto
    lint_tool gazelle update -mode=diff -repo_root="$PWD" .
    mapfile -t bazel_files < <(project_files '*.bzl' '*BUILD.bazel' '*MODULE.bazel')
    lint_tool buildifier -lint=warn -mode=check "${bazel_files[@]}"
}

# In the tests' root, which has the real tools that ours are compared with.
step_go() { BAZELW_ROOT=test ./bazelw --exec go test ./...; }

step_cross() {
    local platform command
    for platform in linux/arm64 darwin/arm64 darwin/amd64; do
        echo "$platform" >&2
        for command in strata strata-object strata-script strata-deploy; do
            CGO_ENABLED=0 GOOS=${platform%/*} GOARCH=${platform#*/} go build -o /dev/null "./go/cmd/$command"
        done
    done
}

step_fuzz() { go test ./go/nar -run '^$' -fuzz '^FuzzReader$' -fuzztime "$fuzz_time"; }

step_bazel() { ./bazelw test //...; }

# Where a machine lacks what a test needs, the test is left out and listed;
# with CI set that is a failure.
step_e2e() {
    local not_run status=0
    not_run=$(mktemp)
    STRATA_E2E_NOT_RUN=$not_run go test -tags e2e -count=1 -timeout 80m ./e2e/... || status=$?
    [ ! -s "$not_run" ] || { say "not run, for want of something on this machine"; cat "$not_run" >&2; }
    rm -f "$not_run"
    return "$status"
}

main() {
    case ${1-} in
    -h | --help)
        usage
        exit
        ;;
    esac
    local steps=("${all_steps[@]}") step
    [ $# -eq 0 ] || steps=("$@")
    for step in "${steps[@]}"; do
        [[ " ${all_steps[*]} " == *" $step "* ]] || { echo "tools/test.sh: no step $step: the steps are ${all_steps[*]}" >&2; exit 2; }
    done
    local failed=()
    for step in "${steps[@]}"; do
        say "$step"
        SECONDS=0
        # A step of its own process, so that set -e holds in it and the next step runs all the same.
        if bash -euo pipefail -c "$(declare -f); $(declare -p fuzz_time); step_$step"; then
            say "$step: passed in $SECONDS s"
        else
            say "$step: FAILED after $SECONDS s"
            failed+=("$step")
        fi
    done
    [ ${#failed[@]} -eq 0 ] || { say "failed: ${failed[*]}"; return 1; }
    say "passed: ${steps[*]}"
}

main "$@"
