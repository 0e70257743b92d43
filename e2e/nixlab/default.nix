# A small Nix store of real programs, without nixpkgs and without a network:
# every object is made of files of this machine, which make.sh lays out below
# FILES, a folder for each object.
{ files }:
let
  object = name: { uses ? [ ], loader ? null, script ? "", outputs ? [ "out" ], ... }@args: derivation ({
    inherit name uses script outputs;
    system = builtins.currentSystem;
    builder = "/bin/bash";
    args = [ ./builder.sh ];
    PATH = "/usr/bin:/bin";
    # The C library, whose loader starts the object's programs.
    libc = if loader == null then "" else loader;
  } // (args.extra or { }));

  # An object of the files laid out for it.
  package = name: args: object "${name}-lab" (args // { extra.files = files + "/${name}"; });
in
rec {
  # The closure of `conversation`, 16 objects.
  unistring = package "unistring" { };
  idn2 = package "idn2" { uses = [ unistring ]; };
  libgcc = package "libgcc" { };
  libc = package "libc" { uses = [ idn2 libgcc ]; script = ''echo "$out" > "$out/share/self"; mkdir -p "$out/var/empty"''; };
  stdcxx = package "stdcxx" { loader = libc; uses = [ libgcc ]; };
  zlib = package "zlib" {
    loader = libc;
    # A second output, which refers to the first; not in the closure.
    outputs = [ "out" "dev" ];
    script = ''mkdir -p "$dev/include"; echo "// see $out" > "$dev/include/zlib.h"'';
  };
  tinfo = package "tinfo" { loader = libc; };
  readline = package "readline" { loader = libc; uses = [ tinfo ]; };
  pcre2 = package "pcre2" { loader = libc; };
  selinux = package "selinux" { loader = libc; uses = [ pcre2 ]; };
  acl = package "acl" { loader = libc; };
  bash = package "bash" { loader = libc; uses = [ tinfo readline ]; };
  coreutils = package "coreutils" { loader = libc; uses = [ selinux pcre2 acl ]; };
  hello = package "hello" { loader = libc; };
  # An object that is a file, addressed by its content.
  settings = builtins.toFile "settings.json" "{\"greeting\": \"hi\"}\n";
  conversation = object "conversation-lab" {
    script = ''
      mkdir -p "$out/bin"
      cat > "$out/bin/conversation" <<END
      #!${bash}/bin/bash
      # ${zlib} ${stdcxx}
      ${hello}/bin/hello
      ${coreutils}/bin/cat ${settings}
      END
      chmod +x "$out/bin/conversation"
    '';
  };

  # What store objects can be besides.
  static = package "busybox" { };   # refers to nothing
  link = object "link-lab" { script = ''ln -s ${hello}/bin/hello "$out"''; };   # is a symbolic link
  fixed = object "fixed-lab" {      # addressed by its content, a tree
    script = ''mkdir "$out"; echo data > "$out/file"'';
    extra = { outputHashMode = "recursive"; outputHashAlgo = "sha256"; outputHash = "@FIXED@"; };
  };
  names = object "names-lab" { script = builtins.readFile ./names.sh; };
}
