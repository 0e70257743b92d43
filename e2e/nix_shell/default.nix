# Derivations of programs of the lab: lab.nix, which the tests write, has store paths.
let
  lab = import ./lab.nix;
  busybox = "${lab.static}/bin/busybox";
  # What nixpkgs' stdenv does for a build, in a few lines.
  stdenv = derivation {
    name = "stdenv-lab";
    system = "x86_64-linux";
    builder = "${lab.bash}/bin/bash";
    args = [ "-euc" ''
      ${busybox} mkdir "$out"
      ${busybox} cat > "$out/setup" <<'END'
      PATH=
      for package in $initialPath $nativeBuildInputs $buildInputs; do
        PATH=$PATH''${PATH:+:}$package/bin
      done
      export PATH
      runHook() { eval "''${!1-}"; }
      END
    '' ];
  };
  package = attributes: derivation ({
    name = "hello-2.12";
    system = "x86_64-linux";
    builder = "${lab.bash}/bin/bash";
    args = [ "-e" ./builder.sh ];
    initialPath = [ lab.coreutils lab.bash ];
    inherit busybox stdenv;
    greeter = lab.hello;
  } // attributes);
in {
  basic = package { };
  # Its source has the name of the package, too.
  sourced = package { src = builtins.toFile "hello-2.12.tar.gz" "no archive"; };
  hook = package { shellHook = "echo 'This is the shell hook!'"; };
  inputs = package { nativeBuildInputs = [ lab.hello ]; };
  pass_as_file = package { str = "this is a string"; passAsFile = [ "str" ]; };
  structured = package { __structuredAttrs = true; table = { key = "value"; }; outputs = [ "out" ]; };
  fixed = package { outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" ""; };
}
