#!/bin/bash
# Makes the Bazel module `lab`: store objects of real programs, those of e2e/nixlab among them, each as a NAR. Runs inside
# the root that has Nix, after e2e/nixlab/make.sh:
#
#   BAZELW_ROOT=test ./bazelw --exec e2e/acceptance/lab/make.sh FOLDER NIXLAB_FOLDER
#
# FOLDER gets:
#   MODULE.bazel, BUILD.bazel   a target for each object of the closure, and one by its name for each object that is asked for
#   nar/BASE.nar                every object as a NAR, BASE being the last component of its store path
#   hello, nix, ...             links to the objects that are asked for
#   objects.json                [{"path", "references", "narSize"}, ...] of all objects
# What is there already is kept.
set -euo pipefail
lab=$(dirname "$(readlink -f "$0")")
folder=$1
nixlab=$2
taken="bash coreutils hello"               # from e2e/nixlab
built="busybox nginx nix symlink target"   # here

export NIX_CONFIG="
sandbox = false
build-users-group =
substituters =
"

main() {
    mkdir -p "$folder"
    cd "$folder"
    if [ ! -e lock ] && [ -n "$(ls -A)" ]; then
        echo "make.sh: $folder is not empty, and not from here: name another folder" >&2
        return 1
    fi
    exec 9>lock
    flock 9
    local stamp
    stamp=$(cat "$lab"/* "$nixlab/stamp" "$(command -v nix)" "$(command -v nginx)" "$(command -v busybox)" | sha256sum)
    if [ "$(cat stamp 2>/dev/null)" = "$stamp" ] && have_all; then return; fi
    find . -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
    take
    build
    describe
    echo "$stamp" >stamp
}

# have_all: the store has what it had when the stamp was written.
have_all() {
    [ -s objects.json ] || return 1
    local nar
    for nar in nar/*.nar; do [ -e "/nix/store/$(basename "$nar" .nar)" ] || return 1; done
}

# in_nixlab NAME: the store path of the object NAME-lab of e2e/nixlab.
in_nixlab() { sed -n "s#.*\"path\": \"\\(/nix/store/[^\"]*-$1-lab\\)\".*#\\1#p" "$nixlab/objects.json"; }

take() {
    local name
    for name in $taken; do ln -s "$(in_nixlab "$name")" "$name"; done
}

build() {
    local name
    for name in $built; do
        nix-build "$lab/default.nix" --argstr libc "$(in_nixlab libc)" -A "$name" -o "$name" -j2
    done >build.log 2>&1 || { cat build.log >&2; return 1; }
}

describe() {
    local name object reference separator=
    mkdir nar
    cat >MODULE.bazel <<END
"""Store objects of real programs."""

module(name = "lab")

bazel_dep(name = "rules_strata", version = "0.0.0")
END
    exec 3>BUILD.bazel 4>objects.json
    cat >&3 <<END
load("@rules_strata//rules:defs.bzl", "nar_store_object")

package(default_visibility = ["//visibility:public"])
END
    for name in $taken $built; do
        printf '\nalias(\n    name = "%s",\n    actual = ":%s",\n)\n' "$name" "$(basename "$(readlink "$name")")" >&3
    done
    printf '[' >&4
    for object in $(for name in $taken $built; do readlink "$name"; done | xargs nix-store --query --requisites | sort -u); do
        nix-store --dump "$object" >"nar/${object##*/}.nar"
        target "$object" >&3
        printf '%s\n  {"path": "%s", "narSize": %d, "references": [' "$separator" "$object" "$(stat -c %s "nar/${object##*/}.nar")" >&4
        separator=
        for reference in $(nix-store --query --references "$object"); do
            printf '%s"%s"' "$separator" "$reference" >&4
            separator=', '
        done
        printf ']}' >&4
        separator=,
    done
    printf '\n]\n' >&4
}

# target OBJECT: its target in BUILD.bazel. Nix knows what an object refers to; Nix's own help mentions other paths.
target() {
    local base=${1##*/} reference
    printf '\nnar_store_object(\n    name = "%s",\n    allow_undeclared_references = True,\n    nar = "nar/%s.nar",\n    references = [' "$base" "$base"
    for reference in $(nix-store --query --references "$1"); do [ "$reference" != "$1" ] || printf '"%s"' "$1"; done
    printf '],\n    store_path = "%s",\n    deps = [\n' "$1"
    for reference in $(nix-store --query --references "$1"); do [ "$reference" = "$1" ] || printf '        ":%s",\n' "${reference##*/}"; done
    printf '    ],\n)\n'
}

main
