"""The macro image_push."""

load("//rules/private/rules:image_push.bzl", _image_push = "image_push")

def image_push(
        name,
        image,
        repository,
        remote_tags = [],
        remote_tag_file = None,
        annotations = {},
        labels = {},
        stamp = -1,
        insecure = False,
        **kwargs):
    """Pushes an image to a registry with `bazel run`: only the blobs that the registry lacks, then the manifest by its digest, then the tags.

    `bazel build` makes NAME.reference, a file with one line,
    `repository@sha256:…`: what is pushed is known before. Of the image's layers
    the digests are found and kept, and no compressed bytes; these are made once
    more while they are sent. The output groups `manifest`, `config` and `tags`
    have the other files. `bazel build :NAME.reference` makes that file alone,
    `bazel build :NAME` also brings what `bazel run` needs: with a remote cache,
    the objects of the image are downloaded for it.

    ```starlark
    image_push(
        name = "push",
        image = ":hello_image",
        repository = "registry.example.com/team/hello",
        remote_tags = ["latest", "{STABLE_GIT_COMMIT}"],
        annotations = {"org.opencontainers.image.revision": "{STABLE_GIT_COMMIT}"},
    )
    ```

    Layers of an image of `pull.image` are not downloaded: the registry mounts
    them from the repository that it was pulled from, or they go straight from
    one registry to the other.

    `bazel run :push -- --tag TAG` (repeatable) and `--repository REPOSITORY`
    push to somewhere else. Credentials are Docker's and Podman's, from
    their files and helpers.

    **Stamping.** `{NAME}` in `remote_tags` and in the values of `annotations` and
    `labels` stands for the variable of Bazel's status files, which
    `--workspace_status_command` prints, or one of Bazel's own such as
    `BUILD_TIMESTAMP`; other braces stay. Without stamping, annotations and
    labels with such a value are left out, so that the digest depends on the
    image alone, and `bazel run` refuses to push a tag that has one. A change of
    a variable whose name does not begin with `STABLE_` makes no new build.

    Args:
      name: the target's name: `"push"`.
      image: label of the image, or of an `image_index`, which is pushed with all
        its images: `":hello_image"`.
      repository: registry and repository, Docker Hub's without a registry:
        `"registry.example.com/team/hello"`.
      remote_tags: the tags in the registry; with neither these nor
        `remote_tag_file` the image's own: `["latest"]`.
      remote_tag_file: a file with more tags, one a line: `":version"`. They are
        not stamped.
      annotations: dict of annotations of the manifest, in place of the image's
        of the same name (an index has its own): `{"org.opencontainers.image.revision": "{STABLE_GIT_COMMIT}"}`.
      labels: dict of labels of the config, in place of the image's of the same
        name. They change the image ID: `{"build": "{STABLE_BUILD}"}`.
      stamp: 1: always stamped; 0: never, and a `{NAME}` is an error; -1: with
        Bazel's `--stamp`.
      insecure: the registry may be asked by plain HTTP, with `True`; one on
        localhost always is.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    _image_push(
        name = name,
        annotations = annotations,
        build_is_stamped = select({
            Label("//rules:stamped"): True,
            "//conditions:default": False,
        }),
        image = image,
        reference = name + ".reference",
        insecure = insecure,
        labels = labels,
        remote_tag_file = remote_tag_file,
        remote_tags = remote_tags,
        repository = repository,
        stamp = stamp,
        **kwargs
    )
