#!/bin/sh
# Sets up a private root with Bazel, and the Bazel modules, in $BAZELW_HOME.     setup.sh KIND     KIND: base or test
#
# Every step writes beside its place and renames when it is done, so that it can be interrupted at any time; what is
# there already is kept. Runs wait for each other.
# shellcheck source-path=SCRIPTDIR
set -eu
setup=$(dirname -- "$(readlink -f -- "$0")")
. "$setup/common.sh"
. "$setup/checks.sh"
. "$setup/debs.sh"
. "$setup/root.sh"
. "$setup/go.sh"
. "$setup/enter.sh"
. "$setup/registry.sh"
kind=$1

check_machine
mkdir -p "$BAZELW_HOME"
BAZELW_HOME=$(cd "$BAZELW_HOME" && pwd -P)
exec 9>"$BAZELW_HOME/lock"
if ! flock -n 9; then
    say "another set-up is at work in $BAZELW_HOME: waiting for it"
    flock 9
fi
stamp=$(stamp)
[ ! -e "$BAZELW_HOME/settings-$kind-$stamp" ] || exit 0
check_disk "$kind"
log=$BAZELW_HOME/setup.log
mkdir -p "$debs"
: >"$log"
say "setting up Bazel in $BAZELW_HOME (once)"

# modules_make HASH: the modules, laid out inside the base root.
modules_make() {
    modules=$BAZELW_HOME/modules-$1
    [ ! -d "$modules" ] || return 0
    rm -rf "$modules.new"
    (enter "$BAZELW_HOME/root-base-$(root_hash base)" "$setup/modules.sh" "$modules.new" "$BAZELW_GO") || exit 1
    mv "$modules.new" "$modules"
}

# settings_write KIND: Bazel's settings, and what the way into the root needs to know; with these the root is ready.
settings_write() {
    rc=$BAZELW_HOME/bazelrc-$1-$stamp
    cat >"$rc" <<EOF
# Written by bazelw's set-up for the $1 root.
# The registry is a local folder: its paths have no place in a lockfile.
common --lockfile_mode=off
# What WORKSPACE files would bring has to be downloaded.
common --noenable_workspace
common --registry=file://$modules/registry
common --disk_cache=$BAZELW_HOME/disk-cache
common --experimental_disk_cache_gc_max_size=20G
# Every workspace has gazelle's tools built and Go modules downloaded: with caches that they share.
common --repo_env=GO_REPOSITORY_USE_HOST_CACHE=1
common --repo_env=GOPATH=$BAZELW_HOME/go
common --repo_env=GOMODCACHE=$BAZELW_HOME/go/mod
common --repo_env=GOCACHE=$BAZELW_HOME/go/build
# A sandbox with a /tmp of its own does not see a module that lies below /tmp (local_path_override), nor this folder there.
common --noincompatible_sandbox_hermetic_tmp
EOF
    # Bazel's own files are in the cache folder too, and the two roots never share a server.
    echo "startup --output_user_root=$BAZELW_HOME/output-$1" >>"$rc"
    [ "$1" = base ] || mkdir -p "$BAZELW_HOME/nix/store" "$BAZELW_HOME/nix/var/nix"
    settings=$BAZELW_HOME/settings-$1-$stamp
    cat >"$settings.new" <<EOF
root='$BAZELW_HOME/root-$1-$(root_hash "$1")'
modules='$modules'
export BAZELW_GO='$BAZELW_GO' BAZELW_RC='$rc'
EOF
    mv "$settings.new" "$settings"
}

# forget_old: checkouts of other versions have set-ups of their own here; the four last used are kept, and the roots
# in which something runs.
forget_old() {
    # shellcheck disable=SC2012 # by age; names of our own
    ls -t "$BAZELW_HOME/settings-$kind"-* | tail -n +5 | while read -r old; do
        rm -f "$old" "$BAZELW_HOME/bazelrc-${old##*/settings-}"
    done
    for old in "$BAZELW_HOME"/root-* "$BAZELW_HOME"/modules-*; do
        grep -qF "'$old'" "$BAZELW_HOME"/settings-* || grep -qsF "/${old##*/} / " /proc/[0-9]*/mountinfo ||
            rm -rf "$old" || :
    done
}

root_make base "$(root_hash base)"
[ "$kind" = base ] || root_make "$kind" "$(root_hash "$kind")"
go_isolate
go_settings_write
go_settings_read
BAZELW_GO=$(go_fetch)
modules_make "$(modules_hash)"
# What Bazel itself depends on, whatever a workspace asks for: in a file, and one in its code.
registry_scan "$modules" "$BAZELW_HOME/root-base-$(root_hash base)/usr/share/bazel/embedded_tools" 1
registry_add "$modules" platforms 0.0.7
settings_write base
[ "$kind" = base ] || settings_write "$kind"
forget_old
say "ready: $(du -sh "$BAZELW_HOME" 2>/dev/null | cut -f1) in $BAZELW_HOME"
