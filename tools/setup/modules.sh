#!/bin/sh
# Lays out the Bazel modules that a registry would serve, and a registry of them in a local folder. Runs inside the
# base root, with its tools.
#
#   modules.sh TARGET GO      TARGET: a new folder;  GO: a go command
# shellcheck source-path=SCRIPTDIR
set -eu
setup=$(dirname -- "$(readlink -f -- "$0")")
. "$setup/common.sh"
. "$setup/registry.sh"
out=$1 go=$2

export GOTOOLCHAIN=local GOFLAGS=-modcacherw GOWORK=off

# try COMMAND...: three times, for networks with hiccups.
try() {
    for n in 1 2 3; do
        if "$@"; then return; fi
        sleep "$n"
    done
    return 1
}

# from_go MODULE GOMODULE VERSION SUM FOLDER: a checked copy of a Go module.
from_go() {
    answer=$(cd / && try "$go" mod download -json "$2@$3") ||
        die "the Go module $2@$3 could not be downloaded" "$(printf '%s' "$answer" | grep -m 1 '"Error"')" \
            "check the network and \`go env GOPROXY\`"
    field() { printf '%s\n' "$answer" | sed -n 's/^\t"'"$1"'": "\(.*\)",\{0,1\}$/\1/p'; }
    [ "$(field Sum)" = "$4" ] || die "the checksum of $2@$3 is $(field Sum), expected $4"
    mkdir -p "$out/$1/$5"
    cp -R --no-preserve=mode "$(field Dir)/." "$out/$1/$5"
}

# gazelle's repository rules build its tools without the network: module archives carry no vendor folder either. Its
# tests import what does not exist.
vendor_gazelle() {
    (
        unset GOWORK
        cd "$out/gazelle" && rm -rf tests && try "$go" work vendor &&
            "$go" run internal/list_repository_tools_srcs.go -generate=internal/go_repository_tools_srcs.bzl
    ) >"$out/log" 2>&1 || die "gazelle's dependencies could not be downloaded" "$(tail -n 5 "$out/log")"
}

# from_stub MODULE: its files, and a package in every folder.
from_stub() {
    mkdir -p "$out/$1"
    [ ! -d "$setup/stubs/$1" ] || cp -R --no-preserve=mode "$setup/stubs/$1/." "$out/$1"
    find "$out/$1" -type d -exec touch {}/BUILD.bazel \;
    echo "module(name = \"$1\")" >"$out/$1/MODULE.bazel"
}

mkdir -p "$out"
say "laying out Bazel modules"
list "$setup/modules-go.txt" | while read -r module go_module version sum folder; do
    from_go "$module" "$go_module" "$version" "$sum" "$folder"
done
vendor_gazelle
cp "$setup/fetch_sdk.sh" "$out/rules_go/go/private/"
list "$setup/modules-debian.txt" | while read -r module folder; do
    [ -d "$folder" ] || die "$folder is missing in the root"
    cp -R --no-preserve=mode "$folder" "$out/$module"
done
list "$setup/modules-stubs.txt" | while read -r module; do from_stub "$module"; done
for file in "$setup"/patches/*.patch; do
    module=$(basename "$file" .patch)
    patch -s -p1 -d "$out/$module" <"$file" >&2 || die "$file does not apply"
done
# Module archives carry no executable bits, and neither do patches.
find "$out" -name '*.sh' -exec chmod +x {} +
