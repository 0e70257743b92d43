# The Bazel that the machine has, if it will do. Sourced.
# shellcheck shell=sh disable=SC2154,SC2153 # setup is the caller's, and BAZELW_HOME

# system_bazel: prints the command, or nothing when a private one is needed.
system_bazel() {
    case ${BAZELW_MODE:=auto} in
    private) return ;;
    auto | system) ;;
    *) die "BAZELW_MODE=$BAZELW_MODE is not a mode: use system or private" ;;
    esac
    # The tests' root is a private one, and inside a private root there is nothing else.
    [ "$BAZELW_MODE" = system ] || { [ "$BAZELW_ROOT" = base ] && [ ! -e /etc/bazelw-root ]; } || return 0
    if ! bazel=$(command -v bazelisk || command -v bazel); then
        [ "$BAZELW_MODE" = auto ] || die "this machine has neither bazelisk nor bazel" "install Bazelisk"
    elif [ "$BAZELW_MODE" = system ] || system_probe "$bazel"; then
        echo "$bazel"
    fi
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
    # Two small modules: one that every Bazel needs, and one that only a registry has.
    cat >"$probe/MODULE.bazel" <<'EOF'
bazel_dep(name = "package_metadata", version = "0.0.5")
bazel_dep(name = "platforms", version = "1.0.0")
EOF
    rm -f "$probe/fails"
    if (cd "$probe" && system_limit "$1" --max_idle_secs=30 info release | system_new_enough &&
        system_limit "$1" --max_idle_secs=30 build --lockfile_mode=off @platforms//os:linux) >"$probe/log" 2>&1; then
        : >"$probe/works"
        return 0
    fi
    : >"$probe/fails"
    say "it does not ($probe/log): setting up a private one"
    return 1
}

# system_limit COMMAND...: for two minutes, where the system can.
system_limit() { if command -v timeout >/dev/null; then timeout 120 "$@"; else "$@"; fi; }

# system_new_enough: reads "release 7.4.1" and says whether that is 7.4 or newer. A distribution's own build names no
# release, and brings modules of its own that do not fit with a registry's.
system_new_enough() {
    awk '$1 == "release" { split($2, v, "."); good = v[1] > 7 || v[1] == 7 && v[2] >= 4 } END { exit !good }'
}
