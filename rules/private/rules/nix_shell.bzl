"""nix_shell: what an image of a nix shell needs of a derivation."""

load("//rules/private/actions:nix_shell.bzl", "nix_shell_object")
load("//rules/private/actions:object_source.bzl", "nar_source")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_config_info.bzl", "ImageConfigInfo")
load("//rules/private/providers:nix_derivation_info.bzl", "NixDerivationInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo", "closure_of")
load("//rules/private/rules:object_context.bzl", "OBJECT_CONTEXT_ATTRS", "label_store_path", "make_store_object", "store_dir", "target_platform")
load("//rules/private/values:expansion.bzl", "expand")

def _nix_shell_impl(ctx):
    derivation = ctx.attr.drv[NixDerivationInfo]
    named = {name: target[StoreObjectInfo] for name, target in zip(ctx.attr.label_names_in_texts, ctx.attr.labels_in_texts)}
    inputs = derivation.inputs + _objects(ctx.attr.extra_packages) + named.values()
    closure = closure_of(derivation.inputs + _objects(ctx.attr.extra_packages)).to_list()
    shell = _given_or_found(ctx, "shell", closure, None)
    certificates = _given_or_found(ctx, "ca_certificates", closure, "nss-cacert-")
    coreutils = _given_or_found(ctx, "coreutils", closure, "coreutils-")
    deps = inputs + [info for info in [shell, certificates, coreutils] if info]
    store_path = label_store_path(ctx, ctx.label)
    made = nix_shell_object(
        ctx,
        derivation = derivation,
        store_path = store_path,
        store_dir = store_dir(ctx),
        shell = shell.store_path + "/bin/bash" if shell else None,
        certificates = certificates.store_path if certificates else None,
        coreutils = coreutils.store_path if coreutils else None,
        extra_packages = [info.store_path for info in _objects(ctx.attr.extra_packages)],
        texts = _texts(ctx, {name: info.store_path for name, info in named.items()}),
        inputs = None if derivation.allow_undeclared_references else closure_of(deps),
        architecture = ctx.attr.architecture or target_platform(ctx).arch,
        output = ctx.label.name,
    )
    info = make_store_object(
        ctx,
        label = ctx.label,
        store_path = store_path,
        source = nar_source(made.nar),
        deps = deps,
        references = [dep.store_path for dep in deps],
        mutable = True,
        # It names the derivation's outputs, which are not there before they are built.
        allow_undeclared_references = True,
        output = ctx.label.name,
    )
    references = ctx.actions.declare_file(ctx.label.name + ".references")
    ctx.actions.write(references, store_path + "\n")
    return [
        info,
        DefaultInfo(files = depset([made.config])),
        ImageConfigInfo(image_name = derivation.name + "-env", references = references),
    ]

def _texts(ctx, paths):
    return {
        attribute: expand(getattr(ctx.attr, attribute), paths, "{}: {}".format(ctx.label, attribute))
        for attribute in ["command", "run", "shell_hook"]
        if getattr(ctx.attr, attribute)
    }

def _objects(targets):
    return [target[StoreObjectInfo] for target in targets]

def _given_or_found(ctx, attribute, closure, prefix):
    """The object that an attribute names, else the only one of the closure whose name begins with a prefix and a digit."""
    given = getattr(ctx.attr, attribute)
    if given:
        return given[StoreObjectInfo]
    found = {
        info.store_path: info
        for info in closure
        if prefix and _is_version_of(_name(info), prefix)
    }
    if len(found) > 1:
        fail("{}: {} is not given, and {} are among the inputs: choose one".format(ctx.label, attribute, " and ".join(sorted(found))))
    return found.values()[0] if found else None

def _is_version_of(name, prefix):
    version = name.removeprefix(prefix)
    return name != version and version[:1].isdigit() and "-" not in version

def _name(info):
    return info.store_path.split("/")[-1][33:]

nix_shell = rule(
    implementation = _nix_shell_impl,
    doc = "The config and the store object of an image in which a derivation can be built; stream_nix_shell_image declares it.",
    attrs = {
        "architecture": attr.string(doc = "GOARCH of the image; the target platform's when empty."),
        "ca_certificates": attr.label(doc = "The object with etc/ssl/certs/ca-bundle.crt.", providers = [StoreObjectInfo]),
        "command": attr.string(doc = "A command for the interactive shell."),
        "coreutils": attr.label(doc = "The object with bin/env.", providers = [StoreObjectInfo]),
        "drv": attr.label(doc = "The derivation.", providers = [NixDerivationInfo], mandatory = True),
        "extra_packages": attr.label_list(doc = "Objects to add to the derivation's nativeBuildInputs.", providers = [StoreObjectInfo]),
        "gid": attr.int(doc = "The user's group."),
        "home_directory": attr.string(doc = "The user's home."),
        "label_names_in_texts": attr.string_list(doc = "The labels as they stand in the commands, in the order of labels_in_texts."),
        "labels_in_texts": attr.label_list(doc = "The objects that the commands name.", providers = [StoreObjectInfo]),
        "run": attr.string(doc = "A command for a shell that is not interactive."),
        "shell": attr.label(doc = "The object with bin/bash.", providers = [StoreObjectInfo]),
        "shell_hook": attr.string(doc = "Commands to add to the derivation's shellHook."),
        "uid": attr.int(doc = "The user."),
    } | OBJECT_CONTEXT_ATTRS,
    provides = [ImageConfigInfo, StoreObjectInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
