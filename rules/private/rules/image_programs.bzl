"""Programs that binary_closure placed in one image: what they must not have in common."""

load("//rules/private/actions:object_source.bzl", "runfiles_path")
load("//rules/private/providers:binary_closure_info.bzl", "BinaryClosureInfo")

def check_programs(ctx, targets):
    """Fails where two programs need one path for different things.

    Args:
      ctx: rule context.
      targets: list of Targets, the image's contents.
    """
    programs = [target[BinaryClosureInfo] for target in targets if BinaryClosureInfo in target]
    if len(programs) < 2:
        return
    by_path = {}
    files = {}
    for program in programs:
        other = by_path.get(program.program)
        if other:
            fail("{}: {} and {} are both at {}: give one of their binary_closures another binary_name or root".format(
                ctx.label,
                other,
                program.label,
                program.program,
            ))
        by_path[program.program] = program.label
        for file in program.files.to_list():
            place = program.root + "/" + runfiles_path(file)
            first = files.get(place)
            if not first:
                files[place] = struct(file = file, label = program.label)
            elif first.file != file:
                fail(("{}: {} and {} have different files at {}/runfiles/{}, {} and {}, because they are built in two " +
                      "configurations: give one of their binary_closures another root").format(
                    ctx.label,
                    first.label,
                    program.label,
                    program.root,
                    runfiles_path(file),
                    first.file.path,
                    file.path,
                ))
