"""The layering attribute: a strategy's name, a pipeline, or the label of a JSON file with one."""

load("//rules/private/values:expansion.bzl", "normalise")

def layering_attributes(layering):
    """The rule's attributes for a `layering`.

    Args:
      layering: string, list or Label.

    Returns:
      dict of attributes.
    """
    if type(layering) == "list":
        return {"layering_pipeline": normalise(json.encode(layering))}
    if type(layering) == "Label":
        return {"layering_file": layering}
    if type(layering) == "string" and (layering[:1] in [":", "/", "@"] or layering.endswith(".json")):
        return {"layering_file": layering}
    return {"layering": layering}
