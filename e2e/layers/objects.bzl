"""The objects of a package."""

load("@rules_strata//rules:defs.bzl", "store_object")

# How many objects a package has.
OBJECTS = 4

def objects(deps = []):
    """Declares the objects one to four, each of a file that the test writes; every one needs the one before.

    Args:
      deps: list of labels that the first of them needs.
    """
    for number in range(1, OBJECTS + 1):
        store_object(
            name = "{}_{}".format(native.package_name(), number),
            srcs = {"{}.txt".format(number): "share/{}/{}.txt".format(native.package_name(), number)},
            visibility = ["//visibility:public"],
            deps = deps,
        )
        deps = [":{}_{}".format(native.package_name(), number)]
