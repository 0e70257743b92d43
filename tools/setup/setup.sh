#!/bin/sh
# Sets up a private root with Bazel, and the Bazel modules, in $BAZELW_HOME.     setup.sh KIND     KIND: base or test
#
# Every step writes beside its place and renames when it is done, so that it can be interrupted at any time; what is
# there already is kept. Runs wait for each other.
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
[ "$(cat "$BAZELW_HOME/ready-$kind" 2>/dev/null)" != "$(stamp "$kind")" ] || exit 0
check_disk "$kind"
log=$BAZELW_HOME/setup.log
mkdir -p "$debs"
: >"$log"
say "setting up Bazel in $BAZELW_HOME, for once"

# modules_make HASH: the modules, laid out inside the base root.
modules_make() {
    modules=$BAZELW_HOME/modules-$1
    if [ -d "$modules" ]; then
        touch "$modules"
        return
    fi
    rm -rf "$modules.new"
    (enter_root "$BAZELW_HOME/root-base-$(root_hash base)" "$setup/modules.sh" "$modules.new" "$BAZELW_GO") || exit 1
    mv "$modules.new" "$modules"
    # What Bazel itself depends on, whatever a workspace asks for: in a file, and one in its code.
    registry_scan "$modules" "$BAZELW_HOME/root-base-$(root_hash base)/usr/share/bazel/embedded_tools" 1
    registry_add "$modules" platforms 0.0.7
    older "$modules" "$BAZELW_HOME"/modules-* | while read -r old; do rm -rf "$old"; done
}

# settings_write KIND: the bazelrc of the root, and what `enter` needs to know.
settings_write() {
    cat >"$BAZELW_HOME/bazelrc-$1.new" <<EOF
# Written by bazelw's set-up for the $1 root.
# The registry is a local folder: its paths have no place in a lockfile.
common --lockfile_mode=off
# What WORKSPACE files would bring has to be downloaded.
common --noenable_workspace
common --registry=file://$modules/registry
common --disk_cache=$BAZELW_HOME/disk-cache
common --experimental_disk_cache_gc_max_size=20G
EOF
    # Actions in the sandbox have a /tmp of their own.
    case $BAZELW_HOME in
    /tmp/*) echo "common --sandbox_add_mount_pair=$BAZELW_HOME" >>"$BAZELW_HOME/bazelrc-$1.new" ;;
    esac
    # The two roots never share a server.
    [ "$1" = base ] || echo "startup --output_user_root=$BAZELW_HOME/output-$1" >>"$BAZELW_HOME/bazelrc-$1.new"
    mv "$BAZELW_HOME/bazelrc-$1.new" "$BAZELW_HOME/bazelrc-$1"
    cat >"$BAZELW_HOME/env-$1.new" <<EOF
root='$BAZELW_HOME/root-$1-$(root_hash "$1")'
modules='$modules'
export BAZELW_GO='$BAZELW_GO'
EOF
    mv "$BAZELW_HOME/env-$1.new" "$BAZELW_HOME/env-$1"
}

root_make base "$(root_hash base)"
[ "$kind" = base ] || root_make "$kind" "$(root_hash "$kind")"
go_settings_write
go_settings_read
BAZELW_GO=$(go_fetch)
modules_make "$(modules_hash)"
settings_write base
settings_write "$kind"
stamp "$kind" >"$BAZELW_HOME/ready-$kind.new"
mv "$BAZELW_HOME/ready-$kind.new" "$BAZELW_HOME/ready-$kind"
say "ready: $(du -sh "$BAZELW_HOME" 2>/dev/null | cut -f1) in $BAZELW_HOME"
