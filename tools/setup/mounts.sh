#!/bin/sh
# Runs inside a new mount namespace: makes ROOT the root folder, with the host's folders at their own paths, and
# runs the command there. A chroot would not do: the kernel refuses user namespaces, Bazel's sandbox, inside one.
#
#   mounts.sh ROOT DIRECTORY COMMAND [ARGUMENT...]
set -eu
setup=${0%/*} root=$1 cwd=$2
shift 2

# The new root is put together on top of a folder that nothing inside needs and every Debian has.
stage=/boot
[ -d $stage ] || stage=/var/lib
mount --bind "$root" $stage

bring() { # bring FOLDER: at its own path
    [ -d "$stage$1" ] || mkdir -p "$stage$1"
    mount --rbind "$1" "$stage$1" || echo "bazelw: warning: $1 cannot be seen from inside" >&2
}

bring_missing() { # bring_missing FOLDER: the topmost part of its path that is not there yet
    part=
    rest=${1#/}/
    while [ -n "$rest" ]; do
        part=$part/${rest%%/*} rest=${rest#*/}
        if [ ! -d "$stage$part" ] && [ -d "$part" ]; then
            bring "$part"
            return
        fi
    done
}

# Every folder of the host but those of its distribution.
for dir in /*; do
    case $dir in /bin | /sbin | /lib* | /usr | /etc | /var | /boot | /lost+found) continue ;; esac
    if [ -d "$dir" ] && [ ! -L "$dir" ]; then bring "$dir"; fi
done
for dir in /usr/local /var/tmp /etc/ssl /etc/pki /usr/share/ca-certificates /usr/share/zoneinfo; do
    if [ -d "$dir" ]; then bring "$dir"; fi
done
# Homes and checkouts are sometimes kept inside the distribution's folders.
for dir in "$HOME" "$BAZELW_HOME" "$cwd"; do bring_missing "$dir"; done
while read -r file; do
    case $file in /*) ;; *) continue ;; esac
    if [ -f "$file" ]; then mount --bind "$(readlink -f "$file")" "$stage$file"; fi
done <"$setup/host-files.txt"
# Bazel's settings, once the set-up has written them.
if [ -n "${BAZELW_RC-}" ]; then mount --bind "$BAZELW_RC" $stage/etc/bazelw.bazelrc; fi
# A store for Nix where the host has none: the test root brings the folder.
if [ ! -d /nix ] && [ -d $stage/nix ]; then mount --bind "$BAZELW_HOME/nix" $stage/nix; fi

cd $stage
pivot_root . .host
umount -l /.host
cd "$cwd"

# An ordinary user became root of the namespace for the mounts; the command runs as the user again.
if [ "$BAZELW_UID" != 0 ]; then
    exec unshare --user --map-user="$BAZELW_UID" --map-group="$BAZELW_GID" -- "$@"
fi
exec "$@"
