"""Unit tests of what reads the output of Nix."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:nix_derivation_file.bzl", "parse_inputs")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:nix_locked_objects.bzl", "hub_build_file", "merge_objects")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:nix_path_info.bzl", "parse_path_info", "parse_references")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:nix_watch.bzl", "evaluated_files", "local_flake")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:package_names.bzl", "base_name", "free_name", "name_part", "package_name")

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

def _hub_test_impl(ctx):
    env = unittest.begin(ctx)
    lock = {
        "objects": {_A: {}, _B: {}},
        "packages": {
            "a-1.0": {"any": _B},
            "first": {"any": _A},
            "second": {
                "aarch64-linux": _A,
                "x86_64-linux": _B,
            },
        },
    }
    lines = hub_build_file(lock).split("\n")
    for name, actual in {
        # A package's name is before the name of a store path.
        "a-1.0": _B,
        base_name(_A): _A,
        base_name(_B): _B,
        "b": _B,
        "first": _A,
    }.items():
        asserts.true(env, 'alias(name = "{}", actual = "@nix_object_{}//:{}")'.format(name, base_name(actual)[:32], base_name(actual)) in lines, name)
    selected = [line for line in lines if line.startswith('alias(name = "second", actual = select({')]
    asserts.equals(env, 1, len(selected))
    for text in ['platform:aarch64-linux": "@nix_object_' + base_name(_A)[:32], 'platform:x86_64-linux": "@nix_object_' + base_name(_B)[:32]]:
        asserts.true(env, text in selected[0], text)
    asserts.equals(env, 1, len([line for line in lines if line.startswith('object_closure(name = "closure"')]))
    return unittest.end(env)

hub_test = unittest.make(_hub_test_impl)

def _merge_test_impl(ctx):
    env = unittest.begin(ctx)
    entry = {"cache": "https://one", "file_hash": "sha256-f", "nar_hash": "sha256-n", "references": [_A], "url": "nar/a"}
    first = struct(allow_undeclared_references = [], caches = ["https://mirror/"], fetch = "repository", trusted_public_keys = [])
    second = struct(allow_undeclared_references = ["a-*"], caches = [], fetch = "action", trusted_public_keys = ["k:2"])
    merged = merge_objects([
        struct(lock = {"objects": {_A: entry}, "trusted_public_keys": ["k:1"]}, name = "//:one", tag = first),
        struct(lock = {"objects": {_A: entry | {"cache": "https://two"}}, "trusted_public_keys": []}, name = "//:two", tag = second),
    ])
    asserts.equals(env, [_A], merged.keys())
    asserts.equals(env, ["https://mirror/nar/a", "https://one/nar/a", "https://two/nar/a"], merged[_A].urls)
    asserts.equals(env, ["k:1"], merged[_A].keys)
    asserts.equals(env, "repository", merged[_A].tag.fetch)
    asserts.true(env, merged[_A].allow_undeclared_references)
    own_keys = struct(name = "//:three", lock = {"objects": {_B: entry}, "trusted_public_keys": ["k:1"]}, tag = second)
    asserts.equals(env, ["k:2"], merge_objects([own_keys])[_B].keys)
    return unittest.end(env)

merge_test = unittest.make(_merge_test_impl)

def _evaluated_files_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, ["/w/other.nix", "/w/src", "/w/path", "/w/old"], evaluated_files("""
evaluating file '«nix-internal»/derivation-internal.nix'
evaluating file '/w/other.nix'
copying '/w/src' to the store...
copied source '/w/src' -> '/nix/store/ikgcwncx2cinpipyb5ig5ipkb4m4vf77-src'
evaluating file '/nix/store/ikgcwncx2cinpipyb5ig5ipkb4m4vf77-src/default.nix'
evaluating file '/w/other.nix'
copying '/w/path' to the store...
copying "/w/old" to the store
copying path '/nix/store/ikgcwncx2cinpipyb5ig5ipkb4m4vf77-b' from the cache
"""))
    for reference, want in {
        ".": ".",
        ".#hello": ".",
        "./sub?dir=x#a": "./sub",
        "/w": "/w",
        "git+file:///w?ref=main": "/w",
        "github:owner/repo": None,
        "nixpkgs#hello": None,
        "path:.": ".",
    }.items():
        asserts.equals(env, want, local_flake(reference), reference)
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
    asserts.equals(env, "result", free_name({}, _A, ["result"]))
    asserts.equals(env, "result", free_name({"result": _A}, _A, ["result"]))
    asserts.equals(env, "b", free_name({"result": _A}, _B, ["result", "", "b"]))
    asserts.equals(env, base_name(_B), free_name({"b": _A, "result": _A}, _B, ["result", "b"]))
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
