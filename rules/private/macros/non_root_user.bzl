"""The macro non_root_user."""

load("//rules/private/rules:written_object.bzl", "written_object")

def non_root_user(
        name,
        user = "nonroot",
        uid = 65532,
        gid = None,
        group = None,
        home = None,
        home_mode = "0755",
        shell = "/bin/sh",
        extra_passwd_lines = [],
        extra_group_lines = [],
        **kwargs):
    """A user for a service, with a home of its own, beside root and nobody.

    A target for `contents` of an image, `copy_to_root` and `build_env`: the image
    has `/etc/passwd`, `/etc/group` and `/etc/nsswitch.conf`, and the home
    directory, which belongs to the user. Nothing has to be got from anywhere.
    The image says in its config that it runs as the user:

    ```starlark
    non_root_user(
        name = "alice",
        user = "alice",
        uid = 1000,
    )

    stream_layered_image(
        name = "image",
        contents = [":alice", ":server"],
        config = {
            "Cmd": ["/bin/server"],
            "User": "alice",              # "1000:1000" for Kubernetes' runAsNonRoot, which takes numbers only
            "WorkingDir": "/home/alice",
        },
    )
    ```

    In an image it is the only thing that gives users: with `fake_nss`,
    `shadow_setup` or `SHADOW_SETUP` beside it, the image is an error. Mode and
    owner of the home count for the image that has the target in its `contents`;
    in a store they are 0555 and root's.

    Args:
      name: the target's name: `"alice"`.
      user: the user's name: `"alice"`.
      uid: the user's number, not 0: `1000`.
      gid: the number of the user's group; that of the user when None, 0 for root's: `1000`.
      group: the name of the user's group; that of the user when None: `"users"`.
      home: the user's home, an absolute path; `/home/` and the user's name when
        None; `/var/empty` for one that is nobody's: `"/app"`.
      home_mode: the home's mode, octal: `"0700"`.
      shell: the user's shell, an absolute path: `"/sbin/nologin"`.
      extra_passwd_lines: further lines of `/etc/passwd`: `["db:x:1001:1001::/db:/bin/sh"]`.
      extra_group_lines: further lines of `/etc/group`: `["db:x:1001:"]`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    gid = uid if gid == None else gid
    home = home or "/home/" + user
    written_object(
        name = name,
        directories = ["{}:{}:{}:{}".format(home_mode, uid, gid, home)] if home != "/var/empty" else [],
        empty_dirs = ["var/empty"],
        group = ["root:x:0:"] + (["{}:x:{}:".format(group or user, gid)] if gid else []) + extra_group_lines + ["nobody:x:65534:"],
        helper = "non_root_user",
        passwd = [
            "root:x:0:0:root user:/var/empty:/bin/sh",
            "{}:x:{}:{}::{}:{}".format(user, uid, gid, home, shell),
        ] + extra_passwd_lines + ["nobody:x:65534:65534:nobody:/var/empty:/bin/sh"],
        texts = {"etc/nsswitch.conf": "hosts: files dns\n"},
        **kwargs
    )
