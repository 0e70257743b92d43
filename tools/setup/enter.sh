# The way into a private root. Sourced.
# shellcheck shell=sh

# enter_settings: what the set-up noted: the root's folder, the modules' folder, the go command of the set-up.
enter_settings() {
    # shellcheck source=/dev/null # written by the set-up
    . "$BAZELW_HOME/env-$BAZELW_ROOT"
}

# enter COMMAND [ARGUMENT...]: replaces this process by the command, inside the root of $BAZELW_ROOT.
enter() {
    enter_settings
    enter_root "$root" "$@"
}

# enter_root ROOT COMMAND [ARGUMENT...]: the same for a root that is not set up in full yet.
enter_root() {
    enter_root=$1
    shift
    # Inside of it already, as a test that calls bazelw is.
    [ "$(cat /etc/bazelw-root 2>/dev/null)" != "$(basename "$enter_root")" ] || exec "$@"
    BAZELW_UID=$(id -u) BAZELW_GID=$(id -g)
    : "${USER:=$(id -un)}" "${LANG:=C.UTF-8}"
    # The root's own tools first: what the host has in /usr/local may be older.
    PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH:${BAZELW_GO%/go}
    export BAZELW_UID BAZELW_GID USER LANG PATH
    # What points into the host's distribution does not fit in here.
    unset LD_PRELOAD LD_LIBRARY_PATH JAVA_HOME GOROOT
    user=
    [ "$BAZELW_UID" = 0 ] || user="--user --map-root-user"
    # shellcheck disable=SC2086 # no option, or two
    exec unshare $user --mount --propagation slave -- "$setup/mounts.sh" "$enter_root" "$PWD" "$@"
}
