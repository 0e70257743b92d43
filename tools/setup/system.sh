# The Bazel that the machine has, if it will do. Sourced.
# shellcheck shell=sh

# system_bazel: prints the command, or fails when a private one is needed.
system_bazel() {
    [ "${BAZELW_MODE:-}" != private ] || return 1
    # Inside a private root there is nothing else.
    [ ! -e /etc/bazelw-root ] || return 1
    bazel=$(command -v bazelisk || command -v bazel) || {
        [ "${BAZELW_MODE:-}" != system ] || die "this machine has neither bazelisk nor bazel" "install Bazelisk"
        return 1
    }
    if [ "${BAZELW_MODE:-}" != system ]; then system_probe "$bazel" || return 1; fi
    echo "$bazel"
}

# system_probe BAZEL: whether it is new enough and gets modules, remembered: good news for good, bad for a day.
system_probe() {
    mkdir -p "$BAZELW_HOME"
    version=$(cat "$setup/../../.bazelversion" 2>/dev/null || :)
    probe=$BAZELW_HOME/probe-$(echo "$1 $version" | cksum | cut -d" " -f1)
    [ ! -e "$probe/works" ] || return 0
    [ -z "$(find "$probe/fails" -mmin -1440 2>/dev/null)" ] || return 1
    say "trying whether $1 gets modules from its registry (once)"
    mkdir -p "$probe"
    [ -z "$version" ] || echo "$version" >"$probe/.bazelversion"
    echo 'bazel_dep(name = "platforms", version = "1.0.0")' >"$probe/MODULE.bazel"
    rm -f "$probe/fails"
    if (cd "$probe" && system_limit "$1" --version | system_new_enough &&
        system_limit "$1" build --lockfile_mode=off @platforms//os:linux) >"$probe/log" 2>&1; then
        : >"$probe/works"
        return 0
    fi
    : >"$probe/fails"
    say "it does not ($probe/log): setting up a private one"
    return 1
}

# system_limit COMMAND...: for two minutes, where the system can.
system_limit() { if command -v timeout >/dev/null; then timeout 120 "$@"; else "$@"; fi; }

# system_new_enough: reads "bazel 7.4.1" and says whether that is 7.4 or newer.
system_new_enough() {
    awk '$1 == "bazel" { split($2, v, "."); exit !(v[1] > 7 || v[1] == 7 && v[2] >= 4) } END { if (!NR) exit 1 }'
}
