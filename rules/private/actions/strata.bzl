"""How every action runs a step of the action binary."""

# Labels, because this file is read in other repositories than its own. The
# binary for scripts is large, and has a toolchain of its own so that only images
# with scripts load and build it.
TOOLCHAIN_TYPE = Label("//rules:toolchain_type")
SCRIPT_TOOLCHAIN_TYPE = Label("//rules:script_toolchain_type")

# What the action RealRoot needs of the machine that it runs on, for schedulers
# and --modify_execution_info; where it is not there the action says so.
REAL_ROOT_REQUIREMENTS = {"block-network": "1", "requires-user-namespaces": "1"}

# What Bazel needs to know to run a step in a worker: see docs/workers.md. All
# kinds of steps share one process.
_WORKER_REQUIREMENTS = {
    "requires-worker-protocol": "proto",
    "supports-worker-cancellation": "1",
    "supports-workers": "1",
    "worker-key-mnemonic": "Strata",
}

# Its worker takes several actions at a time.
_MULTIPLEX_REQUIREMENTS = {
    "supports-multiplex-sandboxing": "1",
    "supports-multiplex-workers": "1",
}

def run_strata(ctx, *, arguments, inputs, outputs, mnemonic, progress_message, script = False, tools = [], unused_inputs_list = None, plain_paths = False, per_object = False, requirements = {}):
    """Declares an action that runs one sub-command of the action binary.

    Args:
      ctx: rule or aspect context with the toolchain.
      arguments: list of Args; the first argument is the sub-command.
      inputs: list or depset of Files.
      outputs: list of Files.
      mnemonic: string, a noun that users read in the build log.
      progress_message: string; %{label} is the target.
      script: bool, the step is one of the binary for scripts.
      tools: list of FilesToRunProviders that the step starts.
      unused_inputs_list: File or None, where the step lists inputs that it did
        not need, by the paths that it knows them by.
      plain_paths: bool, one of Bazel's status files is among the inputs, which
        path mapping puts where the mapped folder is: no path mapping.
      per_object: bool, the step is one that the binary's worker has, and that the
        small binary for single objects begins, if there is one; the arguments are
        one Args, which goes into a parameter file.
      requirements: dict of strings, further execution requirements.
    """
    toolchain_type = SCRIPT_TOOLCHAIN_TYPE if script else TOOLCHAIN_TYPE
    toolchain = ctx.toolchains[toolchain_type]
    program = toolchain.strata
    if per_object:
        for args in arguments:
            # What is not in this file, Bazel starts a worker with.
            args.use_param_file("@%s", use_always = True)
            args.set_param_file_format("multiline")
        if toolchain.strata_object:
            program = toolchain.strata_object
            rest = ctx.actions.args()
            rest.add(toolchain.strata.executable, format = "--strata=%s")
            arguments = [rest] + arguments
            tools = tools + [toolchain.strata]
        if toolchain.persistent_workers:
            requirements = requirements | _worker_requirements(toolchain)
    ctx.actions.run(
        executable = program,
        arguments = arguments,
        inputs = inputs,
        outputs = outputs,
        tools = tools,
        mnemonic = mnemonic,
        progress_message = progress_message,
        unused_inputs_list = unused_inputs_list,
        execution_requirements = requirements | ({} if plain_paths else {"supports-path-mapping": "1"}),
        toolchain = toolchain_type,
    )

def _worker_requirements(toolchain):
    # Bazel before 8.0 has the programs of such a worker at their unmapped paths
    # alone: https://github.com/bazelbuild/bazel/issues/23990
    programs = [toolchain.strata] + ([toolchain.strata_object] if toolchain.strata_object else [])
    if toolchain.path_mapping and [program for program in programs if not program.executable.is_source]:
        return _WORKER_REQUIREMENTS
    return _WORKER_REQUIREMENTS | _MULTIPLEX_REQUIREMENTS
