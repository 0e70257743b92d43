"""Programs that binary_closure placed in one image: what they must not have in common."""

load("//rules/private/actions:object_source.bzl", "runfiles_path")
load("//rules/private/providers:binary_closure_info.bzl", "BinaryClosureInfo")
load("//rules/private/providers:store_object_info.bzl", "StoreObjectInfo")

def check_programs(ctx, targets):
    """Fails where two programs need one path for different things.

    Args:
      ctx: rule context.
      targets: list of Targets, the image's contents.
    """

    # The same closure may be there by several names.
    programs = {
        target[StoreObjectInfo].store_path: target[BinaryClosureInfo]
        for target in targets
        if BinaryClosureInfo in target
    }.values()
    if len(programs) < 2:
        return
    _check_names(ctx, programs)
    found = {}
    for program in programs:
        files = {runfiles_path(file): file for group in program.files.values() for file in group} | program.placed_files
        for path, file in files.items():
            place = program.root + "/runfiles/" + path
            first = found.get(place)
            if not first:
                found[place] = struct(file = file, label = program.label)
            elif first.file != file:
                fail(("{}: {} and {} have different files at {}, {} and {}: {}give one of their binary_closures another root").format(
                    ctx.label,
                    first.label,
                    program.label,
                    place,
                    first.file.path if first.file else "an empty one",
                    file.path if file else "an empty one",
                    "build both in one configuration, or " if first.file and file else "",
                ))

def _check_names(ctx, programs):
    by_path = {}
    by_label = {}
    for program in programs:
        other = by_path.get(program.program)
        if other and other != program.label:
            fail("{}: {} and {} are both at {}: give one of their binary_closures another binary_name or root".format(
                ctx.label,
                other,
                program.label,
                program.program,
            ))
        by_path[program.program] = program.label
        same = by_label.get((program.root, program.label))
        if same:
            fail("{}: {} is there twice, as {} and {}: one binary_closure of it is enough".format(
                ctx.label,
                program.label,
                same,
                program.program,
            ))
        by_label[(program.root, program.label)] = program.program
