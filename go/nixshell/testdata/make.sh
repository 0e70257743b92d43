#!/bin/bash
# Makes the fixtures with a real Nix, in a store of its own:
#
#   BAZELW_ROOT=test ./bazelw --exec go/nixshell/testdata/make.sh
#
# NAME.drv is a derivation of attrs.nix; the other files are what Nix gave its
# builder.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
work=/tmp/strata-nixshell
rm -rf "$work"
mkdir "$work"
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export NIX_STORE_DIR=$work/store NIX_STATE_DIR=$work/state NIX_LOG_DIR=$work/log NIX_CONF_DIR=$work NIX_CONFIG="
build-users-group =
sandbox = false
substituters =
"
for name in structured environment; do
    path=$(nix-instantiate attrs.nix -A "$name" 2>/dev/null)
    # Nix may take a builder that ends at once for one that was killed.
    for _ in 1 2 3 4 5; do nix-store --realise "$path" >/dev/null 2>&1 && break; done
    out=$(nix-store --realise "$path" | grep -v -e '-dev$')
    cp "$path" "$name.drv"
    for file in "$out"/*; do cp "$file" "$name.${file##*/}"; done
done
chmod 644 ./*.drv structured.attrs.* environment.*
