"""Analysis tests of what store objects are made of."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")
load("//rules:defs.bzl", "StoreObjectInfo")

# buildifier: disable=bzl-visibility
load("//rules/private/actions:object_source.bzl", "package_relative_path")

# buildifier: disable=bzl-visibility
load("//rules/private/rules:files_object.bzl", "files_object_aspect")

def _entries_test_impl(ctx):
    env = analysistest.begin(ctx)
    _compare(env, ctx.attr.want, analysistest.target_under_test(env)[StoreObjectInfo])
    return analysistest.end(env)

entries_test = analysistest.make(
    _entries_test_impl,
    attrs = {"want": attr.string_list()},
)

content_entries_test = analysistest.make(
    _entries_test_impl,
    attrs = {"want": attr.string_list()},
    extra_target_under_test_aspects = [files_object_aspect],
)

def _compare(env, want, info):
    asserts.equals(env, want, sorted([record for entry in info.source.entries for record in _records(entry)]))

def _records(entry):
    """The records of an entry as TYPE|MODE|DESTINATION|, without sources."""
    record = entry.format.replace("%%", "%")
    if entry.layout == "literal":
        return [record.replace("\0", "|")]
    if entry.layout == "single":
        return [record.removesuffix("%s").replace("\0", "|")]
    names = {"basename": lambda f: f.basename, "package": package_relative_path}
    return [
        record.replace("%s", names[entry.layout](file)).replace("\0", "|") + "|"
        for file in entry.files.to_list()
    ]

def _clashing_attributes_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.write(out, ctx.attr._store_dir)
    return [DefaultInfo(files = depset([out]))]

clashing_attributes = rule(
    implementation = _clashing_attributes_impl,
    doc = "A user's rule with attributes of its own that the aspect must not take for its own.",
    attrs = {
        "_platform": attr.label(default = "//rules/tests:leaf.txt", allow_single_file = True),
        "_store_dir": attr.string(default = "/somewhere"),
    },
)
