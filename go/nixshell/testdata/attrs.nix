# Derivations with structured attributes and with files, whose builder keeps
# what Nix gives it, see make.sh.
let
  derive = args: derivation ({ system = "x86_64-linux"; builder = "/bin/bash"; } // args);
in
{
  structured = derive {
    name = "structured";
    __structuredAttrs = true;
    outputs = [ "out" "dev" ];
    args = [ "-c" ''
      source "$NIX_ATTRS_SH_FILE"
      PATH=/bin:/usr/bin
      mkdir "''${outputs[out]}"
      cp "$NIX_ATTRS_SH_FILE" "''${outputs[out]}/attrs.sh"
      cp "$NIX_ATTRS_JSON_FILE" "''${outputs[out]}/attrs.json"
      echo > "''${outputs[dev]}"
    '' ];
    text = "it's \"quoted\"\n\t\\ $HOME `x`";
    number = 12;
    negative = -3;
    whole = 3.0;
    fraction = 1.5;
    tiny = 1.0e-7;
    large = 3.0e9;
    huge = 4294967296123;
    yes = true;
    no = false;
    nothing = null;
    list = [ "a b" 1 true false null "it's" 1.0 ];
    empty = [ ];
    fractions = [ 1.5 ];
    nested = [ [ 1 ] ];
    set = { "key with 'quote'" = "v"; number = 1; no = false; nothing = null; yes = true; };
    emptySet = { };
    nestedSet = { a = { }; };
    "not-a-name" = "skipped";
    letters = "äöü €";
    here = "${placeholder "out"}:${placeholder "dev"}";
    nativeBuildInputs = [ "/nix/store/ahm3xf5dkkbnajhagdnz8p3j4n7w4chc-plain" ];
    shellHook = "echo \"hook of $name\"";
  };

  environment = derive {
    name = "environment";
    args = [ "-c" ''
      PATH=/bin:/usr/bin
      mkdir "$out"
      for v in builder list name out passAsFile prefix system; do echo "$v=''${!v}"; done > "$out/env"
      cp "$textPath" "$out/text"
    '' ];
    passAsFile = [ "text" ];
    text = "in ${placeholder "out"}\n";
    prefix = "--prefix=${placeholder "out"}";
    list = [ "a b" 1 ];
  };
}
