"""Where an image is in a registry: the parts of its name, and its digest."""

load("//rules/private/values:goarch.bzl", "GOARCH")
load("//rules/private/values:reference.bzl", "name_problem")

_DOCKER_HUB = ["docker.io", "index.docker.io", "registry-1.docker.io"]
_HEX = "0123456789abcdef"

# What Java calls the machine's architecture, where that is not what Go calls it.
_ARCHITECTURES = {
    "aarch64": "arm64",
    "i386": "386",
    "i686": "386",
    "x86": "386",
    "x86_64": "amd64",
}

def parse_name(image_name):
    """Takes the name of an image apart, as Docker does.

    Args:
      image_name: string without problems.

    Returns:
      struct of strings: host (whom to ask, with its port), registry (what users call it) and
      repository.
    """
    first, slash, rest = image_name.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        first, rest = "docker.io", image_name
    if first in _DOCKER_HUB:
        # Docker Hub is asked under another name than its own, and a name without a user is Docker's.
        return struct(host = "registry-1.docker.io", registry = "docker.io", repository = rest if "/" in rest else "library/" + rest)
    return struct(host = first, registry = first, repository = rest)

def full_name(image_name):
    """The name with what Docker leaves out.

    Args:
      image_name: string without problems.

    Returns:
      string that begins with a registry.
    """
    parsed = parse_name(image_name)
    return "{}/{}".format(parsed.registry, parsed.repository)

def image_name_problem(image_name):
    """What is wrong with the name of an image to pull.

    Args:
      image_name: string.

    Returns:
      string, or None.
    """
    if "://" in image_name:
        return "it is a URL: write {}".format(image_name.partition("://")[2])
    if "@" in image_name:
        return "it has a digest: give that in image_digest"
    if ":" in image_name.split("/")[-1]:
        return "it has a tag: image_digest says which image it is, and final_image_tag what its tag is here"
    if image_name != image_name.lower():
        return "it has capital letters: write {}".format(image_name.lower())
    return name_problem(image_name)

def digest_problem(digest):
    """What is wrong with a digest.

    Follows the OCI image specification, "Descriptor", section "Digests".

    Args:
      digest: string.

    Returns:
      string, or None when it is a digest that Bazel can check.
    """
    algorithm, colon, digits = digest.partition(":")
    if not colon or not algorithm:
        return "it is not a digest: want sha256: and 64 hexadecimal digits"
    if algorithm != "sha256":
        return 'its algorithm, "{}", is not supported: want sha256'.format(algorithm)
    if len(digits) != 64 or digits.strip(_HEX):
        return "it is not a digest: want 64 hexadecimal digits, lower case, after sha256:"
    return None

def architecture_problem(arch):
    """What is wrong with an architecture.

    Args:
      arch: string.

    Returns:
      string, or None.
    """
    if arch in GOARCH:
        return None
    if arch in _ARCHITECTURES:
        return 'write "{}", which is what Go and the image specification call it'.format(_ARCHITECTURES[arch])
    return "want a GOARCH, one of " + ", ".join(GOARCH)

def host_architecture(arch):
    """The GOARCH of a machine.

    Args:
      arch: string, repository_ctx.os.arch.

    Returns:
      string.
    """
    return _ARCHITECTURES.get(arch, arch)
