"""The macro timezone_data."""

load("//rules/private/rules:linked_object.bzl", "linked_object")

def timezone_data(name, zoneinfo, zone = "UTC", path = "share/zoneinfo", **kwargs):
    """The rules of time zones, and the zone that local time is in.

    A store object with the links `usr/share/zoneinfo`, where programs look for
    zones, and `etc/localtime`, for `contents` of an image, `copy_to_root` and
    `build_env`. What they lead to comes with it; a zone that is not there is an
    error of the build.

    ```starlark
    timezone_data(
        name = "timezones",
        zone = "Europe/Berlin",
        zoneinfo = "@nixpkgs//:tzdata",
    )

    stream_layered_image(
        name = "image",
        contents = [":timezones", ":server"],
    )
    ```

    The variable `TZ` chooses another zone in a container: `docker run -e
    TZ=Asia/Tokyo`.

    Without Nix: the folder `/usr/share/zoneinfo` of Debian's package `tzdata`, as
    a target with files in a folder of that name,
    `filegroup(name = "zones", srcs = glob(["zoneinfo/**"]))`, or as a directory
    that a rule made (with `path = ""`). Programs in Go need no files when they
    import `time/tzdata`.

    Args:
      name: the target's name: `"timezones"`.
      zoneinfo: label of a store object, or of a target with files, which are then
        at their paths relative to their package: `"@nixpkgs//:tzdata"`, `":zones"`.
      zone: what `/etc/localtime` leads to: `"Europe/Berlin"`.
      path: where the folder of zones is in that object: `"zoneinfo"`.
      **kwargs: attributes of every rule (visibility, tags, testonly, ...).
    """
    linked_object(
        name = name,
        attribute = "zoneinfo",
        directories = {"usr/share/zoneinfo": path},
        files = {"etc/localtime": path + "/" + zone if path else zone},
        to = zoneinfo,
        **kwargs
    )
