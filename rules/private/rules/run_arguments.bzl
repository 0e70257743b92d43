"""The arguments that `bazel run` gives to a program, from its target's attribute args."""

load("//rules/private/values:shell_words.bzl", "shell_words")

def run_arguments(ctx):
    """Reads the attribute, as an aspect sees it.

    Args:
      ctx: aspect context.

    Returns:
      struct: args (list of strings, or None) and problem (string, why args is None, or empty).
    """
    given = getattr(ctx.rule.attr, "args", None)
    if type(given) != "list":
        return struct(args = [], problem = "")
    words = []
    for text in given:
        if "$(" in text:
            text = _expand(ctx, text)
            if "$(" in text:
                return struct(args = None, problem = "it has a make variable, {}".format(repr(text)))
        split = shell_words(text.replace("$$", "$"))
        if split == None:
            return struct(args = None, problem = "it has a quotation mark without its other half, {}".format(repr(text)))
        words += split
    return struct(args = words, problem = "")

def _expand(ctx, text):
    # Bazel's rules take a location in args for the path below the runfiles.
    for singular in ["location", "locations"]:
        text = text.replace("$({} ".format(singular), "$({} ".format(singular.replace("location", "rootpath")))
    for path in ["rootpath", "rootpaths", "rlocationpath", "rlocationpaths", "execpath", "execpaths"]:
        if "$({} ".format(path) in text:
            return ctx.expand_location(text, _data(ctx))
    return text

def _data(ctx):
    return [
        target
        for attribute in ["data", "srcs", "deps", "tools"]
        for target in _targets(getattr(ctx.rule.attr, attribute, []))
    ]

def _targets(value):
    return [one for one in value if type(one) == "Target"] if type(value) == "list" else []
