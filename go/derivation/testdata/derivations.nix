# Store derivations of every kind, see make.sh. Nothing of it is ever built.
let
  derive = name: args: derivation ({
    inherit name;
    system = "x86_64-linux";
    builder = "/bin/bash";
    args = [ "-e" ./builder.sh ];
  } // args);
in
rec {
  plain = derive "plain" { };

  # Bytes that are not UTF-8, which only a .drv can hold.
  binary = derive "binary" { text = "a@BINARY@z"; };

  # Every escape, and values of every type.
  escapes = derive "escapes" {
    text = "a\nb\tc\rd\"e\\f$g'h";
    empty = "";
    letters = "äöü \\u00e4 \\x";
    number = -12;
    yes = true;
    no = false;
    nothing = null;
    list = [ "a b" [ 1 2 ] true null ];
    args = [ "-c" "echo \"$text\"\n" "" ];
  };

  # Three outputs, inputs of both kinds, one of them by two outputs.
  inputs = derive "inputs-1.0" {
    outputs = [ "out" "dev" "lib" ];
    src = ./builder.sh;
    buildInputs = [ plain many.dev many.lib ];
  };
  many = derive "many" { outputs = [ "out" "lib" "dev" ]; placeholder = "${placeholder "out"}/${placeholder "dev"}"; };

  passAsFile = derive "pass-as-file" { passAsFile = [ "text" "other" ]; text = "the text\n"; other = "o"; };

  structured = derive "structured" {
    __structuredAttrs = true;
    outputs = [ "out" "dev" ];
    text = "it's \"quoted\"\n\t\\ $HOME `x`";
    number = 12;
    negative = -3;
    large = 4294967296123;
    whole = 3.0;
    fraction = 1.5;
    tiny = 1.0e-7;
    yes = true;
    no = false;
    nothing = null;
    list = [ "a b" 1 true false null "it's" ];
    empty = [ ];
    nested = [ [ 1 ] ];
    set = { "key with 'quote'" = "v"; number = 1; no = false; nothing = null; };
    emptySet = { };
    nestedSet = { a = { }; };
    "not-a-name" = "skipped";
    letters = "äöü €";
    input = plain;
    here = placeholder "out";
    nativeBuildInputs = [ plain ];
  };

  fixedFlat = derive "fixed-flat" { outputHashAlgo = "sha256"; outputHashMode = "flat"; outputHash = "0000000000000000000000000000000000000000000000000000"; };
  fixedRecursive = derive "fixed-recursive" { outputHashAlgo = "sha256"; outputHashMode = "recursive"; outputHash = "0000000000000000000000000000000000000000000000000000"; };
  floating = derive "floating" { __contentAddressed = true; outputHashAlgo = "sha256"; outputHashMode = "recursive"; outputs = [ "out" "dev" ]; };
  impure = derive "impure" { __impure = true; outputHashAlgo = "sha256"; outputHashMode = "recursive"; };
  deferred = derive "deferred" { input = floating; };
}
