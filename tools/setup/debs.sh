# Debian packages: resolved and downloaded by the host's own apt, with its mirrors, proxies and keys, but with
# every folder of apt's inside the cache folder, so that neither root's rights nor the host's state are touched.
# shellcheck shell=sh disable=SC2154 # setup and log are the caller's

debs=$BAZELW_HOME/debs

# apt_get ARGS...: the host's apt-get on our folders.
apt_get() {
    apt-get -q \
        -o Dir::State::lists="$debs/lists" -o Dir::State::status="$debs/status" \
        -o Dir::State::extended_states="$debs/extended_states" \
        -o Dir::Cache="$debs" -o Dir::Cache::archives="$debs/archives" \
        -o Dir::Etc::sourcelist="$debs/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Install-Recommends=false \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o APT::Sandbox::User= -o Debug::NoLocking=1 -o APT::Update::Post-Invoke= "$@"
}

# debs_mirror: the first mirror of the machine's own apt configuration that has the suite.
debs_mirror() {
    # shellcheck disable=SC2016 # apt's own variable
    mirrors=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>>"$log" | sort -u)
    [ -n "$mirrors" ] || die "apt has no package sources on this machine" \
        "add a Debian mirror to /etc/apt/sources.list.d, or install Bazelisk: bazelw uses it when it is there"
    for mirror in $mirrors; do
        mirror=${mirror%/}
        for try in 1 2 3; do
            if /usr/lib/apt/apt-helper -o Acquire::Retries=3 download-file \
                "$mirror/dists/$BAZELW_SUITE/InRelease" "$debs/InRelease" >>"$log" 2>&1; then
                printf '%s\n' "$mirror"
                return
            fi
            # A mirror that answers "not found" does not have the suite; anything else may be a hiccup.
            tail -n 5 "$log" | grep -q ' 404 ' && break
            sleep "$try"
        done
    done
    die "no mirror of this machine's apt configuration serves Debian's suite '$BAZELW_SUITE'" \
        "tried: $(echo "$mirrors" | tr '\n' ' ')" \
        "check the network and the proxy, add a Debian mirror to apt's sources, or install Bazelisk" \
        "details: $log"
}

# debs_index: an up to date index of the suite; one per day is enough.
debs_index() {
    mkdir -p "$debs/lists/partial" "$debs/archives/partial" "$debs/none/partial"
    [ -z "$(find "$debs/index" -mmin -1440 2>/dev/null)" ] || return 0
    key=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -r $key ] || die "$key is missing, Debian's packages cannot be verified" \
        "install the package debian-archive-keyring, or install Bazelisk"
    say "finding a mirror for Debian $BAZELW_SUITE and reading its index"
    if ! mirror=$(debs_mirror 2>"$debs/error"); then
        # Without a network the index from before will do.
        [ ! -e "$debs/index" ] || return 0
        cat "$debs/error" >&2
        exit 1
    fi
    : >"$debs/status"
    echo "deb [arch=$(dpkg --print-architecture) signed-by=$key] $mirror $BAZELW_SUITE main" >"$debs/sources.list"
    apt_get update >>"$log" 2>&1 || die "apt-get update failed for $mirror" "details: $log"
    : >"$debs/index"
}

# debs_resolve PACKAGE...: lines of "file name, bytes, package=version" of the packages with their dependencies.
debs_resolve() {
    # apt leaves out what its archive folder has: show it an empty one.
    apt_get -o Dir::Cache::archives="$debs/none" install -y --print-uris "$@" >"$debs/uris" 2>>"$log" || return 1
    skip=$(list "$setup/packages-skip.txt")
    sed -n "s/^'[^']*' \([^ ]*\) \([0-9]*\) .*/\1 \2/p" "$debs/uris" | while read -r file bytes; do
        package=${file%%_*} version=${file#*_}
        for pattern in $skip; do
            # shellcheck disable=SC2254 # a pattern, on purpose
            case $package in $pattern) continue 2 ;; esac
        done
        echo "$file $bytes $package=$(echo "${version%_*}" | sed 's/%3a/:/g')"
    done
}

# debs_missing LIST: the lines of the list whose files are not there in full.
debs_missing() {
    while read -r file bytes spec; do
        [ "$(stat -c %s "$debs/archives/$file" 2>/dev/null)" = "$bytes" ] || echo "$file $bytes $spec"
    done <"$1"
}

# debs_download LIST: what is missing, in batches, so that progress shows and a retry is cheap.
debs_download() {
    before=
    while :; do
        debs_missing "$1" >"$debs/missing"
        [ -s "$debs/missing" ] || return 0
        left=$(wc -l <"$debs/missing")
        [ "$left" != "$before" ] || return 1
        before=$left
        say "$(cat "$1" "$debs/missing" | awk -v total="$(wc -l <"$1")" '
            NR <= total { n++; size += $2; next }
            { n--; todo += $2 }
            END { printf "downloading packages: %d of %d, %d of %d MB are here", n, total, (size - todo) / 1e6, size / 1e6 }')"
        # shellcheck disable=SC2046 # one word per package
        (cd "$debs/archives" && apt_get download $(head -n 60 "$debs/missing" | cut -d' ' -f3)) >>"$log" 2>&1 || return 1
    done
}

# debs_fetch LIST PACKAGE...: downloads the packages and all they need, and writes their file names to LIST.
debs_fetch() {
    out=$1
    shift
    for try in 1 2 3; do
        debs_index
        if debs_resolve "$@" >"$out.new" && [ -s "$out.new" ] && debs_download "$out.new"; then
            cut -d' ' -f1 "$out.new" >"$out"
            rm -f "$out.new"
            return 0
        fi
        say "that did not work (try $try of 3), reading the index anew"
        rm -f "$debs/index"
        sleep "$try"
    done
    die "the packages could not be downloaded" "$(grep '^E:' "$log" | tail -n 3 | tr '\n' ' ')" "details: $log"
}
