"""The arguments and variables that `bazel run` gives to a program, from its target's attributes."""

load("//rules/private/values:shell_words.bzl", "shell_words")

# Rules of Bazel 7 that are part of it, whose attribute env it reads itself;
# others say in RunEnvironmentInfo what they want.
_NATIVE_RULES = ["sh_binary", "sh_test"]

def run_arguments(target, ctx):
    """Reads the attribute args, as an aspect sees it.

    Args:
      target: Target that the aspect sees.
      ctx: aspect context.

    Returns:
      struct: args (list of strings, or None) and problem (string, why args is
      None, or empty). Of what is no program, args is empty: an attribute of that
      name is then the rule's own.
    """
    given = getattr(ctx.rule.attr, "args", None)
    if not _is_program(target) or type(given) != "list":
        return struct(args = [], problem = "")
    words = []
    for text in given:
        expanded = _expand(ctx, text)
        if expanded == None:
            return struct(args = None, problem = "it has a make variable, {}".format(repr(text)))
        split = shell_words(expanded)
        if split == None:
            return struct(args = None, problem = "it has a quotation mark without its other half, {}".format(repr(text)))
        words += split
    return struct(args = words, problem = "")

def run_environment(target, ctx):
    """The variables of a program.

    Args:
      target: Target that an aspect sees.
      ctx: aspect context.

    Returns:
      struct: values (dict of strings) and unknown (list of the names of those
      whose values have make variables).
    """
    if RunEnvironmentInfo in target:
        return struct(values = target[RunEnvironmentInfo].environment, unknown = [])
    given = getattr(ctx.rule.attr, "env", None)
    if not _is_program(target) or ctx.rule.kind not in _NATIVE_RULES or type(given) != "dict":
        return struct(values = {}, unknown = [])
    expanded = {name: _expand(ctx, value) for name, value in given.items()}
    return struct(
        values = {name: value for name, value in expanded.items() if value != None},
        unknown = [name for name, value in expanded.items() if value == None],
    )

def _is_program(target):
    run = target[DefaultInfo].files_to_run

    # A filegroup of one file has an executable too, but no runfiles.
    return run != None and run.executable != None and run.runfiles_manifest != None

def _expand(ctx, text):
    """A text with locations expanded; None when it has other make variables."""

    # Bazel's rules take a location here for the path below the runfiles.
    for plural in ["", "s"]:
        text = text.replace("$(location{} ".format(plural), "$(rootpath{} ".format(plural))
    if [kind for kind in ["rootpath", "rootpaths", "rlocationpath", "rlocationpaths", "execpath", "execpaths"] if "$({} ".format(kind) in text]:
        text = ctx.expand_location(text, _prerequisites(ctx))
    without_escapes = text.replace("$$", "")
    return None if "$(" in without_escapes else text.replace("$$", "$")

def _prerequisites(ctx):
    # Each once: expand_location takes no label twice.
    return {
        target.label: target
        for attribute in ["data", "deps", "srcs", "tools"]
        for target in _targets(getattr(ctx.rule.attr, attribute, []))
    }.values()

def _targets(value):
    return [one for one in value if type(one) == "Target"] if type(value) == "list" else []
