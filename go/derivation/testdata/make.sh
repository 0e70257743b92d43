#!/bin/bash
# Makes the fixtures with a real Nix, in a store of its own:
#
#   BAZELW_ROOT=test ./bazelw --exec go/derivation/testdata/make.sh
#
# NAME.drv is the store derivation as it stands in the store, NAME.json what
# `nix derivation show` says of it.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export NIX_CONFIG="
experimental-features = nix-command ca-derivations impure-derivations
build-users-group =
substituters =
"
cp builder.sh "$work"
# A byte that no UTF-8 text has.
sed 's/@BINARY@/\xff\xfe/' derivations.nix >"$work/derivations.nix"
for name in plain binary escapes inputs many passAsFile structured fixedFlat fixedRecursive floating impure deferred; do
    path=$(nix-instantiate --store "$work/root" "$work/derivations.nix" -A "$name" 2>/dev/null)
    cp "$work/root$path" "$name.drv"
    chmod 644 "$name.drv"
    [ "$name" = binary ] || nix --store "$work/root" derivation show "$path" 2>/dev/null >"$name.json"
done
