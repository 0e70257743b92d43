# The way into a private root. Sourced.
# shellcheck shell=sh disable=SC2154 # setup is the caller's

# enter_settings FILE: what the set-up noted: root, modules, BAZELW_GO, BAZELW_RC.
enter_settings() {
    # By the time of its last use it is kept or not.
    touch "$1"
    # shellcheck source=/dev/null # written by the set-up
    . "$1"
}

# enter ROOT COMMAND [ARGUMENT...]: replaces this process by the command, inside the root.
enter() {
    into=$1
    shift
    # Inside of it already, as a test that calls bazelw is.
    [ "$(cat /etc/bazelw-root 2>/dev/null)" != "$into" ] || exec "$@"
    BAZELW_UID=$(id -u) BAZELW_GID=$(id -g)
    : "${USER:=$(id -un)}" "${LANG:=C.UTF-8}"
    # The root's own tools first: what the host has in /usr/local may be older.
    PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH${BAZELW_GO:+:${BAZELW_GO%/go}}
    export BAZELW_UID BAZELW_GID USER LANG PATH
    # What points into the host's distribution does not fit in here.
    unset LD_PRELOAD LD_LIBRARY_PATH JAVA_HOME GOROOT
    user=
    [ "$BAZELW_UID" = 0 ] || user="--user --map-root-user"
    # shellcheck disable=SC2086 # no option, or two
    exec unshare $user --mount --propagation slave -- "$setup/mounts.sh" "$into" "$PWD" "$@"
}
