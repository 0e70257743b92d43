"""Unit tests of what reads the output of Nix."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:nix_derivation_file.bzl", "parse_inputs")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:nix_path_info.bzl", "parse_path_info", "parse_references")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:nix_watch.bzl", "evaluated_files")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:package_names.bzl", "base_name", "name_part", "package_name")

# buildifier: disable=bzl-visibility
load("//rules/private/values:glob.bzl", "matches_any")

_A = "/nix/store/93xh9a4whr78pih80frhvivspx2wjb7d-a-1.0"
_B = "/nix/store/ikgcwncx2cinpipyb5ig5ipkb4m4vf77-b"

def _path_info_test_impl(ctx):
    env = unittest.begin(ctx)
    want = {_A: [_A, _B], _B: []}
    for name, value in {
        "format 2": {
            "info": {base_name(path): {"references": [base_name(r) for r in references]} for path, references in want.items()},
            "storeDir": "/nix/store",
            "version": 2,
        },
        "keyed by path": {path: {"narHash": "sha256-x", "references": references} for path, references in want.items()},
        "list": [{"path": path, "references": references} for path, references in want.items()],
    }.items():
        asserts.equals(env, want, parse_path_info(json.encode(value)), name)
    for text in ["", "no JSON", "[1]x", '{"a":1}', '{"/nix/store/x":{"valid":false}}', '{"info":{"x":[]}}']:
        asserts.equals(env, None, parse_path_info(text), text)
    asserts.equals(env, want, parse_references("= {0}\n{0}\n{1}\n= {1}\n".format(_A, _B)))
    return unittest.end(env)

path_info_test = unittest.make(_path_info_test_impl)

def _derivation_inputs_test_impl(ctx):
    env = unittest.begin(ctx)
    tail = '"x86_64-linux","/bin/sh",["-c","[]],("],[("out","/nix/store/o")])'
    for name, (text, derivations, sources) in {
        "both": (
            '[("dev","/nix/store/d","",""),("out","/nix/store/o","","")],[("/nix/store/a.drv",["out"]),("/nix/store/b.drv",["dev","out"])],["/nix/store/s","/nix/store/t"]',
            {"/nix/store/a.drv": ["out"], "/nix/store/b.drv": ["dev", "out"]},
            ["/nix/store/s", "/nix/store/t"],
        ),
        "derivations": ('[("out","/nix/store/o","","")],[("/nix/store/a.drv",["out"])],[]', {"/nix/store/a.drv": ["out"]}, []),
        "nothing": ('[("out","/nix/store/o","","")],[],[]', {}, []),
        "sources": ('[("out","/nix/store/o","r:sha256","00")],[],["/nix/store/s"]', {}, ["/nix/store/s"]),
    }.items():
        got = parse_inputs("Derive({},{}".format(text, tail))
        asserts.equals(env, derivations, got.derivations, name)
        asserts.equals(env, sources, got.sources, name)
    for text in ["", "Derive(", "Derive([]", 'DrvWithVersion("xp-dyn-drv",[],[],[],']:
        asserts.equals(env, None, parse_inputs(text), text)
    return unittest.end(env)

derivation_inputs_test = unittest.make(_derivation_inputs_test_impl)

def _evaluated_files_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, ["/w/other.nix", "/w/src"], evaluated_files("""
evaluating file '«nix-internal»/derivation-internal.nix'
evaluating file '/w/other.nix'
copying '/w/src' to the store...
copied source '/w/src' -> '/nix/store/ikgcwncx2cinpipyb5ig5ipkb4m4vf77-src'
evaluating file '/nix/store/ikgcwncx2cinpipyb5ig5ipkb4m4vf77-src/default.nix'
evaluating file '/w/other.nix'
"""))
    return unittest.end(env)

evaluated_files_test = unittest.make(_evaluated_files_test_impl)

def _package_names_test_impl(ctx):
    env = unittest.begin(ctx)
    prefix = "/nix/store/93xh9a4whr78pih80frhvivspx2wjb7d-"
    for name, want in {
        "a": "a",
        "a-": "a-",
        "glibc-2.40-66": "glibc",
        "hello": "hello",
        "hello-2.12": "hello",
        "nss-cacert-3.101": "nss-cacert",
        "python3.12-foo-1": "python3.12-foo",
        "x-dev": "x-dev",
    }.items():
        asserts.equals(env, name, name_part(prefix + name))
        asserts.equals(env, want, package_name(prefix + name), name)
    return unittest.end(env)

package_names_test = unittest.make(_package_names_test_impl)

def _glob_test_impl(ctx):
    env = unittest.begin(ctx)
    for pattern, names in {
        "*": ["", "a", "a-1"],
        "*-1*": ["-1", "a-1", "a-10"],
        "a": ["a"],
        "a*b*c": ["abc", "axbxc", "abbcc"],
        "nix-*": ["nix-2.8"],
    }.items():
        for name in names:
            asserts.true(env, matches_any(name, ["none", pattern]), pattern + " " + name)
    for pattern, name in [("a", "ab"), ("a*", "ba"), ("*a", "ab"), ("a*a", "a"), ("a*b*c", "acb")]:
        asserts.false(env, matches_any(name, [pattern]), pattern + " " + name)
    asserts.false(env, matches_any("a", []))
    return unittest.end(env)

glob_test = unittest.make(_glob_test_impl)
