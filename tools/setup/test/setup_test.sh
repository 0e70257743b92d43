#!/bin/sh
# Tests the set-up on this machine, in a cache folder of its own: takes some minutes, downloads the packages once.
#
#   setup_test.sh [FOLDER]      FOLDER: kept between runs, so that only the first one downloads
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")
bazelw=$(readlink -f -- "$here/../../../bazelw")
work=${1:-$(mktemp -d /var/tmp/setup_test.XXXXXX)}
mkdir -p "$work"
export BAZELW_HOME="$work/home" BAZELW_MODE=private
unset BAZELW_ROOT
failed=0

pass() { echo "ok    $1"; }
fail() {
    echo "FAIL  $1"
    failed=1
}

# check NAME COMMAND...: passes when the command succeeds.
check() {
    name=$1
    shift
    if "$@" >"$work/out" 2>&1; then pass "$name"; else fail "$name: $(tail -n 3 "$work/out")"; fi
}

# says TEXT: whether the last output has the text.
says() { grep -qF -- "$1" "$work/out"; }

# listing: every file of the host that a set-up could have changed, with its size and its time. Caches and Go's
# counters change by whatever else runs here.
listing() {
    find /etc /usr /opt /srv "$HOME" -path "$work" -prune -o -path "$HOME/.cache" -prune -o \
        -path "$HOME/.config/go/telemetry" -prune -o -type f -printf '%p %s %T@\n' 2>/dev/null | LC_ALL=C sort
}

# A workspace with a Go binary that has a dependency, and a shell test of it.
workspace() {
    rm -rf "$work/workspace"
    cp -R "$here/workspace" "$work/workspace"
    for file in "$work"/workspace/*.in; do mv "$file" "${file%.in}"; done
    chmod +x "$work/workspace/hello_test.sh"
    cp "$here/../../../.bazelversion" "$work/workspace/"
    cd "$work/workspace"
}

# bazel ARGUMENT...: in the workspace, with a server and an output folder of the test's own.
bazel() { "$bazelw" --output_base="$work/output" "$@"; }

# shellcheck disable=SC2317 # by the trap
cleanup() {
    (cd "$work/workspace" 2>/dev/null && bazel shutdown >/dev/null 2>&1) || :
    [ -n "${keep:-}" ] || { chmod -R u+w "$work" && rm -rf "$work"; }
}
[ $# = 0 ] || keep=1
trap cleanup EXIT

# Everything that the set-up makes but what it downloaded.
forget() { rm -rf "$BAZELW_HOME"/root-* "$BAZELW_HOME"/modules-* "$BAZELW_HOME"/settings-* "$BAZELW_HOME"/bazelrc-*; }

test_interrupted() {
    forget
    for seconds in 1 3 8 13 18; do
        # A process group of its own: all of it dies at once, in the middle of whatever it does.
        setsid "$bazelw" --setup >"$work/out" 2>&1 &
        pid=$!
        sleep "$seconds"
        kill -9 -- "-$pid" 2>/dev/null || :
        wait "$pid" 2>/dev/null || :
    done
    check "after five kills in the middle, the set-up ends well" "$bazelw" --setup
    check "and nothing half done is left" sh -c "! ls -d '$BAZELW_HOME'/*.new"
}

test_twice() {
    check "a second run succeeds" "$bazelw" --setup
    if [ -s "$work/out" ]; then fail "a second run has nothing to do"; else pass "a second run has nothing to do"; fi
}

test_two_at_once() {
    forget
    "$bazelw" --setup >"$work/first" 2>&1 &
    first=$!
    sleep 1
    check "the second of two at once succeeds" "$bazelw" --setup
    if says "waiting for it"; then pass "it says that it waits"; else fail "it says that it waits"; fi
    if wait "$first"; then pass "the first of two at once succeeds"; else fail "the first of two at once"; fi
    if [ "$(grep -c 'unpacking' "$work/first" "$work/out" | awk -F: '{n += $2} END {print n}')" = 1 ]; then
        pass "one of them did the work"
    else
        fail "one of them did the work"
    fi
}

test_build() {
    workspace
    check "a Go binary with a dependency builds" bazel build //:hello
    check "and runs" bazel run //:hello -- --name=world
    if says "hello world"; then pass "with its output"; else fail "with its output"; fi
    check "a shell test of it passes" bazel test //:hello_test
    echo 'bazel_dep(name = "no_such_module", version = "1.2.3")' >>MODULE.bazel
    if bazel build //:hello >"$work/out" 2>&1; then fail "an unknown module fails"; else pass "an unknown module fails"; fi
    if says "asks for the module no_such_module 1.2.3" && says "rules_go"; then
        pass "with a message that names it and the known ones"
    else
        fail "with a message that names it and the known ones"
    fi
}

test_overhead() {
    "$bazelw" --exec true
    start=$(date +%s%N)
    for _ in 1 2 3 4 5; do "$bazelw" --exec true; done
    ms=$((($(date +%s%N) - start) / 5000000))
    if [ "$ms" -lt 300 ]; then pass "the way into the root takes $ms ms"; else fail "the way into the root takes $ms ms"; fi
}

test_environment() {
    cd "$work"
    check "the working directory stays" sh -c "[ \"\$('$bazelw' --exec pwd)\" = '$work' ]"
    check "the user stays" sh -c "[ \"\$('$bazelw' --exec id -u)\" = $(id -u) ]"
    check "exit codes pass through" sh -c "'$bazelw' --exec sh -c 'exit 7'; [ \$? = 7 ]"
    check "the root's tools come first" sh -c "[ \"\$('$bazelw' --exec sh -c 'command -v gcc')\" = /usr/bin/gcc ]"
    check "a call from inside works" "$bazelw" --exec "$bazelw" --exec true
    check "the host's /usr is the host's again" sh -c "! [ -e /etc/bazelw-root ]"
}

# without TOOL TEXT: a fresh set-up on a machine that lacks the tool fails, and says so.
without() {
    rm -rf "${work:?}/bin"
    mkdir "$work/bin"
    for tool in /bin/* /usr/bin/* /sbin/* /usr/sbin/*; do
        name=${tool##*/}
        [ "$name" = "$1" ] || [ -e "$work/bin/$name" ] || ln -s "$tool" "$work/bin/$name"
    done
    rm -rf "$work/none"
    if BAZELW_HOME=$work/none PATH=$work/bin "$bazelw" --setup >"$work/out" 2>&1; then
        fail "without $1 the set-up fails"
    elif says "this machine has no $1" && says "Bazelisk"; then
        pass "without $1 the set-up says what is missing and what to do"
    else
        fail "without $1: $(cat "$work/out")"
    fi
}

# refused NAME TEXT COMMAND...: the command fails with the text.
refused() {
    name=$1 text=$2
    shift 2
    rm -rf "$work/none"
    if "$@" >"$work/out" 2>&1; then fail "$name is refused"; elif says "$text"; then pass "$name is refused, and why"; else fail "$name: $(cat "$work/out")"; fi
}

# An installed Bazel that says what it is told to, and counts how often it is called.
test_system() {
    mkdir -p "$work/system"
    cat >"$work/system/bazel" <<'EOF'
#!/bin/sh
echo "$*" >>"$0.calls"
case $* in *'info release') echo "release $VERSION" && exit ;; esac
exit "$REGISTRY"
EOF
    chmod +x "$work/system/bazel"
    # used EXPECTED VERSION REGISTRY NAME
    used() {
        rm -rf "$work/probes" "$work/system/bazel.calls"
        for _ in 1 2; do
            PATH=$work/system:$PATH VERSION=$2 REGISTRY=$3 BAZELW_MODE=auto BAZELW_HOME=$work/probes sh -c '
                setup=$1/..; . "$setup/common.sh"; . "$setup/system.sh"; system_bazel' sh "$here" >"$work/out" 2>/dev/null || :
        done
        if says "$work/system/bazel"; then got=yes; else got=no; fi
        if [ "$got" = "$1" ] && [ "$(grep -c release "$work/system/bazel.calls")" = 1 ]; then pass "$4"; else fail "$4"; fi
    }
    used yes 7.4.1 0 "an installed Bazel is used, after one look at its registry"
    used yes 10.0.0 0 "and a later one"
    used no 7.3.2 0 "one that is too old is not"
    used no 8.0.0 37 "one without a registry is not"
}

listing >"$work/before"
test_interrupted
test_twice
test_two_at_once
test_overhead
test_environment
test_build
cd /
for tool in apt-get dpkg-deb unshare flock; do without $tool; done
mkdir -p "$work/full"
printf '#!/bin/sh\necho header\necho disk 9 9 1000000 9%%%% /\n' >"$work/full/df"
chmod +x "$work/full/df"
refused "a folder without room" "976 MB are free" env PATH="$work/full:$PATH" BAZELW_HOME="$work/none" "$bazelw" --setup
mkdir -p "$work/caged"
printf '#!/bin/sh\nexit 1\n' >"$work/caged/unshare"
chmod +x "$work/caged/unshare"
refused "a system without namespaces" "namespaces" env PATH="$work/caged:$PATH" BAZELW_HOME="$work/none" "$bazelw" --setup
refused "a suite that nobody has" "no mirror" env BAZELW_HOME="$work/none" BAZELW_SUITE=nosuchsuite "$bazelw" --setup
refused "a machine without Bazel, told to use it," "neither bazelisk nor bazel" env BAZELW_MODE=system "$bazelw" build
refused "an unknown mode" "is not a mode" env BAZELW_MODE=other "$bazelw" build
refused "an unknown root" "is not a root" env BAZELW_ROOT=other "$bazelw" build
test_system
listing >"$work/after"
check "the host is as it was" diff "$work/before" "$work/after"
exit $failed
