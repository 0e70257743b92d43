"""The users of an image come from one place."""

load("//rules/private/providers:account_files_info.bzl", "AccountFilesInfo")
load("//rules/private/values:labels.bzl", "display_label")
load("//rules/private/values:shadow_setup.bzl", "SHADOW_SETUP_MARKER")

def check_accounts(ctx, contents):
    """Fails when two things give an image's /etc/passwd, or where SHADOW_SETUP cannot work.

    Args:
      ctx: rule context of an image: of the attributes extra_commands,
        fake_root_commands with enable_fakechroot, and run_as_root those that the
        rule has.
      contents: string, the name of the attribute with the contents.
    """
    if SHADOW_SETUP_MARKER in getattr(ctx.attr, "extra_commands", ""):
        fail(("{}: extra_commands: SHADOW_SETUP makes users as root, and extra_commands run as an ordinary user: put it into {}").format(
            ctx.label,
            "run_as_root" if hasattr(ctx.attr, "run_as_root") else "fake_root_commands, with enable_fakechroot = True",
        ))
    scripts = [
        attribute
        for attribute in ["fake_root_commands", "run_as_root"]
        if SHADOW_SETUP_MARKER in getattr(ctx.attr, attribute, "")
    ]
    if "fake_root_commands" in scripts and not ctx.attr.enable_fakechroot:
        fail(("{}: fake_root_commands: SHADOW_SETUP has absolute paths, which are not the image's without enable_fakechroot: " +
              "set enable_fakechroot = True").format(ctx.label))
    holders = _holders(getattr(ctx.attr, contents))
    if len(holders) > 1:
        fail(("{}: {} and {} both give /etc/passwd and /etc/group, of which an image has one: " +
              "use one of them; fake_nss and non_root_user take further users in extra_passwd_lines").format(
            ctx.label,
            holders[0],
            holders[1],
        ))
    if holders and scripts:
        fail(("{}: {} gives /etc/passwd as a file that SHADOW_SETUP in {} cannot change: take it out of {} and make the users with useradd, " +
              "or take SHADOW_SETUP out and give the users in extra_passwd_lines of fake_nss, or with non_root_user").format(
            ctx.label,
            holders[0],
            scripts[0],
            contents,
        ))

def _holders(targets):
    """What gives accounts, each once: strings for people."""
    found = {}
    for target in targets:
        if AccountFilesInfo in target:
            for holder in target[AccountFilesInfo].holders.to_list():
                found["{} ({})".format(display_label(holder.label), holder.helper)] = None
    return found.keys()
