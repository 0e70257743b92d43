"""The macro iana_etc."""

load("//rules/private/rules:linked_object.bzl", "linked_object")
load("//rules/private/rules:written_object.bzl", "written_object")
load("//rules/private/values:iana.bzl", "PROTOCOLS", "SERVICES")

def iana_etc(name, package = None, protocols = None, services = None, **kwargs):
    """`/etc/protocols` and `/etc/services`, for programs that look up protocols and ports by name.

    A store object with both files, for `contents` of an image, `copy_to_root`
    and `build_env`. When nothing is given, they hold the names that programs
    ask for: 13 protocols (tcp, udp, icmp, ...) and some 60 services (http, https,
    domain, ssh, smtp, postgresql, ...).

    ```starlark
    iana_etc(name = "iana")                                           # the usual names
    iana_etc(name = "iana_nix", package = "@nixpkgs//:iana-etc")      # all names

    stream_layered_image(
        name = "image",
        contents = [":iana", ":server"],
    )
    ```

    All names without Nix: the files `etc/protocols` and `etc/services` of
    Debian's package `netbase`: `protocols = "@netbase//:etc/protocols"`.

    Args:
      name: the target's name: `"iana"`.
      package: label of a store object with `etc/protocols` and `etc/services`;
        not together with the following: `"@nixpkgs//:iana-etc"`.
      protocols: label of a file for `/etc/protocols`; the usual names when None:
        `"protocols.txt"`.
      services: label of a file for `/etc/services`; the usual names when None:
        `"services.txt"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    if package:
        if protocols or services:
            fail("{}: package is given, and {} too: give one of them".format(name, "protocols" if protocols else "services"))
        linked_object(
            name = name,
            attribute = "package",
            files = {path: path for path in ["etc/protocols", "etc/services"]},
            to = package,
            **kwargs
        )
        return
    srcs, texts = {}, {}
    for path, file, text in [("etc/protocols", protocols, PROTOCOLS), ("etc/services", services, SERVICES)]:
        if file:
            srcs[file] = path
        else:
            texts[path] = text
    written_object(name = name, srcs = srcs, texts = texts, **kwargs)
