"""Analysis tests of binary_closure and binary_image, and unit tests of what they compute."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules:binary.bzl", "binary_closure", "binary_image")
load("//rules:image.bzl", "build_image", "image_test", "stream_layered_image")
load("//rules:providers.bzl", "BinaryClosureInfo", "StoreObjectInfo")

# buildifier: disable=bzl-visibility
load("//rules/private/values:graph.bzl", "components")

# buildifier: disable=bzl-visibility
load("//rules/private/values:shell_words.bzl", "shell_words")
load(":image_test.bzl", "macos_image_failure_test")
load(":program_with_links.bzl", "mode_file", "program_with_links")
load(":store_object_test.bzl", "failure_test")

def _components_test_impl(ctx):
    env = unittest.begin(ctx)
    for graph, want in [
        ({}, []),
        ({"a": []}, [["a"]]),
        ({"a": ["a"]}, [["a"]]),
        ({"a": ["b"], "b": ["c"], "c": []}, [["c"], ["b"], ["a"]]),
        ({"a": ["b"], "b": ["a"]}, [["a", "b"]]),
        ({"a": ["b", "d"], "b": ["c"], "c": ["a"], "d": ["e"], "e": []}, [["e"], ["d"], ["a", "b", "c"]]),
        # Two cycles, one of which leads to the other.
        ({"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"]}, [["c", "d"], ["a", "b"]]),
    ]:
        asserts.equals(env, want, components(graph))
    long = {str(n): [str(n + 1)] for n in range(3000)} | {"3000": ["0"]}
    asserts.equals(env, [3001], [len(component) for component in components(long)])
    return unittest.end(env)

components_test = unittest.make(_components_test_impl)

def _shell_words_test_impl(ctx):
    env = unittest.begin(ctx)
    for text, want in [
        ("", []),
        ("  ", []),
        ("one", ["one"]),
        (" one  two ", ["one", "two"]),
        ("'one two' \"three four\"", ["one two", "three four"]),
        ("a'b c'd", ["ab cd"]),
        ("'' \"\"", ["", ""]),
        ("a\\ b \\'", ["a b", "'"]),
        ("'a\\b' \"a\\\"b\\c\"", ["a\\b", "a\"b\\c"]),
        ("'one", None),
        ("\"one", None),
        ("one\\", None),
    ]:
        asserts.equals(env, want, shell_words(text))
    return unittest.end(env)

shell_words_test = unittest.make(_shell_words_test_impl)

def _name(path):
    return path.split("-", 1)[1]

def _binary_closure_test_impl(ctx):
    env = analysistest.begin(ctx)
    info = analysistest.target_under_test(env)[StoreObjectInfo]
    objects = info.transitive.to_list() + [info]
    asserts.equals(env, ctx.attr.references, {_name(one.store_path): sorted([_name(path) for path in one.references]) for one in objects})
    asserts.equals(env, ctx.attr.files, {
        _name(one.store_path): sorted([file.short_path.removeprefix("rules/tests/binaries/") for file in one.source.files.to_list()])
        for one in objects
    })
    for one in objects:
        asserts.equals(env, ctx.attr.root if not _name(one.store_path) == "mentioned" else None, one.image_root)
    for position, one in enumerate(objects):
        later = [other.store_path for other in objects[position:]]
        asserts.equals(env, [], [path for path in one.references if path in later])
    return analysistest.end(env)

_binary_closure_test = analysistest.make(
    _binary_closure_test_impl,
    attrs = {
        "files": attr.string_list_dict(),
        "references": attr.string_list_dict(),
        "root": attr.string(default = "/app"),
    },
)

def _program_test_impl(ctx):
    env = analysistest.begin(ctx)
    program = analysistest.target_under_test(env)[BinaryClosureInfo]
    asserts.equals(env, ctx.attr.arguments, program.args)
    asserts.equals(env, {"GREETING": "hello"}, program.environment)
    asserts.equals(env, "/app/bin/app", program.program)
    asserts.equals(env, "/app/bin/app.runfiles", program.runfiles_dir)
    asserts.equals(env, "/app/runfiles/_main", program.working_dir)
    return analysistest.end(env)

_program_test = analysistest.make(_program_test_impl, attrs = {"arguments": attr.string_list()})

def _shared_test_impl(ctx):
    env = analysistest.begin(ctx)
    layers = [
        {_name(one.store_path): one.layer.metadata for one in target[StoreObjectInfo].transitive.to_list()}
        for target in [analysistest.target_under_test(env), ctx.attr.other]
    ]
    same = [name for name in layers[0] if layers[0][name] == layers[1].get(name)]
    asserts.equals(env, ctx.attr.names, same)
    return analysistest.end(env)

_shared_test = analysistest.make(
    _shared_test_impl,
    attrs = {
        "names": attr.string_list(),
        "other": attr.label(),
    },
)

def binary_tests(name):
    """Makes the tests, of targets that it makes as well.

    Args:
      name: what the names of all targets begin with.
    """
    components_test(name = name + "_components_test")
    shell_words_test(name = name + "_shell_words_test")
    _closures(name)
    _files(name)
    _refusals(name)

def _closures(name):
    lib = "rules-tests-binaries-lib"
    app = "rules-tests-binaries-app"
    cycle = "rules-tests-binaries-cycle-a"
    dep = "rules-tests-binaries-dep"
    binary_closure(name = name + "_app", binary = "//rules/tests/binaries/app")
    _binary_closure_test(
        name = name + "_app_test",
        files = {
            "app": ["app/app.repo_mapping"],
            app: ["app/app", "app/app.sh", "app/app.txt"],
            cycle: ["cycle/a/bottom.sh", "cycle/a/top.sh", "cycle/b/b.sh"],
            dep: ["dep/one.sh"],
            lib: ["lib/lib.sh", "lib/lib.txt"],
        },
        references = {app: [cycle, lib], "app": [app, cycle, dep, lib], cycle: [lib], dep: [], lib: [dep]},
        target_under_test = ":{}_app".format(name),
    )
    _program_test(
        name = name + "_program_test",
        arguments = ["one", "two words", "\"$HOME\"", "rules/tests/binaries/app/app.txt", "_main/rules/tests/binaries/app/app.txt"],
        target_under_test = ":{}_app".format(name),
    )
    binary_closure(name = name + "_other", binary = "//rules/tests/binaries/other")
    binary_closure(name = name + "_more", binary = "//rules/tests/binaries/other:app")
    binary_closure(name = name + "_elsewhere", binary = "//rules/tests/binaries/other", root = "/srv/app")
    other = "rules-tests-binaries-other"
    _binary_closure_test(
        name = name + "_elsewhere_test",
        files = {
            dep: ["dep/one.sh", "dep/two.sh"],
            lib: ["lib/lib.sh", "lib/lib.txt"],
            other: ["other/other", "other/other.sh"],
            "other": ["other/other.repo_mapping"],
        },
        references = {dep: [], lib: [dep], "other": [dep, lib, other], other: [dep, lib]},
        root = "/srv/app",
        target_under_test = ":{}_elsewhere".format(name),
    )

    # The object of lib is one and the same for both, and refers to different ones of dep.
    stream_layered_image(
        name = name + "_two_programs",
        contents = [
            ":{}_app".format(name),
            ":{}_other".format(name),
        ],
    )
    image_test(
        name = name + "_two_programs_test",
        image = ":{}_two_programs".format(name),
        paths = {
            "/app/bin/app.runfiles/_main/rules/tests/binaries/dep/one.sh": {},
            "/app/bin/other.runfiles/_main/rules/tests/binaries/dep/two.sh": {},
            "/app/runfiles/_main/rules/tests/binaries/app/app": {},
            "/app/runfiles/_main/rules/tests/binaries/lib/lib.sh": {},
            "/app/runfiles/_main/rules/tests/binaries/other/other": {},
        },
    )
    build_image(
        name = name + "_two_programs_in_one_layer",
        copy_to_root = [
            ":{}_app".format(name),
            ":{}_other".format(name),
        ],
        tags = ["manual"],
    )
    image_test(
        name = name + "_two_programs_in_one_layer_test",
        image = ":{}_two_programs_in_one_layer".format(name),
        paths = {"/app/runfiles/_main/rules/tests/binaries/dep/one.sh": {}},
    )

    # The other one is built in another configuration, and both have the same sources.
    binary_closure(name = name + "_in_dbg", binary = "//rules/tests/binaries/app:in_dbg")
    stream_layered_image(
        name = name + "_two_configurations",
        contents = [
            ":{}_app".format(name),
            ":{}_in_dbg".format(name),
        ],
        tags = ["manual"],
    )
    image_test(
        name = name + "_two_configurations_test",
        image = ":{}_two_configurations".format(name),
        paths = {
            "/app/bin/app": {},
            "/app/bin/in_dbg": {},
            "/app/runfiles/_main/rules/tests/binaries/lib/lib.sh": {},
        },
    )
    binary_closure(name = name + "_twice", binary = "//rules/tests/binaries/app:twice")
    _binary_closure_test(
        name = name + "_twice_test",
        files = {
            "twice": ["app/twice.repo_mapping"],
            app: ["app/app.sh", "app/app.txt", "app/twice"],
        },
        references = {"twice": [app], app: []},
        target_under_test = ":{}_twice".format(name),
    )

    # The other one has more files of lib, or places them elsewhere.
    for case, names in {"elsewhere": [], "more": [], "other": [lib]}.items():
        _shared_test(
            name = "{}_shares_with_{}_test".format(name, case),
            names = names,
            other = ":{}_{}".format(name, case),
            target_under_test = ":{}_app".format(name),
        )
    binary_closure(name = name + "_reader", binary = "//rules/tests/binaries/app:reader")
    _binary_closure_test(
        name = name + "_reader_test",
        files = {
            "mentioned": ["app/app.txt"],
            "reader": ["app/reader.repo_mapping"],
            app: ["app/app.sh", "app/reader"],
        },
        references = {"mentioned": [], "reader": [app], app: ["mentioned"]},
        target_under_test = ":{}_reader".format(name),
    )

def _files(name):
    mode_file(name = name + "_mode")
    program_with_links(name = name + "_links", mode = name + "_mode", mode_in_dbg = name + "_mode", src = "leaf.txt", tags = ["manual"])
    binary_image(
        name = name + "_links_image",
        args = ["--port=80"],
        binary = ":{}_links".format(name),
        binary_name = "links",
        config = {
            "Env": ["FROM_CONFIG=yes", "PATH=/bin"],
            "User": "1000",
        },
        contents = [":leaf"],
        env = {"FROM_ENV": "yes"},
        layering = "popularity",
        root = "/srv/app",
    )
    tree = "/srv/app/runfiles/_main/rules/tests/{}_links".format(name)
    image_test(
        name = name + "_links_image_test",
        config = {
            "config": {
                "Cmd": ["--port=80"],
                "Entrypoint": ["/srv/app/bin/links"],
                "Env": ["RUNFILES_DIR=/srv/app/bin/links.runfiles", "FROM_ENV=yes", "FROM_CONFIG=yes", "PATH=/bin"],
                "User": "1000",
                "WorkingDir": "/srv/app/runfiles/_main",
            },
        },
        image = ":{}_links_image".format(name),
        paths = {
            "/share/leaf.txt": {},
            "/srv/app": {"mode": "0755", "type": "directory"},
            "/srv/app/bin/links": {"target": "../runfiles/_main/rules/tests/{}_links".format(name)},
            "/srv/app/bin/links.runfiles/_main/made/here/link.txt": {"content": "leaf\n", "mode": "0555"},
            "/srv/app/bin/links.runfiles/_repo_mapping": {"type": "file"},
            "/srv/app/bin/links.runfiles/other_repository/link.txt": {"content": "leaf\n"},
            "/srv/app/bin/links.runfiles/top.txt": {"content": "leaf\n"},
            "/srv/app/runfiles/elsewhere/link.txt": {"content": "leaf\n"},
            "/srv/app/runfiles/other_repository/link.txt": {"content": "leaf\n", "type": "file"},
            "/srv/app/runfiles/other_repository/tree/sub/file": {"content": "in a tree\n"},
            "/srv/app/runfiles/_main/rules/tests/{}_mode".format(name): {"content": "dbg\n"},
            tree: {"mode": "0555", "type": "file"},
            tree + ".copy": {"content": "leaf\n", "type": "file"},
            tree + ".nothing": {"type": "directory"},
            tree + ".relative": {"target": "../elsewhere/x"},
            tree + ".runfiles": {"target": "../../../../bin/links.runfiles"},
            tree + ".system": {"target": "/usr/bin/env"},
            tree + ".tree/sub/file": {"content": "in a tree\n", "mode": "0555"},
        },
    )
    build_image(
        name = name + "_one_layer",
        copy_to_root = [
            ":{}_links_image.closure".format(name),
            ":leaf",
        ],
    )
    image_test(
        name = name + "_one_layer_test",
        image = ":{}_one_layer".format(name),
        paths = {
            "/share/leaf.txt": {"content": "leaf\n"},
            "/srv/app/bin/links": {"target": "../runfiles/_main/rules/tests/{}_links".format(name)},
            tree + ".copy": {"content": "leaf\n", "type": "file"},
        },
    )

def _refusals(name):
    for case, attributes, message in [
        ("relative", {"root": "app"}, 'root = "app": want an absolute path below /, such as "/app"'),
        ("top", {"root": "/"}, 'root = "/": want an absolute path below /'),
        ("dots", {"root": "/app/../etc"}, 'root = "/app/../etc": want an absolute path'),
        ("slash", {"root": "/app/"}, 'root = "/app/": want an absolute path'),
        ("arm64", {"binary": "//rules/tests/binaries/app:arm64"}, "//rules/tests/binaries/app:arm64 is built for arm64, and this is for"),
        ("dot_dot", {"binary_name": ".."}, 'binary_name = "..": want a name without a slash'),
        ("object", {"binary": "//rules/tests/binaries/app:mentioned"}, "is a store object already: give it in contents"),
        ("system", {"root": "/lib/app"}, 'root = "/lib/app": want a directory that is not below one of the system\'s'),
        ("name", {"binary_name": "bin/app"}, 'binary_name = "bin/app": want a name without a slash'),
    ]:
        bad = "{}_bad_{}".format(name, case)
        binary_closure(name = bad, tags = ["manual"], **({"binary": "//rules/tests/binaries/app"} | attributes))
        failure_test(name = bad + "_test", message = message, target_under_test = ":" + bad)
    for case, attributes, message in [
        ("args", {"binary": "//rules/tests/binaries/app:variable"}, "args of @@//rules/tests/binaries/app:variable: it has a make variable, \"$(COMPILATION_MODE)\": give args to binary_image"),
        ("env", {"binary": "//rules/tests/binaries/app:variable_in_env"}, "env of @@//rules/tests/binaries/app:variable_in_env: MODE has a make variable: give env to binary_image"),
        (
            "same_name",
            {"binary": "//rules/tests/binaries/app", "contents": [":{}_more".format(name)]},
            "@@//rules/tests/binaries/app:app and @@//rules/tests/binaries/other:app are both at /app/bin/app: give one of their binary_closures another binary_name or root",
        ),
        ("no_store_paths", {"binary": "//rules/tests/binaries/app", "include_store_paths": False}, "include_store_paths = False: @@//rules/tests/binaries/"),
        (
            "twice",
            {"binary": "//rules/tests/binaries/app", "binary_name": "again", "contents": [":{}_app".format(name)]},
            "@@//rules/tests/binaries/app:app is there twice, as /app/bin/again and /app/bin/app: one binary_closure of it is enough",
        ),
        ("nix_db", {"binary": "//rules/tests/binaries/app", "include_nix_db": True}, "include_nix_db: @@//rules/tests/binaries/dep:one is at /app, not in the store: build two images, one from_image of the other"),
    ]:
        bad = "{}_bad_{}".format(name, case)
        binary_image(name = bad, tags = ["manual"], **attributes)
        failure_test(name = bad + "_test", message = message, target_under_test = ":" + bad)
    binary_image(name = name + "_macos", binary = "//rules/tests/binaries/app", tags = ["manual"])
    macos_image_failure_test(name = name + "_macos_test", message = "the target platform is darwin, and images are for Linux", target_under_test = ":{}_macos".format(name))
