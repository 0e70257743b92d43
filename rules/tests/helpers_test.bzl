"""Tests of the helpers: what they refuse, and what they bring into images."""

load("@bazel_skylib//lib:unittest.bzl", "analysistest", "asserts", "unittest")
load("//rules:defs.bzl", "SHADOW_SETUP", "bin_sh", "build_env", "build_image", "ca_certificates", "fake_nss", "iana_etc", "non_root_user", "shadow_setup", "stream_layered_image", "timezone_data", "tmp_dirs", "usr_bin_env")

# buildifier: disable=bzl-visibility
load("//rules/private/providers:account_files_info.bzl", "AccountFilesInfo")

# buildifier: disable=bzl-visibility
load("//rules/private/providers:image_directories_info.bzl", "ImageDirectoriesInfo")

# buildifier: disable=bzl-visibility
load("//rules/private/values:accounts.bzl", "group_problem", "passwd_problem")
load(":store_object_test.bzl", "failure_test", "references_test")

def helpers_tests(name):
    """Declares helpers, images with them, and tests.

    Args:
      name: string, the prefix of the targets' names.
    """
    accounts_test(name = name + "_accounts_test")
    _good(name)
    _bad_helpers(name)
    _bad_images(name)

def _good(name):
    usr_bin_env(name = name + "_env", coreutils = ":leaf", tags = ["manual"])
    bin_sh(name = name + "_sh", shell = ":top", tags = ["manual"])
    ca_certificates(name = name + "_cacert", bundle = ":leaf", path = "share/leaf.txt", tags = ["manual"])
    ca_certificates(name = name + "_cacert_file", bundle = "leaf.txt", tags = ["manual"])
    fake_nss(name = name + "_nss", extra_group_lines = ["app:x:7:root,nobody"], extra_passwd_lines = ["app:x:7:7::/app:"], tags = ["manual"])
    shadow_setup(name = name + "_shadow", tags = ["manual"])
    iana_etc(name = name + "_iana", tags = ["manual"])
    iana_etc(name = name + "_iana_files", protocols = "leaf.txt", services = "BUILD.bazel", tags = ["manual"])
    timezone_data(name = name + "_zones", zoneinfo = ":leaf", path = "share", zone = "leaf.txt", tags = ["manual"])
    tmp_dirs(name = name + "_tmp", tags = ["manual"])
    non_root_user(name = name + "_user", home = "/srv/app", home_mode = "700", uid = 1000, gid = 0, user = "app", tags = ["manual"])
    non_root_user(name = name + "_homeless", home = "/var/empty", tags = ["manual"])
    build_env(
        name = name + "_all",
        paths = [":{}_{}".format(name, helper) for helper in ["sh", "tmp", "user", "zones"]],
        tags = ["manual"],
    )
    build_env(name = name + "_programs", paths = [":" + name + "_all"], paths_to_link = ["/bin", "/tmp"], tags = ["manual"])
    for target, references, closure in [
        ("env", ["leaf"], ["leaf"]),
        ("sh", ["top"], ["leaf", "middle", "top"]),
        ("cacert", ["leaf"], ["leaf"]),
        ("cacert_file", [], []),
        ("nss", [], []),
        ("shadow", [], []),
        ("iana", [], []),
        ("iana_files", [], []),
        ("zones", ["leaf"], ["leaf"]),
        (
            "all",
            [name + "_sh", name + "_tmp", name + "_user", name + "_zones"],
            ["leaf", "middle", "top", name + "_sh", name + "_tmp", name + "_user", name + "_zones"],
        ),
    ]:
        references_test(
            name = "{}_{}_test".format(name, target),
            closure = closure,
            object_name = "{}_{}".format(name, target),
            references = references,
            target_under_test = ":{}_{}".format(name, target),
        )
    for target, directories, helpers in [
        ("nss", [], ["fake_nss"]),
        ("shadow", [], ["shadow_setup"]),
        ("iana", [], []),
        ("tmp", ["1777 0:0 tmp", "1777 0:0 var/tmp"], []),
        ("user", ["0700 1000:0 srv/app"], ["non_root_user"]),
        ("homeless", [], ["non_root_user"]),
        ("all", ["0700 1000:0 srv/app", "1777 0:0 tmp", "1777 0:0 var/tmp"], ["non_root_user"]),
        ("programs", ["1777 0:0 tmp"], []),
    ]:
        brings_test(
            name = "{}_{}_brings_test".format(name, target),
            directories = directories,
            helpers = helpers,
            target_under_test = ":{}_{}".format(name, target),
        )
    fake_nss(name = name + "_plain_nss", tags = ["manual"])
    for target, texts in [
        ("plain_nss", {
            "etc/group": "root:x:0:\nnobody:x:65534:\n",
            "etc/nsswitch.conf": "hosts: files dns\n",
            "etc/passwd": "root:x:0:0:root user:/var/empty:/bin/sh\nnobody:x:65534:65534:nobody:/var/empty:/bin/sh\n",
        }),
        ("nss", {
            "etc/group": "root:x:0:\napp:x:7:root,nobody\nnobody:x:65534:\n",
            "etc/nsswitch.conf": "hosts: files dns\n",
            "etc/passwd": "root:x:0:0:root user:/var/empty:/bin/sh\napp:x:7:7::/app:\nnobody:x:65534:65534:nobody:/var/empty:/bin/sh\n",
        }),
        ("shadow", {
            "etc/group": "root:x:0:\n",
            "etc/gshadow": "root:x::\n",
            "etc/login.defs": "",
            "etc/pam.d/other": "account sufficient pam_unix.so\nauth sufficient pam_rootok.so\npassword requisite pam_unix.so nullok yescrypt\nsession required pam_unix.so\n",
            "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
            "etc/shadow": "root:!x:::::::\n",
        }),
        ("user", {
            "etc/group": "root:x:0:\nnobody:x:65534:\n",
            "etc/nsswitch.conf": "hosts: files dns\n",
            "etc/passwd": "root:x:0:0:root user:/var/empty:/bin/sh\napp:x:1000:0::/srv/app:/bin/sh\nnobody:x:65534:65534:nobody:/var/empty:/bin/sh\n",
        }),
    ]:
        texts_test(
            name = "{}_{}_texts_test".format(name, target),
            target_under_test = ":{}_{}".format(name, target),
            texts = texts,
        )
    for case, attributes in {
        "fakechroot": dict(enable_fakechroot = True, fake_root_commands = SHADOW_SETUP + "useradd a"),
        "parts": dict(contents = [":{}_{}".format(name, helper) for helper in ["tmp", "user", "env", "iana"]]),
        "through_env": dict(contents = [":" + name + "_programs", ":" + name + "_nss"]),
        "twice": dict(contents = [":" + name + "_all", ":" + name + "_user"]),
    }.items():
        stream_layered_image(name = "{}_image_{}".format(name, case), tags = ["manual"], **attributes)
        analysed_test(name = "{}_image_{}_test".format(name, case), target_under_test = ":{}_image_{}".format(name, case))

def _bad_helpers(name):
    for case, (helper, attributes, message) in {
        "build_env_file": (build_env, dict(paths = ["leaf.txt"]), "paths: @@//rules/tests:leaf.txt is neither a store object nor a target with files of its own"),
        "build_env_link": (build_env, dict(paths = [":leaf"], paths_to_link = ["bin"]), 'paths_to_link: "bin" is not an absolute path: write it as "/bin"'),
        "build_env_up": (build_env, dict(paths = [":leaf"], paths_to_link = ["/../bin"]), 'paths_to_link: "/../bin" is not an absolute path'),
        "cacert_files": (ca_certificates, dict(bundle = ":two_files"), "bundle: @@//rules/tests:two_files has 2 files: give a store object, or one file"),
        "cacert_path": (ca_certificates, dict(bundle = "leaf.txt", path = "x"), "path is set, and @@//rules/tests:leaf.txt is a file, not a store object"),
        "iana_files": (iana_etc, dict(services = ":two_files"), "@@//rules/tests:two_files has 2 files: give one file"),
        "iana_package": (iana_etc, dict(package = "leaf.txt"), "package: @@//rules/tests:leaf.txt is neither a store object nor"),
        "nss_gid": (fake_nss, dict(extra_group_lines = ["app:x:-7:"]), 'extra_group_lines: "app:x:-7:": gid: "-7" is not a number from 0 to 4294967294'),
        "nss_passwd": (fake_nss, dict(extra_passwd_lines = ["app:x:7"]), 'extra_passwd_lines: "app:x:7": 3 fields, and a line of /etc/passwd has 7: name:password:uid:gid:comment:home:shell'),
        "nss_root": (fake_nss, dict(extra_passwd_lines = ["root:x:7:7::/:/bin/sh"]), 'the name root is there already, in "root:x:0:0:root user:/var/empty:/bin/sh": give another one'),
        "sh_file": (bin_sh, dict(shell = "leaf.txt"), "shell: @@//rules/tests:leaf.txt is neither a store object nor"),
        "shadow_shell": (shadow_setup, dict(shell = "bash"), 'extra_passwd_lines: "root:x:0:0::/root:bash": shell: "bash" is not an absolute path'),
        "tmp_mode": (tmp_dirs, dict(mode = "rwx"), 'the mode of /tmp, "rwx": want octal digits, such as "1777"'),
        "tmp_none": (tmp_dirs, dict(dirs = []), "there is nothing in it: give at least one directory"),
        "tmp_owner": (tmp_dirs, dict(uid = -1), 'the owner of /tmp: "-1" is not a number'),
        "tmp_relative": (tmp_dirs, dict(dirs = ["tmp"]), '"tmp" is not the absolute path of a directory below the root: write it as "/tmp"'),
        "tmp_root": (tmp_dirs, dict(dirs = ["/"]), '"/" is not the absolute path of a directory below the root'),
        "user_home": (non_root_user, dict(home = "app"), 'home: "app" is not an absolute path'),
        "user_name": (non_root_user, dict(user = "a b"), "name: \"a b\" has \" \": use letters, digits, ., _ and -"),
        "user_root": (non_root_user, dict(uid = 0), "the uid 0 is there already, in \"root:x:0:0:root user:/var/empty:/bin/sh\": give another one"),
        "zones_file": (timezone_data, dict(zoneinfo = "leaf.txt"), "zoneinfo: @@//rules/tests:leaf.txt is neither a store object nor"),
    }.items():
        helper(name = "{}_bad_{}".format(name, case), tags = ["manual"], **attributes)
        failure_test(
            name = "{}_bad_{}_test".format(name, case),
            message = message,
            target_under_test = ":{}_bad_{}".format(name, case),
        )

def _bad_images(name):
    nss, shadow, user = [":{}_{}".format(name, helper) for helper in ["nss", "shadow", "user"]]
    tmp_dirs(name = name + "_other_tmp", dirs = ["/tmp"], mode = "0755", uid = 7)
    build_env(name = name + "_with_nss", paths = [nss, ":leaf"])
    shown = "//rules/tests" + nss
    for case, (attributes, message) in {
        "directories": (
            dict(contents = [":" + name + "_tmp", ":" + name + "_other_tmp"]),
            "/tmp: //rules/tests:{0}_tmp gives mode 1777 and owner 0:0 and //rules/tests:{0}_other_tmp gives mode 0755 and owner 7:0: take one of them out".format(name),
        ),
        "extra_commands": (dict(extra_commands = SHADOW_SETUP), "extra_commands: SHADOW_SETUP makes users as root"),
        "no_fakechroot": (dict(fake_root_commands = "true\n" + SHADOW_SETUP), "fake_root_commands: SHADOW_SETUP has absolute paths, which are not the image's without enable_fakechroot: set enable_fakechroot = True"),
        "nss_and_script": (
            dict(contents = [nss], enable_fakechroot = True, fake_root_commands = SHADOW_SETUP),
            shown + " (fake_nss) gives /etc/passwd as a file that SHADOW_SETUP in fake_root_commands cannot change",
        ),
        "nss_and_shadow": (
            dict(contents = [nss, shadow]),
            "{} (fake_nss) and //rules/tests{} (shadow_setup) both give /etc/passwd and /etc/group, of which an image has one: use one of them".format(shown, shadow),
        ),
        "nss_in_env": (
            dict(contents = [":" + name + "_with_nss", user]),
            "{} (fake_nss) and //rules/tests{} (non_root_user) both give /etc/passwd".format(shown, user),
        ),
    }.items():
        stream_layered_image(name = "{}_bad_image_{}".format(name, case), tags = ["manual"], **attributes)
        failure_test(
            name = "{}_bad_image_{}_test".format(name, case),
            message = message,
            target_under_test = ":{}_bad_image_{}".format(name, case),
        )

    for case, (attributes, message) in {
        "copied": (
            dict(copy_to_root = [nss, user]),
            "{} (fake_nss) and //rules/tests{} (non_root_user) both give /etc/passwd".format(shown, user),
        ),
        "copied_and_script": (
            dict(copy_to_root = [nss], run_as_root = SHADOW_SETUP),
            shown + " (fake_nss) gives /etc/passwd as a file that SHADOW_SETUP in run_as_root cannot change: take it out of copy_to_root",
        ),
        "copied_extra": (dict(extra_commands = SHADOW_SETUP), "extra_commands run as an ordinary user: put it into run_as_root"),
    }.items():
        build_image(name = "{}_bad_image_{}".format(name, case), tags = ["manual"], **attributes)
        failure_test(
            name = "{}_bad_image_{}_test".format(name, case),
            message = message,
            target_under_test = ":{}_bad_image_{}".format(name, case),
        )

def _brings_test_impl(ctx):
    env = analysistest.begin(ctx)
    target = analysistest.target_under_test(env)
    directories = target[ImageDirectoriesInfo].directories.to_list() if ImageDirectoriesInfo in target else []
    asserts.equals(env, ctx.attr.directories, sorted(["{} {}:{} {}".format(d.mode, d.uid, d.gid, d.path) for d in directories]))
    holders = target[AccountFilesInfo].holders.to_list() if AccountFilesInfo in target else []
    asserts.equals(env, ctx.attr.helpers, [holder.helper for holder in holders])
    return analysistest.end(env)

brings_test = analysistest.make(
    _brings_test_impl,
    attrs = {
        "directories": attr.string_list(),
        "helpers": attr.string_list(),
    },
)

def _texts_test_impl(ctx):
    env = analysistest.begin(ctx)
    texts = {}
    for action in analysistest.target_actions(env):
        path = action.outputs.to_list()[0].short_path.partition(".files/")[2]
        if path:
            texts[path] = action.content
    asserts.equals(env, ctx.attr.texts, texts)
    return analysistest.end(env)

texts_test = analysistest.make(
    _texts_test_impl,
    attrs = {"texts": attr.string_dict()},
)

def _analysed_test_impl(ctx):
    env = analysistest.begin(ctx)
    asserts.true(env, len(analysistest.target_actions(env)) > 0)
    return analysistest.end(env)

analysed_test = analysistest.make(_analysed_test_impl)

def _accounts_test_impl(ctx):
    env = unittest.begin(ctx)
    root = "root:x:0:0:root user:/var/empty:/bin/sh"
    for lines, want in [
        ([], None),
        ([root, "a_b-c.d:!:4294967294:100:Full Name,,,:/:"], None),
        ([""], '"": 1 fields, and a line of /etc/passwd has'),
        ([root + ":x"], "8 fields"),
        ([root.replace("root:", ":", 1)], "name: it is empty"),
        (["-a:x:1:1::/:"], 'name: "-a" could be taken for an option'),
        (["77:x:1:1::/:"], 'name: "77" could be taken for a number'),
        (["a" * 33 + ":x:1:1::/:"], "has 33 characters, at most 32 are possible"),
        (["a:x:4294967295:1::/:"], 'uid: "4294967295" is not a number from 0 to 4294967294'),
        (["a:x:1:::/:"], 'gid: "" is not a number'),
        (["a:x:1:1::~:"], 'home: "~" is not an absolute path'),
        (["a:x:1:1::/:bash"], 'shell: "bash" is not an absolute path'),
        (["a:x:1:1::/:\nb"], "a line cannot hold"),
        ([root, "toor:x:00:0::/:"], '"toor:x:00:0::/:": the uid 0 is there already, in "{}": give another one'.format(root)),
        ([root, "root:x:1:0::/:"], "the name root is there already"),
    ]:
        _says(env, passwd_problem(lines), want)
    for lines, want in [
        (["root:x:0:", "users:x:100:alice,bob"], None),
        (["root:x:0"], "3 fields, and a line of /etc/group has 4: name:password:gid:members"),
        (["root:x:zero:"], 'gid: "zero" is not a number'),
        (["a:x:1:", "b:x:1:"], "the gid 1 is there already"),
    ]:
        _says(env, group_problem(lines), want)
    return unittest.end(env)

def _says(env, got, want):
    if want == None:
        asserts.equals(env, None, got)
    else:
        asserts.true(env, got and want in got, "got {}, want {}".format(got, want))

accounts_test = unittest.make(_accounts_test_impl)
