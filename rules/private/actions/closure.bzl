"""Closure: the store paths that belong to an image."""

load("//rules/private/actions:strata.bzl", "run_strata")
load("//rules/private/values:labels.bzl", "display_label")
load("//rules/private/values:store_path.bzl", "hash_base32")

def closure(ctx, *, store_dir, candidates, roots, config, references, output):
    """Declares the action that chooses, among the candidates, what config and customisation layer reach.

    Both count as objects of their own, as in dockerTools, but are in no layer.

    Args:
      ctx: rule context.
      store_dir: string.
      candidates: depset of StoreObjectInfo.
      roots: list of store paths that are in the image though nothing mentions
        them.
      config: File, the image's config as the user wrote it.
      references: File, what the customisation layer mentions.
      output: string, the stem of the outputs' file names.

    Returns:
      File: closure.json.
    """
    graph = object_graph(ctx, candidates, output = output)
    out = ctx.actions.declare_file(output + ".closure.json")
    args = ctx.actions.args()
    args.add("closure")
    args.add("--store-dir", store_dir)
    args.add("--graph", graph)
    args.add_all(roots, before_each = "--root")
    for synthetic in [struct(name = "config", file = config), struct(name = "customisation-layer", file = references)]:
        args.add("--synthetic")
        args.add(synthetic.file, format = "{}/{}-{}=%s".format(store_dir, hash_base32(synthetic.name), synthetic.name))
    args.add("--out", out)
    run_strata(
        ctx,
        arguments = [args],
        inputs = [graph, config, references],
        outputs = [out],
        mnemonic = "Closure",
        progress_message = "Taking the closure of %{label}",
    )
    return out

def empty_closure(ctx, *, output):
    """The closure of an image without store objects.

    Args:
      ctx: rule context.
      output: string, the stem of the output's file name.

    Returns:
      File: closure.json.
    """
    out = ctx.actions.declare_file(output + ".closure.json")
    ctx.actions.write(out, '{"objects":[],"roots":[],"version":1}\n')
    return out

def object_graph(ctx, objects, *, output):
    """Writes objects and their references as a graph, see docs/design/formats.md.

    Args:
      ctx: rule context.
      objects: depset or list of StoreObjectInfo.
      output: string, the stem of the output's file name.

    Returns:
      File.
    """
    graph = ctx.actions.declare_file(output + ".graph.json")
    lines = ctx.actions.args()
    lines.set_param_file_format("multiline")
    lines.add_joined(
        objects,
        map_each = _graph_object,
        join_with = ",\n",
        format_joined = "[\n%s\n]",
        omit_if_empty = False,
    )
    ctx.actions.write(graph, lines)
    return graph

def _graph_object(info):
    return json.encode({
        "label": display_label(info.label),
        "path": info.store_path,
        "references": info.references,
    } | ({"origin": info.origin} if info.origin else {}))
