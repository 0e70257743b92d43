"""Unit tests of the functions on strings."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//rules/private/values:expansion.bzl", "expand", "labels_in")

# buildifier: disable=bzl-visibility
load("//rules/private/values:reference.bzl", "name_problem", "tag_problem")

# buildifier: disable=bzl-visibility
load("//rules/private/values:store_path.bzl", "bazel_store_path", "hash_base32", "module_identity", "object_name")

def _hash_base32_test_impl(ctx):
    env = unittest.begin(ctx)
    seen = {}
    texts = ["", "a", "b", "ab", "ba", "Aa", "BB", "aAa", "aBB", "//pkg:name", "//pkg:name2", "//p:kgname", "é"]
    for text in texts:
        value = hash_base32(text)
        asserts.equals(env, 32, len(value))
        asserts.true(env, not value.strip("0123456789abcdfghijklmnpqrsvwxyz"), "only Nix's base32 in " + value)
        asserts.true(env, value not in seen, "{} and {} collide".format(repr(text), repr(seen.get(value))))
        seen[value] = text

    # A known answer: a changed hash moves every store path.
    asserts.equals(env, "pqsbg56s13083issv1miip5gnrmqd1li", hash_base32("rules_strata"))
    return unittest.end(env)

hash_base32_test = unittest.make(_hash_base32_test_impl)

def _module_identity_test_impl(ctx):
    env = unittest.begin(ctx)
    for repo_name, want in {
        "": "",
        "+_repo_rules+x1": "/_repo_rules/x1",
        "_main": "",
        "_main~_repo_rules~x1": "/_repo_rules/x1",
        "_main~ext~y": "/ext/y",
        "rules_go+": "rules_go",
        "rules_go+1.2": "rules_go",
        "rules_go++go_sdk+main": "rules_go/go_sdk/main",
        "rules_go~": "rules_go",
        "rules_go~0.50.1~go_sdk~main": "rules_go/go_sdk/main",
        "rules_go~~go_sdk~main": "rules_go/go_sdk/main",
    }.items():
        asserts.equals(env, want, module_identity(repo_name))
    return unittest.end(env)

module_identity_test = unittest.make(_module_identity_test_impl)

def _object_name_test_impl(ctx):
    env = unittest.begin(ctx)
    for name, want in {
        ".hidden": "hidden",
        "..": "object",
        "a b@c": "a-b-c",
        "hello": "hello",
        "sub/dir/hello.txt": "hello.txt",
        "x" * 300: "x" * 211,
    }.items():
        asserts.equals(env, want, object_name(name))
    return unittest.end(env)

object_name_test = unittest.make(_object_name_test_impl)

def _bazel_store_path_test_impl(ctx):
    env = unittest.begin(ctx)
    linux = struct(os = "linux", arch = "amd64")

    def path(store_dir = "/nix/store", label = Label("//pkg:x"), platform = linux, salt = ""):
        return bazel_store_path(store_dir = store_dir, label = label, platform = platform, salt = salt)

    asserts.equals(env, path(), path())
    asserts.true(env, path().startswith("/nix/store/") and path().endswith("-x"), path())
    asserts.equals(env, path()[len("/nix/store"):], path(store_dir = "/opt/store")[len("/opt/store"):])
    others = [
        path(label = Label("//pkg:y")),
        path(label = Label("//pk:gx")),
        path(label = Label("//other:x")),
        path(label = Label("@bazel_skylib//pkg:x")),
        path(platform = struct(os = "linux", arch = "arm64")),
        path(salt = "1"),
    ]
    asserts.equals(env, len(others) + 1, len({p: None for p in others + [path()]}))
    return unittest.end(env)

bazel_store_path_test = unittest.make(_bazel_store_path_test_impl)

def _expansion_test_impl(ctx):
    env = unittest.begin(ctx)
    paths = {"@@//a:b": "/nix/store/AAA-b", "@@//c": "/nix/store/CCC-c"}
    for text, want in {
        "": "",
        "$$(store_path @@//a:b)": "$(store_path @@//a:b)",
        "$(HOME) $$ $(location x) ${y}": "$(HOME) $$ $(location x) ${y}",
        "$(store_path @@//a:b)": "/nix/store/AAA-b",
        "$(store_path @@//a:b)$(store_path  @@//c )/bin": "/nix/store/AAA-b/nix/store/CCC-c/bin",
        "x$(store_path @@//a:b)/y)": "x/nix/store/AAA-b/y)",
    }.items():
        asserts.equals(env, want, expand(text, paths, "test"))
    asserts.equals(
        env,
        ["@@//a:b", "@@//c"],
        labels_in("$(store_path @@//c) $$(store_path @@//d) $(store_path @@//a:b) $(store_path @@//c)"),
    )
    return unittest.end(env)

expansion_test = unittest.make(_expansion_test_impl)

def _reference_test_impl(ctx):
    env = unittest.begin(ctx)
    for tag in ["latest", "1", "_x", "A.b-c_d", "x" * 128]:
        asserts.equals(env, None, tag_problem(tag), tag)
    for tag, want in {
        "": "empty",
        ".x": "begins with",
        "a b": "\" \" is not allowed",
        "a/b": "\"/\" is not allowed",
        "x" * 129: "129 characters",
    }.items():
        asserts.true(env, want in tag_problem(tag), tag)
    for name in ["hello", "a/b/c", "registry.example.com:5000/team/hello", "a.b-c_d", "a__b/c---d", "localhost/a", "localhost:5000/a", "my-host.example/a"]:
        asserts.equals(env, None, name_problem(name), name)
    for name, want in {
        "": "empty",
        "-a": "does not begin and end",
        "a//b": "does not begin and end",
        "a@b": "\"@\" is not allowed",
        "a..b": "one dot",
        "a___b": "one or two underscores",
        "a._b": "one dot",
        "host_x.example/a": "is not the name of a host",
        "host:x/a": "is not a number",
        "a/b:1/c": "has a colon",
        "a:latest": "give that in the attribute tag",
        "x" * 256: "256 characters",
    }.items():
        asserts.true(env, want in name_problem(name), name)
    return unittest.end(env)

reference_test = unittest.make(_reference_test_impl)
