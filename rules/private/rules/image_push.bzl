"""The rule behind the macro image_push."""

load("//rules/private/actions:object_source.bzl", "run_files", "run_path", "runfiles_path")
load("//rules/private/actions:push_manifest.bzl", "push_manifest")
load("//rules/private/actions:strata.bzl", "TOOLCHAIN_TYPE")
load("//rules/private/providers:image_index_info.bzl", "ImageIndexInfo")
load("//rules/private/providers:image_info.bzl", "ImageInfo")
load("//rules/private/providers:image_push_info.bzl", "ImagePushInfo")
load("//rules/private/rules:deploy.bzl", "DEPLOY_ATTRS")
load("//rules/private/transitions:by_reference.bzl", "by_reference")
load("//rules/private/values:placeholders.bzl", "has_placeholder", "without_placeholders")
load("//rules/private/values:reference.bzl", "name_problem", "tag_problem")

def _image_push_impl(ctx):
    what = _what(ctx.attr.image[0])
    _check(ctx, what)
    stamped = ctx.attr.stamp == 1 or (ctx.attr.stamp == -1 and ctx.attr.build_is_stamped)
    tag_files = [ctx.file.remote_tag_file] if ctx.file.remote_tag_file else []
    if not tag_files and not ctx.attr.remote_tags:
        tag_files = [what.image_tag]
    pushed = push_manifest(
        ctx,
        manifest = what.manifest,
        config = what.config,
        repository = ctx.attr.repository,
        tags = ctx.attr.remote_tags,
        tag_files = tag_files,
        additions = _additions(ctx),
        reference = ctx.outputs.reference,
        status = [ctx.info_file, ctx.version_file] if stamped and _needs_status(ctx) else [],
        output = ctx.label.name,
    )
    program = _program(ctx, what, pushed)
    return [
        DefaultInfo(
            executable = program.executable,
            files = depset([pushed.reference]),
            runfiles = program.runfiles,
        ),
        ImagePushInfo(
            config = pushed.config,
            manifest = pushed.manifest,
            reference = pushed.reference,
            repository = ctx.attr.repository,
            tags = pushed.tags,
        ),
        OutputGroupInfo(
            config = depset([pushed.config] if pushed.config else []),
            manifest = depset([pushed.manifest]),
            tags = depset([pushed.tags]),
        ),
    ]

def _what(target):
    """What is pushed: an image, or an index with its images."""
    if ImageInfo in target:
        image = target[ImageInfo]
        return struct(config = image.config, image_tag = image.image_tag, images = [image], manifest = image.manifest)
    index = target[ImageIndexInfo]
    return struct(config = None, image_tag = index.image_tag, images = index.images, manifest = index.index)

def _check(ctx, what):
    if any([image.made_at_run for image in what.images]):
        fail(('{}: image: the time of {} is "now", so that its digest is not known before it runs: ' +
              "give it a fixed time, or push it with `bazel run {} -- push {}`").format(ctx.label, ctx.attr.image[0].label, ctx.attr.image[0].label, ctx.attr.repository))
    if ctx.attr.stamp not in [-1, 0, 1]:
        fail("{}: stamp = {}: want 1 (always), 0 (never) or -1 (with --stamp)".format(ctx.label, ctx.attr.stamp))
    if not what.config and (ctx.attr.annotations or ctx.attr.labels):
        fail("{}: {} is an index: give annotations to image_index, and labels to its images".format(ctx.label, ctx.attr.image[0].label))
    problem = _repository_problem(ctx.attr.repository)
    if problem:
        fail('{}: repository = "{}": {}'.format(ctx.label, ctx.attr.repository, problem))
    for tag in ctx.attr.remote_tags:
        # A value may be anything that a tag may be.
        problem = tag_problem(without_placeholders(tag, "x"))
        if problem:
            fail('{}: remote_tags: "{}" is not a tag: {}'.format(ctx.label, tag, problem))
    if ctx.attr.stamp == 0 and _needs_status(ctx):
        fail("{}: stamp = 0, and there is a {{VARIABLE}} in remote_tags, annotations or labels: leave stamp out".format(ctx.label))

def _repository_problem(repository):
    for what, sign in [("a scheme", "://"), ("a digest", "@")]:
        if sign in repository:
            return "it has {}: want REGISTRY/REPOSITORY alone".format(what)
    if repository.lower() != repository:
        return "it has capital letters, which are not possible: write {}".format(repr(repository.lower()))
    problem = name_problem(repository)
    if problem and problem.startswith("it has a tag"):
        return "it has a tag: give that in remote_tags"
    return problem

def _needs_status(ctx):
    values = ctx.attr.remote_tags + ctx.attr.annotations.values() + ctx.attr.labels.values()
    return any([has_placeholder(value) for value in values])

def _additions(ctx):
    if not ctx.attr.annotations and not ctx.attr.labels:
        return None
    out = ctx.actions.declare_file(ctx.label.name + ".additions.json")
    ctx.actions.write(out, json.encode({"annotations": ctx.attr.annotations, "labels": ctx.attr.labels, "version": 1}) + "\n")
    return out

def _program(ctx, what, pushed):
    """The deploy binary finds the two files beside itself, by its own name."""
    binary = ctx.attr._deploy[0][DefaultInfo].files_to_run.executable
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = executable, target_file = binary, is_executable = True)
    description = ctx.actions.declare_file(ctx.label.name + ".image.json")
    ctx.actions.symlink(output = description, target_file = what.images[0].description.run)
    push = ctx.actions.declare_file(ctx.label.name + ".push.json")
    files = [executable, binary, description, push, pushed.manifest, pushed.tags]
    fields = {
        "insecure": ctx.attr.insecure,
        "manifest": runfiles_path(pushed.manifest),
        "repository": ctx.attr.repository,
        "tags": runfiles_path(pushed.tags),
        "version": 1,
    }
    if pushed.config:
        fields["config"] = runfiles_path(pushed.config)
        files.append(pushed.config)
    else:
        fields["images"] = [
            {"config": run_path(image.config), "description": run_path(image.description.run), "manifest": run_path(image.manifest)}
            for image in what.images
        ]
    ctx.actions.write(push, json.encode(fields) + "\n")
    images = run_files(ctx, [image.manifest for image in what.images]) if not pushed.config else ctx.runfiles()
    return struct(
        executable = executable,
        runfiles = ctx.runfiles(files = files).merge_all([images] + [image.description.runfiles for image in what.images]),
    )

image_push = rule(
    implementation = _image_push_impl,
    doc = "The rule behind the macro image_push.",
    attrs = {
        "annotations": attr.string_dict(doc = "Annotations that the manifest gets."),
        "build_is_stamped": attr.bool(doc = "The build has --stamp."),
        "image": attr.label(
            doc = "The image, or the image index.",
            mandatory = True,
            providers = [[ImageInfo], [ImageIndexInfo]],
            cfg = by_reference,
        ),
        "insecure": attr.bool(doc = "The registry is asked by plain HTTP."),
        "labels": attr.string_dict(doc = "Labels that the config gets."),
        "reference": attr.output(doc = "The file with the reference.", mandatory = True),
        "remote_tag_file": attr.label(doc = "A file of tags in the registry, one a line.", allow_single_file = True),
        "remote_tags": attr.string_list(doc = "The tags in the registry."),
        "repository": attr.string(doc = "Registry and repository.", mandatory = True),
        "stamp": attr.int(doc = "1: status files are read; 0: never; -1: with --stamp.", default = -1),
    } | DEPLOY_ATTRS,
    executable = True,
    provides = [ImagePushInfo],
    toolchains = [TOOLCHAIN_TYPE],
)
