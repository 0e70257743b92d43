# What the set-up needs from the machine, said clearly before it begins.
# shellcheck shell=sh disable=SC2154 # the caller's

bazelisk_hint="or install Bazelisk: bazelw uses it when the Bazel Central Registry can be reached"

check_machine() {
    [ "$(uname -s)" = Linux ] || die "a private Bazel can be set up on Debian-like Linux only, this is $(uname -s)" \
        "install Bazelisk"
    [ ! -e /etc/bazelw-root ] || die "the set-up has changed since this root was entered" "call bazelw --setup outside of it"
    check_tool apt-get "it is part of Debian and its relatives"
    check_tool dpkg-deb "install the package dpkg"
    for tool in unshare pivot_root mount umount flock; do check_tool $tool "install the package util-linux (mount, for mount)"; done
    check_tool sha256sum "install the package coreutils"
    check_tool tar "install the package tar"
    check_tool xargs "install the package findutils"
    check_namespaces
}

check_tool() {
    PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || die "this machine has no $1" "$2" "$bazelisk_hint"
}

check_namespaces() {
    user=
    [ "$(id -u)" = 0 ] || user="--user --map-root-user"
    # shellcheck disable=SC2086 # no option, or two
    unshare $user --mount --propagation slave true 2>/dev/null && return
    if [ -n "$user" ]; then
        die "this system does not let ordinary users make user namespaces" \
            "allow them (sysctl kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0)" \
            "run as root, $bazelisk_hint"
    fi
    die "this system does not allow mount namespaces; a container needs the capability SYS_ADMIN for them" \
        "start the container with --cap-add SYS_ADMIN --security-opt seccomp=unconfined, $bazelisk_hint"
}

# check_disk KIND: room for what is not there yet.
check_disk() {
    need=0
    [ -d "$BAZELW_HOME/root-base-$(root_hash base)" ] || need=$((need + 1400))
    [ "$1" = base ] || [ -d "$BAZELW_HOME/root-$1-$(root_hash "$1")" ] || need=$((need + 1800))
    [ -d "$BAZELW_HOME/modules-$(modules_hash)" ] || need=$((need + 500))
    free=$(($(df -Pk "$BAZELW_HOME" | awk 'NR == 2 {print $4}') / 1024))
    [ "$free" -ge "$need" ] || die "the set-up needs $need MB in $BAZELW_HOME, $free MB are free" \
        "make room, or choose another folder with BAZELW_HOME"
}
