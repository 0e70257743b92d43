# Builds one object of default.nix: the files, with every program made to find
# its loader and its libraries in the store, a mention of each object that it
# uses, and what $script adds.
set -euo pipefail
umask 022

is_elf() { [ "$(head -c 4 "$1" | tail -c 3)" = ELF ]; }

# relocate FILE: loader and library path of one ELF file.
relocate() {
    local path=$out/lib:$libc/lib dependency
    for dependency in $uses; do path=$path:$dependency/lib; done
    if patchelf --print-interpreter "$1" >/dev/null 2>&1; then
        patchelf --set-interpreter "$(echo "$libc"/lib/ld-*.so.*)" "$1"
    fi
    patchelf --set-rpath "$path" "$1"
}

if [ -n "${files-}" ]; then
    cp -r "$files" "$out"
    chmod -R u+w "$out"
    if [ -n "$libc" ]; then
        find "$out" -type f | while read -r file; do
            if is_elf "$file"; then relocate "$file"; fi
        done
    fi
    mkdir -p "$out/share"
    echo "uses:$uses" >"$out/share/uses"
fi
eval "$script"
