"""The module extension `pull`: images of registries as targets."""

load("//rules/private/repository:pull_image.bzl", "LAYERS_PREFIX", "layers_repository", "pull_image")
load("//rules/private/repository:pull_layers.bzl", "pull_layers")
load("//rules/private/repository:pull_reference.bzl", "architecture_problem", "digest_problem", "image_name_problem")
load("//rules/private/values:reference.bzl", "name_problem", "tag_problem")

_image = tag_class(
    doc = """An image of a registry, pinned by its digest: dockerTools' `pullImage`.

The repository has the target `image`, which is an image like those of this module: `from_image` takes it,
`bazel run` loads it under its final name and tag, and it has the output groups `docker_archive`, `oci_layout`,
`layers`, `mtree`, `manifest`, `config`, `digest` and `image_tag`. A second name of it is that of the repository.
The targets `manifest`, `config` and `digest` are the files alone: they need no layer.

```starlark
pull = use_extension("@rules_strata//rules:extensions.bzl", "pull")
pull.image(
    name = "nix_image",
    image_name = "nixos/nix",
    image_digest = "sha256:b8ea88f763f33dfda2317b55eeda3b1a4006692ee29e60ee54ccf6d07348c598",
    final_image_name = "nix",
    final_image_tag = "2.19.3",
)
use_repo(pull, "nix_image")    # bazel run @nix_image//:image
```

Nothing is downloaded until a target is needed: manifest and config when one of the repository is loaded, layers
when `image` is, but not for an `image_push` of it, which leaves them to the registries. Downloads go through Bazel's
own downloader, by digest, so that `--repository_cache`, `--experimental_downloader_config`, `--credential_helper` and
proxies work; there is no second hash to keep. An image that the repository cache has needs no registry.

Logins are those of Docker and Podman: `REGISTRY_AUTH_FILE`, `config.json` in `DOCKER_CONFIG` or `~/.docker`,
`auth.json` in `XDG_RUNTIME_DIR/containers` or `~/.config/containers`, with the helpers that they name. Tokens come
from the token servers of known registries (Docker Hub, ghcr.io, quay.io, registry.gitlab.com, Azure, public.ecr.aws,
cgr.dev, nvcr.io, docker.elastic.co); for others, and for tokens that Docker keeps in place of a password, the machine
needs `curl` to ask the registry, or Bazel a `--credential_helper`.
""",
    attrs = {
        "name": attr.string(doc = "The repository's name.", mandatory = True),
        "arch": attr.string(doc = "The architecture to choose from an image index, a GOARCH such as `arm64`. Default: that of the machine that Bazel runs on."),
        "final_image_name": attr.string(doc = "The image's name once it is here, for `bazel run` and archives. Default: `image_name`."),
        "final_image_tag": attr.string(doc = "The image's tag once it is here.", default = "latest"),
        "image_digest": attr.string(doc = "The digest of the image, or of an image index: `sha256:` and 64 hexadecimal digits. Of an index the image for `os`, `arch` and `variant` is taken.", mandatory = True),
        "image_name": attr.string(doc = "The image's name, after its registry and a slash if that is not `docker.io`: `nixos/nix`, `quay.io/coreos/etcd`, `localhost:5000/app`. `debian` is `docker.io/library/debian`.", mandatory = True),
        "os": attr.string(doc = "The operating system to choose from an image index, a GOOS. Default: `linux`."),
        "sha256": attr.string(doc = "Not to be set: dockerTools needs it beside the digest, Bazel does not."),
        "tls_verify": attr.bool(doc = "TLS. False is plain HTTP, for a registry on the same machine.", default = True),
        "variant": attr.string(doc = "The variant of the architecture to choose from an image index, such as `v7` of `arm`. Default: the image that names none, or the only one."),
    },
)

def _pull_impl(mctx):
    names = {}
    direct = {False: [], True: []}
    for module in mctx.modules:
        for tag in module.tags.image:
            where = 'pull.image(name = "{}")'.format(tag.name)
            if tag.name in names:
                fail("{}: the module {} uses the name already: give it another; a module that others depend on begins the name with its own".format(where, names[tag.name] or "of the workspace"))
            names[tag.name] = module.name
            if module.is_root:
                direct[mctx.is_dev_dependency(tag)].append(tag.name)
            _declare(where, tag)
    return mctx.extension_metadata(
        reproducible = True,
        root_module_direct_deps = direct[False],
        root_module_direct_dev_deps = direct[True],
    )

def _declare(where, tag):
    _check(where, tag)
    attributes = dict(
        arch = tag.arch,
        final_image_name = tag.final_image_name or tag.image_name,
        final_image_tag = tag.final_image_tag,
        image_digest = tag.image_digest,
        image_name = tag.image_name,
        os = tag.os,
        public_name = tag.name,
        tls_verify = tag.tls_verify,
        variant = tag.variant,
    )
    pull_image(name = tag.name, **attributes)
    pull_layers(name = layers_repository(tag.name), **attributes)

def _check(where, tag):
    if tag.name.startswith(LAYERS_PREFIX):
        fail("{}: names that begin with {} are taken: choose another".format(where, LAYERS_PREFIX))
    if tag.sha256:
        fail('{}: delete sha256 = "{}": image_digest says what the image is, and Bazel checks all of it against that'.format(where, tag.sha256))
    for attribute, problem in [
        ("image_name", image_name_problem(tag.image_name)),
        ("image_digest", digest_problem(tag.image_digest)),
        ("arch", tag.arch and architecture_problem(tag.arch)),
        ("final_image_name", tag.final_image_name and name_problem(tag.final_image_name)),
        ("final_image_tag", tag_problem(tag.final_image_tag)),
    ]:
        if problem:
            fail('{}: {} "{}": {}'.format(where, attribute, getattr(tag, attribute), problem))

pull = module_extension(
    implementation = _pull_impl,
    doc = "Images of registries as targets.",
    tag_classes = {"image": _image},
)
