#!/bin/sh
# Fetches a Go release from the Go module proxy and prints its folder. The set-up uses it for the Go it works
# with, and our copy of rules_go for go_sdk.download.
#
#   fetch_sdk.sh GO VERSION GOOS GOARCH      GO: any go command; GOMODCACHE, GOPROXY, ... as it wants them
set -eu
module=golang.org/toolchain@v0.0.1-go$2.$3-$4

# Outside of every Go module, and with the go command that was named.
export GOTOOLCHAIN=local GOWORK=off GO111MODULE=on GOFLAGS=-modcacherw
cd /
for try in 1 2 3; do
    if answer=$("$1" mod download -json "$module" 2>&1); then break; fi
    [ "$try" != 3 ] || { printf '%s: %s\n' "$module" "$answer" >&2; exit 1; }
    sleep "$try"
done
dir=$(printf '%s\n' "$answer" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')

# Module archives carry no executable bits, and no go.mod but their own; the go command repairs the same when it
# switches releases by itself. Last comes bin/go, the sign that all is done.
if [ ! -x "$dir/bin/go" ]; then
    find "$dir/pkg/tool" -type f -exec chmod +x {} +
    find "$dir/lib" -type f -name 'go_?*_?*_exec' -exec chmod +x {} +
    find "$dir/src" -name _go.mod | while read -r file; do
        cp "$file" "${file%/*}/go.mod.$$"
        mv "${file%/*}/go.mod.$$" "${file%/*}/go.mod"
    done
    chmod +x "$dir/bin/gofmt" "$dir/bin/go"
fi
printf '%s\n' "$dir"
