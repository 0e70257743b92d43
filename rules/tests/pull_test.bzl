"""Unit tests of what pulls images."""

load("@bazel_skylib//lib:unittest.bzl", "asserts", "unittest")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:pull_credentials.bzl", "find_login", "login_keys")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:pull_curl.bzl", "has_control_character", "parse_answer", "parse_challenge")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:pull_manifest.bzl", "choose_manifest", "parse_config", "parse_manifest")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:pull_reference.bzl", "architecture_problem", "digest_problem", "full_name", "host_architecture", "image_name_problem", "parse_name")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:pull_refusal.bzl", "refusal")

# buildifier: disable=bzl-visibility
load("//rules/private/repository:pull_token.bzl", "known_challenge")

def _pull_name_test_impl(ctx):
    env = unittest.begin(ctx)
    for name, want in {
        "debian": ("registry-1.docker.io", "docker.io", "library/debian"),
        "docker.io/debian": ("registry-1.docker.io", "docker.io", "library/debian"),
        "docker.io/library/debian": ("registry-1.docker.io", "docker.io", "library/debian"),
        "index.docker.io/nixos/nix": ("registry-1.docker.io", "docker.io", "nixos/nix"),
        "localhost/app": ("localhost", "localhost", "app"),
        "localhost:5000/some/app": ("localhost:5000", "localhost:5000", "some/app"),
        "nixos/nix": ("registry-1.docker.io", "docker.io", "nixos/nix"),
        "quay.io/coreos/etcd": ("quay.io", "quay.io", "coreos/etcd"),
    }.items():
        asserts.equals(env, None, image_name_problem(name), name)
        parsed = parse_name(name)
        asserts.equals(env, want, (parsed.host, parsed.registry, parsed.repository), name)
    asserts.equals(env, "docker.io/library/debian", full_name("debian"))
    for name, word in {
        "": "empty",
        "Debian": "write debian",
        "a//b": "component",
        "debian:12": "it has a tag",
        "debian@sha256:0": "image_digest",
        "docker://debian": "write debian",
        "localhost:port/app": "not a number",
    }.items():
        asserts.true(env, word in (image_name_problem(name) or ""), "{}: {}".format(name, image_name_problem(name)))
    return unittest.end(env)

pull_name_test = unittest.make(_pull_name_test_impl)

def _pull_digest_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, None, digest_problem("sha256:" + "0a" * 32))
    for digest, word in {
        "": "not a digest",
        "0" * 64: "not a digest",
        "sha256:" + "0" * 63: "64 hexadecimal digits",
        "sha256:" + "A" * 64: "lower case",
        "sha512:" + "0" * 128: '"sha512", is not supported',
    }.items():
        asserts.true(env, word in (digest_problem(digest) or ""), digest)
    asserts.equals(env, None, architecture_problem("arm64"))
    asserts.true(env, 'write "arm64"' in architecture_problem("aarch64"))
    asserts.true(env, "want a GOARCH" in architecture_problem("vax"))
    asserts.equals(env, ["amd64", "amd64", "arm64", "386", "riscv64"], [host_architecture(arch) for arch in ["amd64", "x86_64", "aarch64", "i386", "riscv64"]])
    return unittest.end(env)

pull_digest_test = unittest.make(_pull_digest_test_impl)

def _descriptor(name, platform = None, **kwargs):
    digest = "sha256:" + name * 64
    return dict(digest = digest, size = 1, **kwargs) | ({"platform": platform} if platform else {})

def _on(os, architecture, variant = None):
    platform = {"architecture": architecture, "os": os}
    return platform | {"variant": variant} if variant else platform

def _pull_platform_test_impl(ctx):
    env = unittest.begin(ctx)
    index = {"manifests": [
        _descriptor("0", annotations = {"vnd.docker.reference.type": "attestation-manifest"}, platform = _on("linux", "amd64")),
        _descriptor("1", platform = _on("unknown", "unknown")),
        _descriptor("2", platform = _on("linux", "arm", "v5")),
        _descriptor("3", platform = _on("linux", "arm", "v7")),
        _descriptor("4", platform = _on("linux", "arm64", "v8")),
        _descriptor("5", platform = _on("linux", "amd64", "v2")),
        _descriptor("6", platform = _on("linux", "amd64")),
        _descriptor("7", platform = _on("windows", "amd64")),
        _descriptor("8", platform = _on("linux", "ppc64le", "power9")),
        _descriptor("9", platform = _on("linux", "mips64", "x")),
        _descriptor("a", platform = _on("linux", "mips64")),
        _descriptor("b"),
    ]}
    for platform, want in {
        ("linux", "amd64", ""): "6",
        ("linux", "amd64", "v1"): "6",
        ("linux", "amd64", "v2"): "5",
        ("linux", "arm", "v7"): "3",
        ("linux", "arm64", ""): "4",
        ("linux", "arm64", "v8"): "4",
        ("linux", "mips64", ""): "a",
        ("linux", "ppc64le", ""): "8",
        ("windows", "amd64", ""): "7",
    }.items():
        os, arch, variant = platform
        chosen = choose_manifest(index, os = os, arch = arch, variant = variant)
        asserts.equals(env, None, chosen.problem)
        asserts.equals(env, "sha256:" + want * 64, chosen.descriptor["digest"], platform)
    there = "there are images for (no platform), linux/amd64, linux/amd64/v2, linux/arm/v5, linux/arm/v7, linux/arm64/v8"
    for platform, words in {
        ("linux", "arm", ""): ["it has several images for linux/arm: choose one with variant", there],
        ("linux", "arm", "v6"): ["it has no image for linux/arm/v6", there],
        ("linux", "s390x", ""): ["it has no image for linux/s390x", there],
    }.items():
        os, arch, variant = platform
        chosen = choose_manifest(index, os = os, arch = arch, variant = variant)
        asserts.equals(env, None, chosen.descriptor)
        for word in words:
            asserts.true(env, word in chosen.problem, chosen.problem)
    asserts.equals(env, _descriptor("b"), choose_manifest({"manifests": [_descriptor("b")]}, os = "linux", arch = "vax", variant = "").descriptor)
    asserts.true(env, "unknown" not in choose_manifest(index, os = "linux", arch = "s390x", variant = "").problem)
    asserts.true(env, choose_manifest({"manifests": []}, os = "linux", arch = "amd64", variant = "").problem.endswith("for nothing"))
    return unittest.end(env)

pull_platform_test = unittest.make(_pull_platform_test_impl)

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

def _pull_manifest_test_impl(ctx):
    env = unittest.begin(ctx)
    config = _descriptor("c", mediaType = _CONFIG)
    good = {"config": config, "layers": [_descriptor("d", mediaType = _LAYER)], "schemaVersion": 2}
    for content, said, index in [
        (good, None, False),
        (good | {"mediaType": _MANIFEST}, _MANIFEST, False),
        ({"manifests": [], "schemaVersion": 2}, None, True),
        ({"manifests": [_descriptor("e")], "mediaType": _INDEX, "schemaVersion": 2}, None, True),
    ]:
        parsed = parse_manifest(json.encode(content), said)
        asserts.equals(env, (None, index), (parsed.problem, parsed.index))
    for content, word in [
        ({"schemaVersion": 1}, "unsupported (schema 1)"),
        ({"mediaType": "application/vnd.docker.distribution.manifest.v1+prettyjws"}, "unsupported (schema 1)"),
        ({"mediaType": "text/plain"}, "text/plain"),
        ({"mediaType": _INDEX}, 'without "manifests"'),
        ({"manifests": [{}], "mediaType": _INDEX}, "manifest 1 of 1: it has no digest"),
        (good | {"config": None}, "config: it has no digest"),
        (good | {"config": config | {"mediaType": None}}, "it is not an image"),
        (good | {"config": config | {"size": "1"}}, '"size"'),
        (good | {"layers": None}, 'it has no "layers"'),
        (good | {"layers": [_descriptor("d", mediaType = "text/plain")]}, "text/plain, is not that of a layer"),
        (good | {"layers": [{"digest": "md5:0"}]}, '"md5", is not supported'),
    ]:
        problem = parse_manifest(json.encode(content)).problem or ""
        asserts.true(env, word in problem, "{}: {}".format(content, problem))
    for text, word in {" <!doctype html>": "web page", "[]": "not JSON of a manifest", "{": "not JSON of a manifest"}.items():
        asserts.true(env, word in parse_manifest(text).problem, text)
    asserts.true(env, "the index that lists it says " + _INDEX in parse_manifest(json.encode(good | {"mediaType": _MANIFEST}), _INDEX).problem)
    return unittest.end(env)

pull_manifest_test = unittest.make(_pull_manifest_test_impl)

def _pull_config_test_impl(ctx):
    env = unittest.begin(ctx)
    good = {"architecture": "arm64", "os": "linux", "rootfs": {"diff_ids": ["x"]}, "variant": "v8"}
    parsed = parse_config(json.encode(good), 1)
    asserts.equals(env, (None, "linux", "arm64", "v8", ["x"]), (parsed.problem, parsed.os, parsed.architecture, parsed.variant, parsed.diff_ids))
    for content, word in [
        ([], "not JSON of an image's config"),
        (good | {"os": ""}, '"os"'),
        (good | {"architecture": 1}, '"architecture"'),
        (good | {"rootfs": None}, '"rootfs"'),
        (good | {"rootfs": {}}, '"diff_ids"'),
        (good | {"rootfs": {"diff_ids": []}}, "it has 0 diff IDs, and the manifest 1 layers"),
        (good | {"rootfs": {"diff_ids": [1]}}, "its diff IDs are not texts"),
    ]:
        asserts.true(env, word in (parse_config(json.encode(content), 1).problem or ""), "{}".format(content))
    return unittest.end(env)

pull_config_test = unittest.make(_pull_config_test_impl)

def _pull_challenge_test_impl(ctx):
    env = unittest.begin(ctx)
    for header, want in {
        "Basic realm=\"x\"": None,
        "Bearer realm=\"https://a/token\",service=\"b, c=d\",scope=\"repository:x:pull,push\"": {"realm": "https://a/token", "scope": "repository:x:pull,push", "service": "b, c=d"},
        "bearer Realm=https://a, service=b": {"realm": "https://a", "service": "b"},
    }.items():
        asserts.equals(env, want, parse_challenge([header]))
    for text, want in {"": False, "a \\ b~": False, "a\n": True, "\ta": True, "a\r b": True, "\177": True}.items():
        asserts.equals(env, want, has_control_character(text), repr(text))
    asserts.equals(env, {"realm": "a"}, parse_challenge(["Basic realm=b", "Bearer realm=a"]))
    answer = parse_answer("HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 401 \r\nWWW-Authenticate: a: b\r\nwww-authenticate: c\r\n\r\nbody\r\n\r\nHTTP/1.1 200")
    asserts.equals(env, 401, answer.status)
    asserts.equals(env, ["a: b", "c"], answer.headers["www-authenticate"])
    asserts.equals(env, "body\n\nHTTP/1.1 200", answer.body)
    asserts.equals(env, None, parse_answer(""))
    asserts.equals(env, 200, parse_answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}").status)
    asserts.equals(env, "https://auth.docker.io/token", known_challenge("registry-1.docker.io", "x")["realm"])
    asserts.equals(
        env,
        {"realm": "https://me.azurecr.io/oauth2/token", "scope": "repository:a/b:pull", "service": "me.azurecr.io"},
        known_challenge("me.azurecr.io", "a/b"),
    )
    asserts.equals(env, None, known_challenge("localhost:5000", "x"))
    return unittest.end(env)

pull_challenge_test = unittest.make(_pull_challenge_test_impl)

def _pull_login_test_impl(ctx):
    env = unittest.begin(ctx)
    asserts.equals(env, ["quay.io/a/b", "quay.io/a", "quay.io"], login_keys("quay.io/a/b"))
    for name, keys, want in [
        ("debian", ["https://index.docker.io/v1/"], "https://index.docker.io/v1/"),
        ("debian", ["quay.io", "docker.io"], "docker.io"),
        ("debian", ["quay.io"], None),
        ("localhost:5000/a", ["http://localhost:5000"], "http://localhost:5000"),
        ("localhost:5000/a", ["localhost"], None),
        ("quay.io/a/b", ["quay.io", "quay.io/a", "quay.io/a/bc"], "quay.io/a"),
        ("quay.io/a/b", ["quay.io/v2/"], "quay.io/v2/"),
    ]:
        asserts.equals(env, want, find_login({key: {} for key in keys}, name))
    return unittest.end(env)

pull_login_test = unittest.make(_pull_login_test_impl)

def _answer(status, media_type = None):
    return struct(body = "", headers = {"content-type": [media_type]} if media_type else {}, status = status)

def _pull_refusal_test_impl(ctx):
    env = unittest.begin(ctx)
    foreign = _descriptor("a", mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", urls = ["https://example.com/a"])
    for answer, descriptor, kind, words in [
        (None, _descriptor("a"), "blobs", ["docker.io did not give the blob sha256:a", "of library/debian", "no login; no token", "can be reached"]),
        (_answer(401), _descriptor("a"), "manifests", ["docker.io refuses the manifest", "401", "scope repository:library/debian:pull", "no login", "docker login docker.io"]),
        (_answer(403), _descriptor("a"), "manifests", ["403", "docker login docker.io"]),
        (_answer(404), _descriptor("a"), "manifests", ["does not have the manifest", "404", "image_digest"]),
        (_answer(404), foreign, "blobs", ["foreign layer", "https://example.com/a", "nothing is fetched from there"]),
        (_answer(429), _descriptor("a"), "manifests", ["too many requests", "wait"]),
        (_answer(502), _descriptor("a"), "manifests", ["it answers 502 for URL", "try again later"]),
        (_answer(200, "text/html; charset=utf-8"), _descriptor("a"), "blobs", ["web page (text/html)", "at URL"]),
        (_answer(200, "text/plain"), _descriptor("a"), "manifests", ["media type text/plain", "at URL"]),
        (_answer(200, _MANIFEST), _descriptor("a"), "manifests", ["digest mismatch", "at URL"]),
        (_answer(200), _descriptor("a"), "blobs", ["digest mismatch"]),
    ]:
        text = refusal(
            answer = answer,
            credentials = struct(source = "no login"),
            descriptor = descriptor,
            image_name = "debian",
            kind = kind,
            notes = ["no token"],
            url = "URL",
        )
        for word in words:
            asserts.true(env, word in text, "{}: no {}".format(text, word))
    return unittest.end(env)

pull_refusal_test = unittest.make(_pull_refusal_test_impl)

def pull_tests(name):
    """All of these tests.

    Args:
      name: string, what their names begin with.
    """
    pull_challenge_test(name = name + "_challenge_test")
    pull_config_test(name = name + "_config_test")
    pull_digest_test(name = name + "_digest_test")
    pull_login_test(name = name + "_login_test")
    pull_manifest_test(name = name + "_manifest_test")
    pull_name_test(name = name + "_name_test")
    pull_platform_test(name = name + "_platform_test")
    pull_refusal_test(name = name + "_refusal_test")
