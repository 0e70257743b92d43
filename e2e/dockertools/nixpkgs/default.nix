# What examples/dockertools/nix_shell takes of nixpkgs, made of programs of the
# tests' store. The tests put lab.nix and the packages of e2e/nix_shell beside it.
{ }:
let
  lab = import ./lab.nix;
  busybox = "${lab.static}/bin/busybox";
in
{
  hello = (import ./packages.nix).basic;
  cowsay = derivation {
    name = "cowsay-3.8.4";
    system = "x86_64-linux";
    builder = "${lab.bash}/bin/bash";
    args = [ "-euc" ''
      ${busybox} mkdir -p "$out/bin"
      ${busybox} cat > "$out/bin/cowsay" <<END
      #!${lab.bash}/bin/bash
      echo "< \$* >"
      END
      ${busybox} chmod +x "$out/bin/cowsay"
    '' ];
  };
}
