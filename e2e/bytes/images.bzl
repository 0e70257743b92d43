"""The images of one closure: every number of layers, every owner, every strategy."""

load("@rules_strata//rules:defs.bzl", "stream_layered_image")

def images(name, closure, owners):
    """Declares them.

    Args:
      name: string, the closure's name.
      closure: dict with contents and config.
      owners: dict from names to attributes of an image.
    """
    for max_layers in [2, 5, 17, 100]:
        stream_layered_image(name = "{}_{}".format(name, max_layers), max_layers = max_layers, **closure)
    for owner, attributes in owners.items():
        stream_layered_image(name = "{}_5_{}".format(name, owner), max_layers = 5, **(closure | attributes))
    for max_layers in [2, 5, 9]:
        stream_layered_image(name = "{}_{}_auto".format(name, max_layers), layering = "auto", max_layers = max_layers, **closure)

    # The test has the same one.
    stream_layered_image(
        name = name + "_pipeline",
        layering = [
            ["subcomponent_out", ["$(store_path //nars:hello)"]],
            ["over", "main", ["pipe", [["popularity_contest"], ["reverse"]]]],
            ["over", "rest", ["split_every", 3]],
            ["flatten"],
        ],
        **closure
    )
