# Where things are, and how to talk to the person at the terminal. Sourced by all the others.
# shellcheck shell=sh disable=SC2154 # setup is the caller's

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
case $BAZELW_HOME in
*[!A-Za-z0-9/._+@,=-]*) die "BAZELW_HOME=$BAZELW_HOME has characters that Bazel's settings cannot hold" "choose another folder" ;;
/*) ;;
*) BAZELW_HOME=$PWD/$BAZELW_HOME ;;
esac
case $BAZELW_ROOT in
base | test) ;;
*) die "BAZELW_ROOT=$BAZELW_ROOT is not a root: use base or test" ;;
esac
export BAZELW_HOME BAZELW_ROOT BAZELW_SUITE

# list FILE: the lines of a list that are not comments.
list() { sed 's/#.*//' "$@" | awk 'NF'; }

# go_version: the Go release that the project pins, from the one place that says so.
go_version() { sed -n 's/^go_sdk\.download(version = "\(.*\)")$/\1/p' "$setup/../../MODULE.bazel"; }

# hash FILE...: a short name for the contents of the files, run in tools/setup.
hash() { (cd "$setup" && sha256sum "$@" && uname -m && echo "$BAZELW_SUITE") | sha256sum | cut -c1-12; }

# The inputs of the parts of the set-up; a change of one does not redo the others.
root_hash() {
    if [ "$1" = base ]; then
        hash root.sh debs.sh host-files.txt packages-base.txt packages-skip.txt
    else
        hash root.sh debs.sh host-files.txt packages-base.txt packages-skip.txt packages-test.txt
    fi
}
modules_hash() {
    # shellcheck disable=SC2046 # one word per file
    hash modules.sh registry.sh fetch_sdk.sh $(cd "$setup" && find modules-*.txt patches stubs -type f | LC_ALL=C sort)
}

# stamp: a name for everything that the set-up is made from. What a set-up ended with is noted under it.
stamp() {
    (
        cd "$setup" || exit
        find . -name test -prune -o -type f ! -name '*.md' -exec sha256sum {} + | LC_ALL=C sort
        uname -m
        echo "$BAZELW_SUITE $(go_version)"
    ) | sha256sum | cut -c1-12
}
