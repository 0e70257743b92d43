"""What images of nix shells are made of."""

load("//rules/private/rules:nix_shell.bzl", "nix_shell")
load("//rules/private/values:expansion.bzl", "labels_in", "normalise")

_OWN = ["config", "config_deps", "fake_root_commands", "enable_fakechroot"]

# The users and groups are those of dockerTools' fakeNss, with the one that Nix
# builds as.
_COMMANDS = """
mkdir -p bin usr/bin etc/nix nix/store nix/var/nix build var/empty
ln -sfn {shell}/links/sh bin/sh
[ ! -e {shell}/links/env ] || ln -sfn {shell}/links/env usr/bin/env
rm -f etc/passwd etc/group etc/nsswitch.conf
cat > etc/passwd <<'END'
root:x:0:0:root user:/var/empty:/bin/sh
nixbld:x:{uid}:{gid}:Build user:{home}:/noshell
nobody:x:65534:65534:nobody:/var/empty:/bin/sh
END
cat > etc/group <<'END'
root:x:0:
nixbld:!:{gid}:
nobody:x:65534:
END
echo 'hosts: files dns' > etc/nsswitch.conf
chown -R {uid}:{gid} nix etc/nix build
"""

def nix_shell_attributes(*, name, drv, image_name, uid, gid, home_directory, shell, command, run, shell_hook, extra_packages, ca_certificates, coreutils, more):
    """Declares what describes the shell.

    Args:
      name: string, the image's name; the target is NAME.shell.
      drv: label.
      image_name: string or None.
      uid: int.
      gid: int.
      home_directory: string.
      shell: label or None.
      command: string or None.
      run: string or None.
      shell_hook: string.
      extra_packages: list of labels.
      ca_certificates: label or None.
      coreutils: label or None.
      more: dict of attributes of the image.

    Returns:
      dict of attributes of the layered image.
    """
    for attribute in _OWN:
        if attribute in more:
            fail("{}: {}: the shell is made by it; use shell_hook, command or run".format(name, attribute))
    if command and run:
        fail("{}: Can't specify both command and run".format(name))
    if "\n" in home_directory or ":" in home_directory:
        fail("{}: home_directory: {} has a newline or a colon, which /etc/passwd cannot hold".format(name, repr(home_directory)))
    texts = {
        attribute: normalise(text) if type(text) == "string" else text
        for attribute, text in {"command": command, "run": run, "shell_hook": shell_hook}.items()
    }
    labels = labels_in("\n".join([text for text in texts.values() if type(text) == "string"]))
    described = name + ".shell"
    nix_shell(
        name = described,
        architecture = more.get("architecture") or "",
        ca_certificates = ca_certificates,
        coreutils = coreutils,
        drv = drv,
        extra_packages = extra_packages,
        gid = gid,
        home_directory = home_directory,
        label_names_in_texts = labels,
        labels_in_texts = labels,
        shell = shell,
        uid = uid,
        **(texts | {attribute: more[attribute] for attribute in ["tags", "testonly", "target_compatible_with"] if attribute in more})
    )
    object = "$(store_path :{})".format(described)
    return more | {
        "config": native.package_relative_label(":" + described),
        "config_deps": [":" + described],
        "fake_root_commands": _COMMANDS.format(gid = gid, home = home_directory, shell = object, uid = uid),
        "image_name": image_name,
    }
