# The local registry: an entry for every version that anybody names of a module that is laid out, all of them the
# one that is. Bazel picks the highest version asked for, and needs an entry for each on its way there.
# shellcheck shell=sh

# module_words FILE: what a MODULE.bazel says about other modules, one call a line:
#   dep NAME VERSION DEV | override NAME | local NAME PATH | include LABEL      ("-" for no version)
module_words() {
    sed 's/^[[:space:]]*#.*//; s/[[:space:]]#[^"]*$//' "$1" | awk '
        function value(key) {
            if (!match($0, key "[[:space:]]*=[[:space:]]*\"[^\"]*\"")) return ""
            v = substr($0, RSTART, RLENGTH); sub(/^[^"]*"/, "", v); sub(/"$/, "", v)
            return v == "" ? "-" : v
        }
        BEGIN { RS = ")" }
        /(^|[[:space:]])bazel_dep\(/ {
            dev = $0 ~ /dev_dependency[[:space:]]*=[[:space:]]*True/
            sub(/.*bazel_dep\(/, "(")
            print "dep", value("[(,[:space:]]name"), value("[(,[:space:]]version"), dev
        }
        /_override\(/ {
            if (!/single_version_override\(/) print "override", value("module_name")
            else print "dep", value("module_name"), value("[(,[:space:]]version"), 0
            if (/local_path_override\(/) print "local", value("module_name"), value("path")
        }
        /(^|[[:space:]])include\(/ { sub(/.*include\([^"]*"/, ""); sub(/".*/, ""); print "include", $0 }'
}

# registry_entry MODULES NAME VERSION: writes one entry.
registry_entry() {
    entry=$1/registry/modules/$2/$3
    mkdir -p "$1/registry/modules/$2"
    new=$(mktemp -d "$1/registry/modules/$2/.new.XXXXXX")
    # The version is part of the module() call, its first argument from here on.
    awk -v version="$3" '
        /^module\(/ { inside = 1; sub(/^module\(/, "module(version = \"" version "\", ") }
        inside && /^[[:space:]]*version = / { next }
        { print }
        /\)/ { inside = 0 }' "$1/$2/MODULE.bazel" >"$new/MODULE.bazel"
    printf '{"type": "local_path", "path": "%s"}\n' "$1/$2" >"$new/source.json"
    chmod 755 "$new"
    # Somebody else may have been faster: then theirs is as good.
    mv -T "$new" "$entry" 2>/dev/null || rm -rf "$new"
}

# registry_add MODULES NAME VERSION: the entry and those of everything it depends on. A mark says that all of them
# are there: dependencies go in circles, and this can be interrupted.
registry_add() {
    mark=$1/registry/complete/$2@$3
    [ ! -e "$mark" ] || return 0
    seen=" $2@$3 " todo=$2@$3
    while [ -n "$todo" ]; do
        found=
        for key in $todo; do
            [ -d "$1/registry/modules/${key%@*}/${key#*@}" ] || registry_entry "$1" "${key%@*}" "${key#*@}"
            for dep in $(module_words "$1/${key%@*}/MODULE.bazel" | awk '$1 == "dep" && !$4 { print $2 "@" $3 }'); do
                case $seen in *" $dep "*) continue ;; esac
                if [ -d "$1/${dep%@*}" ]; then seen="$seen$dep " found="$found $dep"; fi
            done
        done
        todo=$found
    done
    mkdir -p "${mark%/*}"
    : >"$mark"
}

# registry_scan MODULES FOLDER DEV: the entries that a module's folder asks for; DEV is 0 for other than the root
# module, whose development dependencies count. Modules that nobody has are named.
registry_scan() {
    [ -f "$2/MODULE.bazel" ] || return 0
    files=$2/MODULE.bazel
    for label in $(module_words "$2/MODULE.bazel" | sed -n 's/^include //p'); do
        label=${label#//}
        files="$files $2/$(echo "${label#:}" | tr : /)"
    done
    for file in $files; do module_words "$file"; done | {
        words=$(cat)
        echo "$words" | while read -r word name version dev; do
            case $word in
            dep)
                [ "$version" != - ] || continue
                [ "$3" = 1 ] || [ "$dev" = 0 ] || continue
                if [ -d "$1/$name" ]; then
                    registry_add "$1" "$name" "$version"
                elif ! echo "$words" | grep -qx "override $name"; then
                    say "warning: $2/MODULE.bazel asks for the module $name $version, which this set-up does not have"
                    say "it has:$(cd "$1" && printf ' %s' */ | tr -d /)"
                fi
                ;;
            local) case $version in /*) registry_scan "$1" "$version" 0 ;; *) registry_scan "$1" "$2/$version" 0 ;; esac ;;
            esac
        done
    }
}

# registry_workspace MODULES: the same for the workspace that the current folder is in.
registry_workspace() {
    workspace=$PWD
    while [ ! -f "$workspace/MODULE.bazel" ]; do
        [ -n "$workspace" ] || return 0
        workspace=${workspace%/*}
    done
    registry_scan "$1" "$workspace" 1
}
