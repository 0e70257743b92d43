#!/bin/bash
# Makes binary caches of the store that e2e/nixlab/make.sh made; runs inside the root that has Nix, after it:
#
#   BAZELW_ROOT=test ./bazelw --exec e2e/nixlab/caches.sh FOLDER NIXLAB_FOLDER
#
# FOLDER gets:
#   xz, zstd, gzip, bzip2, none   all objects, compressed so, signed by the key lab-1
#   unsigned                      all objects, signed by nobody
#   key.public, other.public      the key lab-1, and one that has signed nothing
# What is there already is kept.
set -euo pipefail
self=$(readlink -f "$0")
folder=$1
nixlab=$2

export NIX_CONFIG="
sandbox = false
build-users-group =
substituters =
experimental-features = nix-command
"

main() {
    mkdir -p "$folder"
    cd "$folder"
    exec 9>lock
    flock 9
    local stamp
    stamp=$(cat "$self" "$nixlab/stamp" | sha256sum)
    if [ "$(cat stamp 2>/dev/null)" = "$stamp" ]; then return; fi
    find . -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
    nix key generate-secret --key-name lab-1 >key.secret
    nix key convert-secret-to-public <key.secret >key.public
    nix key generate-secret --key-name other-1 | nix key convert-secret-to-public >other.public
    local compression paths
    mapfile -t paths < <(sed -n 's#.*"path": "\([^"]*\)".*#\1#p' "$nixlab/objects.json")
    for compression in xz zstd gzip bzip2 none; do
        nix copy --to "file://$PWD/$compression?compression=$compression&secret-key=$PWD/key.secret" "${paths[@]}"
    done
    nix copy --to "file://$PWD/unsigned?compression=zstd" "${paths[@]}"
    rm key.secret
    echo "$stamp" >stamp
}

main
