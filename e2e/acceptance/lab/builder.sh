# Builds one object of default.nix: runs its script.
set -euo pipefail
umask 022

# program NAME: a program of the machine as bin/NAME, with all shared libraries that it needs but the C library's, made to
# find them and its loader in the store.
program() {
    local from library file
    from=$(command -v "$1")
    mkdir -p "$out/bin" "$out/lib"
    cp -L "$from" "$out/bin/"
    ldd "$from" | awk '$2 == "=>" { print $3 }' | while read -r library; do
        [ -e "$libc/lib/${library##*/}" ] || cp -L "$library" "$out/lib/"
    done
    chmod -R u+w "$out"
    for file in "$out/bin/$1" "$out"/lib/*; do patchelf --set-rpath "$out/lib:$libc/lib" "$file"; done
    patchelf --set-interpreter "$(echo "$libc"/lib/ld-*.so.*)" "$out/bin/$1"
}

eval "$script"
