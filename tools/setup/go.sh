# Go: the release that the set-up works with, and the host's settings for downloads.
# shellcheck shell=sh disable=SC2154 # setup and debs are the caller's

# Downloads follow these; the values are the host's and are looked up, never written down here.
go_settings="GOPROXY GOSUMDB GOPRIVATE GONOPROXY GONOSUMDB GOINSECURE GOAUTH GOFLAGS"

# go_isolate: from here on Go's commands read the user's settings, but write into the cache folder only: modules,
# build results, the counters that Go keeps.
go_isolate() {
    export GOENV="${GOENV:-${XDG_CONFIG_HOME:-$HOME/.config}/go/env}" XDG_CONFIG_HOME="$BAZELW_HOME/go/config"
    export GOPATH="$BAZELW_HOME/go" GOMODCACHE="$BAZELW_HOME/go/mod" GOCACHE="$BAZELW_HOME/go/build"
}

# go_settings_write: keeps what the host's go command says about downloads. The private root sees the user's own
# configuration file, but not a default that came with the host's Go.
go_settings_write() {
    {
        echo "# The host's settings for Go's downloads; variables of the environment go before them."
        if command -v go >/dev/null; then
            # shellcheck disable=SC2086 # one word per variable
            for name in $go_settings; do
                value=$(cd / && GOTOOLCHAIN=local go env "$name" 2>/dev/null) || continue
                # shellcheck disable=SC2016 # for the shell that reads the file
                [ -z "$value" ] || printf ': "${%s=%s}"; export %s\n' "$name" "$(printf %s "$value" | sed 's/[\\"$`}]/\\&/g')" "$name"
            done
        fi
    } >"$BAZELW_HOME/env-go.$$"
    mv "$BAZELW_HOME/env-go.$$" "$BAZELW_HOME/env-go"
}

# go_settings_read: exports them, looking anew when the user's file has changed.
go_settings_read() {
    # shellcheck disable=SC3013 # -nt: every shell that Debian has knows it
    if [ "${GOENV:-${XDG_CONFIG_HOME:-$HOME/.config}/go/env}" -nt "$BAZELW_HOME/env-go" ]; then go_settings_write; fi
    # shellcheck source=/dev/null # written above
    . "$BAZELW_HOME/env-go"
}

# go_any: a go command on this machine, of any release; from Debian when there is none.
go_any() {
    if command -v go; then return; fi
    bootstrap=$BAZELW_HOME/go/bootstrap
    if [ ! -d "$bootstrap" ]; then
        say "this machine has no Go: taking one from Debian"
        debs_fetch "$debs/list-go" golang-go
        rm -rf "$bootstrap.new"
        mkdir -p "$bootstrap.new"
        grep '^golang-' "$debs/list-go" | while read -r file; do
            dpkg-deb --fsys-tarfile "$debs/archives/$file" | tar -x -f - -C "$bootstrap.new" --no-same-owner ||
                die "$file could not be unpacked"
        done || exit 1
        mv "$bootstrap.new" "$bootstrap"
    fi
    find "$bootstrap/usr/lib" -path '*/bin/go' | head -n 1
}

# go_fetch: the release that the project pins; prints its go command.
go_fetch() {
    version=$(go_version)
    [ -n "$version" ] || die "MODULE.bazel has no line go_sdk.download(version = \"...\")"
    case $(uname -m) in x86_64) arch=amd64 ;; aarch64) arch=arm64 ;; *) arch=$(uname -m) ;; esac
    [ -d "$GOMODCACHE/golang.org/toolchain@v0.0.1-go$version.linux-$arch" ] || say "downloading Go $version"
    any=$(go_any) || exit 1
    dir=$("$setup/fetch_sdk.sh" "$any" "$version" linux "$arch") ||
        die "Go $version could not be fetched" "check the network and \`go env GOPROXY\`"
    echo "$dir/bin/go"
}
