"""The macro fake_nss."""

load("//rules/private/rules:written_object.bzl", "written_object")

def fake_nss(name, extra_passwd_lines = [], extra_group_lines = [], **kwargs):
    """The users root and nobody, for programs that look up names of users, groups and hosts.

    A store object with `etc/passwd`, `etc/group`, `etc/nsswitch.conf` (hosts
    from `/etc/hosts`, then DNS) and the empty directory `var/empty`, for
    `contents` of an image, `copy_to_root` and `build_env`. Nothing has to be
    got from anywhere.

    ```starlark
    fake_nss(
        name = "nss",
        extra_passwd_lines = ["app:x:1000:1000:the service:/var/empty:/bin/sh"],
        extra_group_lines = ["app:x:1000:"],
    )

    stream_layered_image(
        name = "image",
        contents = [":nss", ":server"],
        config = {"Cmd": ["/bin/server"], "User": "app"},
    )
    ```

    In an image it is the only thing that gives users: with `shadow_setup`,
    `SHADOW_SETUP` or `non_root_user` beside it, the image is an error. On top of
    a base image, its files hide those of the base.

    Args:
      name: the target's name: `"nss"`.
      extra_passwd_lines: lines of `/etc/passwd` between root's and nobody's,
        name:password:uid:gid:comment:home:shell: `["app:x:1000:1000::/app:/bin/sh"]`.
        Two lines with one name or one number are an error.
      extra_group_lines: lines of `/etc/group` between root's and nobody's,
        name:password:gid:members: `["app:x:1000:"]`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    written_object(
        name = name,
        empty_dirs = ["var/empty"],
        group = ["root:x:0:"] + extra_group_lines + ["nobody:x:65534:"],
        helper = "fake_nss",
        passwd = ["root:x:0:0:root user:/var/empty:/bin/sh"] + extra_passwd_lines + ["nobody:x:65534:65534:nobody:/var/empty:/bin/sh"],
        texts = {"etc/nsswitch.conf": "hosts: files dns\n"},
        **kwargs
    )
