"""How every action runs a step of the action binary."""

# A Label, because this file is read in other repositories than its own.
TOOLCHAIN_TYPE = Label("//rules:toolchain_type")

def run_strata(ctx, *, arguments, inputs, outputs, mnemonic, progress_message, binary = "strata", tools = [], unused_inputs_list = None, plain_paths = False):
    """Declares an action that runs one sub-command of the action binary.

    Args:
      ctx: rule or aspect context with the toolchain.
      arguments: list of Args; the first argument is the sub-command.
      inputs: list or depset of Files.
      outputs: list of Files.
      mnemonic: string, a noun that users read in the build log.
      progress_message: string; %{label} is the target.
      binary: string, the toolchain's field: "strata" or "strata_script".
      tools: list of FilesToRunProviders that the step starts.
      unused_inputs_list: File or None, where the step lists inputs that it did
        not need. Path mapping is off then, since such a list has plain paths.
      plain_paths: bool, a file among the inputs has paths: no path mapping.
    """
    ctx.actions.run(
        executable = getattr(ctx.toolchains[TOOLCHAIN_TYPE], binary),
        arguments = arguments,
        inputs = inputs,
        outputs = outputs,
        tools = tools,
        mnemonic = mnemonic,
        progress_message = progress_message,
        unused_inputs_list = unused_inputs_list,
        execution_requirements = {} if unused_inputs_list or plain_paths else {"supports-path-mapping": "1"},
        toolchain = TOOLCHAIN_TYPE,
    )
