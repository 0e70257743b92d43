"""Says which store layers dockerTools would give images, and with which bytes.

The layerings are those of its popularity contest, of auto-layer.py and of
layeringPipeline, written from their definitions; the layers' bytes are those
that Python's own tarfile and pathlib make of the objects on disk.

Reads a JSON object from standard input:

  objects  all store objects: path, references, narSize
  images   of each: name; roots, the references of the config and of the
           customisation layer; layering, "popularity", "auto" or a pipeline;
           layers, how many store layers there may be; mtime, uid, gid, uname
           and gname

and writes one to standard output: of each image, by its name, the layers from
the lowest up, each with its paths and its diff ID.
"""

import collections
import functools
import hashlib
import json
import pathlib
import sys
import tarfile


def reachable(graph, start):
    """The objects that the given ones refer to, directly or not, and these."""
    found, todo = set(start), list(start)
    while todo:
        for path in graph[todo.pop()]:
            if path not in found:
                found.add(path)
                todo.append(path)
    return found


def induced(graph, paths):
    return {p: [r for r in graph[p] if r in paths] for p in graph if p in paths}


def reversed_graph(graph):
    return {p: [user for user in graph if p in graph[user]] for p in graph}


def by_name(path):
    before, _, name = path.partition("-")
    return name + "-" + before


def contest(graph):
    """Paths, the most popular first."""
    below = {}

    def count(paths):
        popularity = collections.Counter()
        for path in paths:
            popularity[path] += 1
            if path not in below:
                below[path] = count(graph[path])
            for lower, n in below[path].items():
                popularity[lower] += n + 1
        return popularity

    users = reversed_graph(graph)
    popularity = count([p for p in graph if not users[p]])
    return sorted(graph, key=lambda p: (-popularity[p], by_name(p)))


def popularity(graph, sizes, layers, excluded):
    order = [p for p in contest(graph) if p not in excluded]
    if len(order) <= layers:
        return [[p] for p in order]
    return [[p] for p in order[: layers - 1]] + [order[layers - 1 :]]


def auto(graph, sizes, layers, excluded):
    users = reversed_graph(graph)
    split = {p: frozenset() for p in graph}
    for primary in sorted(graph, key=sizes.__getitem__)[::-1]:
        needs = reachable(graph, [primary]) - {primary}
        needed_by = reachable(users, [primary]) - {primary}
        after = dict(split)
        after[primary] = frozenset([primary])
        for p in needs:
            after[p] -= needed_by
            if not after[p] & needs:
                after[p] |= {primary}
        if len(set(after.values())) > layers:
            break
        split = after
    groups = collections.defaultdict(list)
    for p in sorted(graph, key=by_name):
        groups[split[p]].append(p)
    weigh = lambda group: sum(sizes[p] for p in reachable(graph, group))
    kept = ([p for p in group if p not in excluded] for group in sorted(groups.values(), key=weigh))
    return [group for group in kept if group]


def pipeline(graph, sizes, operations, excluded):
    paths = sorted((p for p in graph if p not in excluded), key=sizes.__getitem__)
    ordered = {p: graph[p] for p in paths}
    layers = apply(["pipe", operations], induced(ordered, set(paths)))
    return [list(layer) for layer in layers]


def apply(operation, value):
    """What a pipeline's operation makes of a graph, a dict or list of graphs."""
    name, *args = operation
    match name:
        case "pipe":
            return functools.reduce(lambda v, op: apply(op, v), args[0], value)
        case "over":
            return value | {args[0]: apply(args[1], value[args[0]])}
        case "subcomponent_out":
            main = reachable(value, [p for p in args[0] if p in value])
            return {"main": induced(value, main), "rest": induced(value, set(value) - main)}
        case "popularity_contest":
            return [{p: []} for p in contest(value)]
        case "split_every":
            paths = list(value)
            return [induced(value, set(paths[i : i + args[0]])) for i in range(0, len(paths), args[0])]
        case "reverse":
            return value[::-1]
        case "flatten":
            return flatten(value)
    raise ValueError(f"the operation {name} is not needed here")


def flatten(value):
    """A graph is a dict of lists of paths; parts are a dict of anything else."""
    if isinstance(value, dict) and all(isinstance(v, list) and all(isinstance(r, str) for r in v) for v in value.values()):
        return [value]
    parts = value.values() if isinstance(value, dict) else value
    return [graph for part in parts for graph in flatten(part)]


class Digest:
    def __init__(self):
        self.hash = hashlib.sha256()

    def write(self, data):
        self.hash.update(data)


def diff_id(paths, image):
    """The digest of the tar of a layer."""
    out = Digest()
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:

        def add(info, content=None):
            for field in ("mtime", "uid", "gid", "uname", "gname"):
                setattr(info, field, image[field])
            tar.addfile(info, content)

        for parent in ("/nix", "/nix/store"):
            info = tarfile.TarInfo(parent)
            info.type = tarfile.DIRTYPE
            info.mode = 0o755
            add(info)
        for path in map(pathlib.Path, paths):
            # Paths compare by their components.
            for file in sorted([path] + ([] if path.is_symlink() else list(path.rglob("*")))):
                info = tar.gettarinfo(file)
                info.name = str(file)
                if info.islnk():
                    info.type, info.linkname, info.size = tarfile.REGTYPE, "", file.stat().st_size
                if info.isreg():
                    with open(file, "rb") as content:
                        add(info, content)
                else:
                    add(info)
    return "sha256:" + out.hash.hexdigest()


def layers_of(image, references, sizes):
    excluded = set(image["roots"])
    graph = {p: [r for r in refs if r != p] for p, refs in (references | image["roots"]).items()}
    graph = induced(graph, reachable(graph, excluded))
    strategy = {"popularity": popularity, "auto": auto}
    if isinstance(image["layering"], str):
        return strategy[image["layering"]](graph, sizes, image["layers"], excluded)
    return pipeline(graph, sizes, image["layering"], excluded)


def main():
    request = json.load(sys.stdin)
    references = {o["path"]: o["references"] for o in request["objects"]}
    # What is no object has no size.
    sizes = collections.defaultdict(int, {o["path"]: o["narSize"] for o in request["objects"]})
    known = {}
    answer = {}
    for image in request["images"]:
        answer[image["name"]] = layers = []
        for paths in layers_of(image, references, sizes):
            key = json.dumps([paths, [image[f] for f in ("mtime", "uid", "gid", "uname", "gname")]])
            if key not in known:
                known[key] = diff_id(paths, image)
            layers.append({"paths": paths, "diff_id": known[key]})
    json.dump(answer, sys.stdout)


main()
