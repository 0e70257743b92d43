# Where things are, and how to talk to the person at the terminal. Sourced by all the others.
# shellcheck shell=sh

say() { printf 'bazelw: %s\n' "$*" >&2; }

# die MESSAGE [REMEDY...]: one line for what is wrong, one for each way out.
die() {
    say "error: $1"
    shift
    for line; do printf '        %s\n' "$line" >&2; done
    exit 1
}

: "${BAZELW_HOME:=${XDG_CACHE_HOME:-$HOME/.cache}/bazelw}"
: "${BAZELW_ROOT:=base}"
: "${BAZELW_SUITE:=forky}"
case $BAZELW_HOME in /*) ;; *) BAZELW_HOME=$PWD/$BAZELW_HOME ;; esac
case $BAZELW_ROOT in
base | test) ;;
*) die "BAZELW_ROOT=$BAZELW_ROOT is not a root: use base or test" ;;
esac
export BAZELW_HOME BAZELW_ROOT BAZELW_SUITE

# list FILE: the lines of a list that are not comments.
list() { sed 's/#.*//' "$@" | awk 'NF'; }

# go_version: the Go release that the project pins, from the one place that says so.
go_version() { sed -n 's/^go_sdk\.download(version = "\(.*\)")$/\1/p' "$setup/../../MODULE.bazel"; }

# older CURRENT FOLDER...: the folders that can go: all but the current one and the newest of the others.
older() {
    current=$1
    shift
    # shellcheck disable=SC2012 # our own names
    ls -dt "$@" | grep -vxF "$current" | tail -n +2
}

# hash FILE...: a short name for the contents of the files, run in tools/setup.
hash() { (cd "$setup" && sha256sum "$@" && uname -m && echo "$BAZELW_SUITE") | sha256sum | cut -c1-12; }

# The inputs of the two halves of the set-up; a change of one does not redo the other.
root_hash() {
    if [ "$1" = base ]; then
        hash root.sh debs.sh packages-base.txt packages-skip.txt
    else
        hash root.sh debs.sh packages-base.txt packages-skip.txt packages-test.txt
    fi
}
modules_hash() {
    # shellcheck disable=SC2046 # one word per file
    hash modules.sh registry.sh fetch_sdk.sh $(cd "$setup" && find modules-*.txt patches stubs -type f | LC_ALL=C sort)
}

# stamp KIND: all of it; a root is ready when its set-up ended with the same.
stamp() { echo "$(root_hash "$1") $(modules_hash) $(go_version)"; }
