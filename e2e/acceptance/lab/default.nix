# Store objects of real programs for the acceptance tests, beside those of e2e/nixlab, without nixpkgs and without a
# network: every object is made of files of this machine. libc is the store path of e2e/nixlab's C library.
{ libc }:
let
  object = name: script: derivation {
    inherit script;
    name = "${name}-lab";
    system = builtins.currentSystem;
    builder = "/bin/bash";
    args = [ ./builder.sh ];
    PATH = "/usr/bin:/usr/sbin:/bin:/sbin";
    libc = builtins.storePath libc;
  };
in
rec {
  nix = object "nix" ''
    program nix
    for link in nix-store nix-daemon; do ln -s nix "$out/bin/$link"; done
    "$out/bin/nix" --version
  '';
  nginx = object "nginx" ''
    program nginx
    "$out/bin/nginx" -v
  '';
  # Static, with a link for each of its commands; its bytes mention itself, as those of nixpkgs' busybox do.
  busybox = object "busybox-static" ''
    mkdir -p "$out/bin" "$out/share"
    cp "$(command -v busybox)" "$out/bin/busybox"
    for command in $("$out/bin/busybox" --list); do [ "$command" = busybox ] || ln -s busybox "$out/bin/$command"; done
    echo "$out" >"$out/share/self"
  '';
  target = object "target" ''
    mkdir -p "$out/dir"
    echo "Content doesn't matter." >"$out/dir/target"
  '';
  symlink = object "symlink" ''ln -s ${target} "$out"'';
}
