"""Analysis tests of //rules:persistent_workers."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts")

_SETTING = str(Label("//rules:persistent_workers"))

def _toolchain_worker_test_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[platform_common.ToolchainInfo]
    asserts.equals(env, ctx.attr.persistent_workers, info.persistent_workers)
    return analysistest.end(env)

_ATTRS = {"persistent_workers": attr.bool()}

_default_worker_test = analysistest.make(_toolchain_worker_test_impl, attrs = _ATTRS)

_worker_test = analysistest.make(_toolchain_worker_test_impl, attrs = _ATTRS, config_settings = {_SETTING: True})

def _object_arguments_test_impl(ctx):
    env = analysistest.begin(ctx)
    steps = {"BlobInfo": "blob", "ObjectBlob": "blob", "ObjectFiles": "files", "ObjectInfo": "info", "ObjectLayer": "layer"}
    seen = {}
    for action in analysistest.target_actions(env):
        if action.mnemonic in steps:
            seen[action.mnemonic] = True

            # The records come last, and nothing is in a file of its own.
            at = action.argv.index("--object")
            program = [arg for arg in action.argv[1:2] if arg.startswith("--strata=")]
            asserts.equals(env, ctx.attr.for_objects, bool(program))
            asserts.equals(env, steps[action.mnemonic], action.argv[1 + len(program)])
            asserts.true(env, action.argv[at + 1].endswith("=@"), action.argv[at + 1])
            asserts.equals(env, ctx.attr.records, [record.split("\0")[0] for record in action.argv[at + 2:]])
    asserts.equals(env, sorted(steps), sorted(seen))
    return analysistest.end(env)

_ARGUMENTS_ATTRS = {"for_objects": attr.bool(), "records": attr.string_list()}

object_arguments_test = analysistest.make(
    _object_arguments_test_impl,
    attrs = _ARGUMENTS_ATTRS,
    config_settings = {_SETTING: True},
)

_prebuilt_arguments_test = analysistest.make(
    _object_arguments_test_impl,
    attrs = _ARGUMENTS_ATTRS,
    config_settings = {_SETTING: True, "//command_line_option:extra_toolchains": [str(Label("//rules/tests:prebuilt_toolchain"))]},
)

def worker_tests(name, *, toolchain, object, records):
    """Declares the tests.

    Args:
      name: string, the beginning of the tests' names.
      toolchain: label of a strata_toolchain with strata alone, which prebuilt_toolchain has.
      object: label of an object made of files.
      records: list of strings, the types of its manifest's records.
    """
    _default_worker_test(
        name = name + "_off_test",
        persistent_workers = False,
        target_under_test = toolchain,
    )
    _worker_test(
        name = name + "_on_test",
        persistent_workers = True,
        target_under_test = toolchain,
    )
    object_arguments_test(
        name = name + "_arguments_test",
        for_objects = True,
        records = records,
        target_under_test = object,
    )
    _prebuilt_arguments_test(
        name = name + "_prebuilt_arguments_test",
        for_objects = False,
        records = records,
        target_under_test = object,
    )
