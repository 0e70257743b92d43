# A private root folder: Debian packages unpacked side by side, and what their skipped scripts would have done.
# shellcheck shell=sh

# root_unpack ROOT LIST: unpacks the listed packages into a new folder.
root_unpack() {
    say "unpacking $(wc -l <"$2") packages"
    for d in bin sbin lib lib64; do mkdir -p "$1/usr/$d" && ln -s "usr/$d" "$1/$d"; done
    # Several at once: each package brings its own files, only folders are shared.
    # shellcheck disable=SC2016 # expanded by the inner shell
    sed "s|^|$debs/archives/|" "$2" | tr '\n' '\0' | xargs -0 -n 1 -P "$(nproc)" sh -c '
        dpkg-deb --fsys-tarfile "$2" | tar -x -f - -C "$1" --no-same-owner --keep-directory-symlink \
            --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=./dev
    ' unpack "$1" 2>>"$log" || die "a package could not be unpacked" "details: $log"
}

# root_finish ROOT KIND: links and folders that the packages' own scripts make.
root_finish() {
    # The mark by which bazelw knows that it runs inside already.
    basename "${1%.new}" >"$1/etc/bazelw-root"
    for link in awk:mawk cc:gcc c++:g++ which:which.debianutils iptables:iptables-nft ip6tables:ip6tables-nft; do
        for dir in bin sbin; do
            name=${link%%:*} target=${link#*:}
            [ ! -e "$1/usr/$dir/$target" ] || [ -e "$1/usr/$dir/$name" ] || ln -s "$target" "$1/usr/$dir/$name"
        done
    done
    for d in dev proc sys run tmp root home mnt opt srv media var/tmp usr/local .host; do mkdir -p "$1/$d"; done
    rm -rf "$1/var/run"
    ln -s /run "$1/var/run"
    [ "$2" = base ] || mkdir -p "$1/nix" "$BAZELW_HOME/nix"
}

# root_java ROOT: the runtime lacks only javac's launcher; without one Bazel does not take it for a JDK.
root_java() {
    java=$(basename "$(find "$1/usr/lib/jvm" -maxdepth 1 -name 'java-*-openjdk-*' | sort | head -n 1)")
    [ -n "$java" ] || die "no Java runtime among the packages" "details: $log"
    for tool in java javac jar; do ln -sf "../lib/jvm/$java/bin/$tool" "$1/usr/bin/$tool"; done
    javac=$1/usr/lib/jvm/$java/bin/javac
    if [ ! -e "$javac" ]; then
        printf '#!/bin/sh\nexec "$(dirname "$0")/java" -m jdk.compiler/com.sun.tools.javac.Main "$@"\n' >"$javac"
        chmod +x "$javac"
    fi
}

# root_bazelrc ROOT KIND: replaces Debian's system-wide bazelrc, which turns sandbox_debug on and overrides
# modules that we serve from a registry, by one that reads the file the modules' half of the set-up writes.
root_bazelrc() {
    cat >"$1/etc/bazel/bazelrc" <<EOF
startup --install_base=/usr/share/bazel
startup --trust_install_base
startup --server_javabase=/usr/lib/jvm/$java
# A server of another root is replaced: its files may be gone.
startup --host_jvm_args=-Dbazelw.root=$(basename "${1%.new}")
import $BAZELW_HOME/bazelrc-$2
EOF
}

# root_used ROOT: whether a process has the folder as its root.
root_used() { grep -qsF " $1 / " /proc/[0-9]*/mountinfo; }

# root_make KIND HASH: the whole of it, beside its place first.
root_make() {
    root=$BAZELW_HOME/root-$1-$2
    if [ -d "$root" ]; then
        touch "$root"
        return
    fi
    packages=$(list "$setup/packages-base.txt")
    [ "$1" = base ] || packages="$packages $(list "$setup/packages-test.txt")"
    # shellcheck disable=SC2086 # one word per package
    debs_fetch "$debs/list-$1" $packages
    rm -rf "$root.new"
    mkdir -p "$root.new"
    root_unpack "$root.new" "$debs/list-$1"
    root_finish "$root.new" "$1"
    root_java "$root.new"
    root_bazelrc "$root.new" "$1"
    mv "$root.new" "$root"
    # One older root is kept, for a checkout of another version; more are kept only while something runs in them.
    older "$root" "$BAZELW_HOME/root-$1"-* | while read -r old; do
        root_used "$old" || rm -rf "$old"
    done
}
