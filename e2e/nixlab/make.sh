#!/bin/bash
# Makes a small Nix store of real programs, for tests that take objects from Nix; runs inside the root that has Nix:
#
#   BAZELW_ROOT=test ./bazelw --exec e2e/nixlab/make.sh FOLDER
#
# The objects go to /nix/store, which is the cache folder's there. FOLDER gets:
#   conversation, hello, ...   links to objects, see default.nix
#   nar/BASE.nar               every object as a NAR, BASE being the last component of its store path
#   objects.json               [{"path", "references", "narSize"}, ...] of all objects, as Nix's closureInfo has it
# What is there already is kept.
set -euo pipefail
lab=$(dirname "$(readlink -f "$0")")
folder=$1
libraries=$(dirname "$(find /usr/lib -maxdepth 2 -name libc.so.6 | head -n 1)")
attributes="conversation hello static link fixed names settings zlib.dev"

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
    stamp=$(cat "$lab"/{default.nix,builder.sh,names.sh,make.sh} "$libraries/libc.so.6" | sha256sum)
    if [ "$(cat stamp 2>/dev/null)" = "$stamp" ] && have_all; then return; fi
    rm -rf stamp files nar objects.json new.json build.log
    lay_out_files
    build
    describe
    rm -rf files
    echo "$stamp" >stamp
}

# have_all: the store has what it had when the stamp was written.
have_all() {
    [ -s objects.json ] || return 1
    local nar
    for nar in nar/*.nar; do [ -e "/nix/store/$(basename "$nar" .nar)" ] || [ -L "/nix/store/$(basename "$nar" .nar)" ] || return 1; done
}

# library NAME PATTERN...: shared libraries of the machine, with their links.
library() {
    mkdir -p "files/$1/lib"
    local pattern
    # shellcheck disable=SC2086 # patterns are for the shell to expand
    for pattern in "${@:2}"; do cp -a "$libraries"/$pattern "files/$1/lib/"; done
}

# program NAME PROGRAM...: programs of the machine.
program() {
    mkdir -p "files/$1/bin"
    cp -L "${@:2}" "files/$1/bin/"
}

lay_out_files() {
    library libc 'libc.so.6' 'libm.so.6' 'libpthread.so.0' 'libdl.so.2' 'librt.so.1'
    cp -L "$(patchelf --print-interpreter /bin/bash)" files/libc/lib/
    library unistring 'libunistring.so.*'
    library idn2 'libidn2.so.*'
    library libgcc 'libgcc_s.so.1'
    library stdcxx 'libstdc++.so.6*'
    library zlib 'libz.so.1*'
    library tinfo 'libtinfo.so.6*'
    library readline 'libreadline.so.8*'
    library pcre2 'libpcre2-8.so.0*'
    library selinux 'libselinux.so.1'
    library acl 'libacl.so.1*' 'libattr.so.1*'
    program bash /bin/bash
    ln -s bash files/bash/bin/sh
    program coreutils /bin/{cat,echo,env,id,ls}
    program hello /usr/bin/hello
    program busybox /bin/busybox
    # Links out of the library folder would dangle.
    find files -type l | while read -r link; do
        [ -e "$link" ] || { echo "$link: its target was not laid out" >&2; exit 1; }
    done
}

build() {
    local sample attribute
    sample=$(mktemp -d)
    echo data >"$sample/file"
    sed "s/@FIXED@/$(nix-hash --type sha256 --base32 "$sample")/; s#\./builder#$lab/builder#; s#\./names#$lab/names#" \
        "$lab/default.nix" >files/default.nix
    rm -r "$sample"
    for attribute in $attributes; do
            if [ "$attribute" = settings ]; then
            nix-store --realise --indirect --add-root "$PWD/settings" \
                "$(nix-instantiate --eval --read-write-mode --arg files "$PWD/files" -A settings files/default.nix | tr -d '"')"
        else
            nix-build files/default.nix --arg files "$PWD/files" -A "$attribute" -o "${attribute%.dev}" -j2
        fi
    done >build.log 2>&1 || { cat build.log >&2; return 1; }
}

describe() {
    local object reference separator=
    mkdir nar
    echo '[' >new.json
    find . -maxdepth 1 -type l -lname '/nix/store/*' -printf '%l\n' | xargs nix-store --query --requisites | sort -u |
        while read -r object; do
            nix-store --dump "$object" >"nar/${object##*/}.nar"
            printf '%s  {"path": "%s", "narSize": %d, "references": [' \
                "$separator" "$object" "$(stat -c %s "nar/${object##*/}.nar")"
            separator=
            for reference in $(nix-store --query --references "$object"); do
                printf '%s"%s"' "$separator" "$reference"
                separator=', '
            done
            printf ']}'
            separator=$',\n'
        done >>new.json
    printf '\n]\n' >>new.json
    mv new.json objects.json
}

main
