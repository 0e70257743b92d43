[ -z "${NIX_ATTRS_SH_FILE-}" ] || source "$NIX_ATTRS_SH_FILE"
source $stdenv/setup
$busybox mkdir -p "$out/bin"
$busybox ln -s "$greeter/bin/hello" "$out/bin/hello"
