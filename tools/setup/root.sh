# A private root folder: Debian packages unpacked side by side, and what their skipped scripts would have done.
# shellcheck shell=sh disable=SC2154 # setup, log and debs are the caller's

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
    echo "${1%.new}" >"$1/etc/bazelw-root"
    for link in awk:mawk cc:gcc c++:g++ which:which.debianutils iptables:iptables-nft ip6tables:ip6tables-nft \
        fakeroot:fakeroot-sysv; do
        for dir in bin sbin; do
            name=${link%%:*} target=${link#*:}
            [ ! -e "$1/usr/$dir/$target" ] || [ -e "$1/usr/$dir/$name" ] || ln -s "$target" "$1/usr/$dir/$name"
        done
    done
    for d in dev proc sys run tmp root home mnt opt srv media var/tmp usr/local .host; do mkdir -p "$1/$d"; done
    [ "$2" = base ] || mkdir -p "$1/nix"
    : >"$1/etc/bazelw.bazelrc"
    rm -rf "$1/var/run"
    ln -s /run "$1/var/run"
    list "$setup/host-files.txt" | while read -r file; do
        rm -f "$1$file"
        : >"$1$file"
    done
}

# root_java ROOT: the runtime lacks only javac's launcher; without one Bazel does not take it for a JDK.
root_java() {
    java=$(basename "$(find "$1/usr/lib/jvm" -maxdepth 1 -name 'java-*-openjdk-*' | sort | head -n 1)")
    [ -n "$java" ] || die "no Java runtime among the packages" "details: $log"
    for tool in java javac jar; do ln -sf "../lib/jvm/$java/bin/$tool" "$1/usr/bin/$tool"; done
    javac=$1/usr/lib/jvm/$java/bin/javac
    if [ ! -e "$javac" ]; then
        # shellcheck disable=SC2016 # for the shell that runs it
        printf '#!/bin/sh\nexec "$(dirname "$0")/java" -m jdk.compiler/com.sun.tools.javac.Main "$@"\n' >"$javac"
        chmod +x "$javac"
    fi
}

# root_trust ROOT: the certificates that the host trusts, in a form for Java, so that Bazel's own downloads work.
root_trust() {
    bundle=/etc/ssl/certs/ca-certificates.crt
    [ -r $bundle ] || return 0
    store=$(readlink -f "$1/usr/lib/jvm/$java")/lib/security
    # The link that Debian has here leads to a file which belongs to the host's Java, if it has one.
    rm -f "$store/cacerts"
    if (enter "$1" openssl pkcs12 -export -nokeys -jdktrust anyExtendedKeyUsage -certpbe NONE -nomac \
        -passout pass: -in $bundle -out "/${store#"$1"/}/cacerts") >>"$log" 2>&1; then
        chmod 644 "$store/cacerts"
    else
        say "warning: Bazel will not trust any server ($log)"
    fi
}

# root_bazelrc ROOT: replaces Debian's system-wide bazelrc, which turns sandbox_debug on and overrides modules that
# we serve from a registry, by one that reads the settings that are mounted on the way in.
root_bazelrc() {
    cat >"$1/etc/bazel/bazelrc" <<EOF
startup --install_base=/usr/share/bazel
startup --trust_install_base
startup --server_javabase=/usr/lib/jvm/$java
# A server of another root is replaced: its files may be gone.
startup --host_jvm_args=-Dbazelw.root=$(basename "${1%.new}")
import /etc/bazelw.bazelrc
EOF
}

# root_make KIND HASH: the whole of it, beside its place first.
root_make() {
    root=$BAZELW_HOME/root-$1-$2
    [ ! -d "$root" ] || return 0
    packages=$(list "$setup/packages-base.txt")
    [ "$1" = base ] || packages="$packages $(list "$setup/packages-test.txt")"
    # shellcheck disable=SC2086 # one word per package
    debs_fetch "$debs/list-$1" $packages
    rm -rf "$root.new"
    mkdir -p "$root.new"
    root_unpack "$root.new" "$debs/list-$1"
    root_finish "$root.new" "$1"
    root_java "$root.new"
    root_trust "$root.new"
    root_bazelrc "$root.new"
    mv "$root.new" "$root"
}
