#!/bin/bash
# Makes the narinfos and the public keys of this folder with a real Nix; runs inside the root that has Nix:
#
#   BAZELW_ROOT=test ./bazelw --exec go/narinfo/testdata/make.sh
#
# The keys are new ones each time, and so are the signatures. What is there was made by Nix 2.34.8.
set -euo pipefail
out=$(dirname "$(readlink -f "$0")")
lab=$(mktemp -d)
trap 'rm -rf "$lab"' EXIT

export NIX_CONFIG="
sandbox = false
build-users-group =
substituters =
experimental-features = nix-command
"

main() {
    cd "$lab"
    rm -f "$out"/*.narinfo "$out"/*.pub
    local key
    for key in one-1 two-1; do
        nix-store --generate-binary-cache-key "$key" "$key.sec" "$out/$key.pub"
    done
    sources
    derivations >default.nix
    narinfo app "$(nix-build --no-out-link default.nix -A app)"
    narinfo lib "$(nix-build --no-out-link default.nix -A lib)"
    narinfo text "$(nix-instantiate --eval --read-write-mode --strict default.nix -A text | tr -d '"')"
    narinfo text-with-references "$(nix-instantiate --eval --read-write-mode --strict default.nix -A reference | tr -d '"')"
    local algorithm
    for algorithm in md5 sha1 sha256 sha512; do
        narinfo "flat-$algorithm" "$(nix-store --add-fixed "$algorithm" file)"
        narinfo "recursive-$algorithm" "$(nix-store --add-fixed --recursive "$algorithm" tree)"
    done
    narinfo self "$(content_addressed self)"
    narinfo self-with-references "$(content_addressed selfAndOther)"
    mv "$lab"/new/*.narinfo "$out"
}

sources() {
    mkdir tree new
    echo file >file
    echo data >tree/data
    ln -s data tree/link
}

derivations() {
    cat <<'N'
let
  make = name: script: derivation {
    inherit name;
    system = "x86_64-linux";
    builder = "/bin/bash";
    PATH = "/usr/bin:/bin";
    args = [ "-c" (script + "\nexit 0\n") ];
  };
in rec {
  lib = make "lib-1.0" "echo lib > $out";
  app = make "app-1.0" "mkdir $out; echo ${lib} ${text} $out > $out/app";
  text = builtins.toFile "text" "text\n";
  reference = builtins.toFile "text-with-references" "${text}\n";
  self = make "self" "echo $out and $out > $out";
  selfAndOther = make "self-with-references" "echo ${text} > $out; echo $out >> $out";
}
N
}

# content_addressed ATTRIBUTE: the store path that is made of the content of an object that refers to itself.
content_addressed() {
    local built
    built=$(nix-build --no-out-link default.nix -A "$1")
    nix store make-content-addressed --json "$built" | sed "s#.*\"$built\":\"\([^\"]*\)\".*#\1#"
}

# narinfo NAME STORE_PATH: what caches that are signed with both keys say of the object.
narinfo() {
    local base=${2##*/}
    nix copy --to "file://$lab/unsigned" "$2"
    nix store sign --store "file://$lab/unsigned" --key-file one-1.sec --recursive "$2"
    nix store sign --store "file://$lab/unsigned" --key-file two-1.sec --recursive "$2"
    cp "unsigned/${base%%-*}.narinfo" "new/$1.narinfo"
}

main
