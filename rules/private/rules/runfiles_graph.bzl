"""Which groups of a program's runfiles need which, after the graph of its targets."""

load("//rules/private/values:graph.bzl", "components")

def runfiles_graph(nodes, groups, own_group):
    """Lifts the targets' dependencies to the groups.

    Targets without runfiles only lead on. Groups that need one another are one
    unit. What no target leads to, such as the files of a toolchain, the program's
    own group needs.

    Args:
      nodes: list of structs, the nodes of the program's TargetGraphInfo,
        dependencies first.
      groups: dict from groups to Files; the others have no runfiles.
      own_group: string, the program's.

    Returns:
      list of structs, dependencies first: groups (sorted list of strings, not
      empty), deps (list of strings: one group of each unit that this one needs),
      objects (list of StoreObjectInfo that its targets depend on).
    """
    vertex_of = {node.label: node.group if node.group in groups else "target " + node.label for node in nodes}
    edges = {group: {} for group in groups}
    objects = {}
    position = {}
    for number, node in enumerate(nodes):
        vertex = vertex_of[node.label]
        position[vertex] = number
        _add_edges(edges, vertex, node, vertex_of)
        if node.package != node.group and node.package in groups:
            # It has files of both groups, and may be there for the others alone.
            _add_edges(edges, node.package, node, vertex_of)
        if node.objects:
            objects.setdefault(vertex, []).extend(node.objects)
    own = own_group if own_group in groups else None
    if own:
        reached = {}
        for targets in edges.values():
            reached.update(targets)
        for group in groups:
            if group != own and group not in reached:
                edges[own][group] = None
    ordered = _in_order(edges, position)
    return _units(edges, [[vertex] for vertex in ordered] if ordered else components(edges), groups, objects)

def _add_edges(edges, vertex, node, vertex_of):
    targets = edges.setdefault(vertex, {})
    for dep in node.deps:
        target = vertex_of[dep]
        if target != vertex:
            targets[target] = None

def _in_order(edges, position):
    """The vertices, each after all that it leads to, if the order of their last targets is such an order; else None.

    It is as long as packages do not need one another, and much faster than to look
    for components.
    """
    for vertex, targets in edges.items():
        at = position.get(vertex, -1)
        for target in targets:
            if position.get(target, -1) >= at:
                return None
    return sorted(edges, key = lambda vertex: position.get(vertex, -1))

def _units(edges, found, groups, objects):
    units = []

    # For each vertex the units that stand for it: its own, or those it leads to.
    stands_for = {}
    for component in found:
        members = [vertex for vertex in component if vertex in groups]
        inside = {vertex: None for vertex in component}
        deps = {}
        needed = {}
        for vertex in component:
            for info in objects.get(vertex, []):
                needed[info.store_path] = info
            for target in edges[vertex]:
                if target in inside:
                    continue
                behind = stands_for[target]
                for group in behind.deps:
                    deps[group] = None
                for info in behind.objects:
                    needed[info.store_path] = info
        if members:
            units.append(struct(groups = members, deps = deps.keys(), objects = needed.values()))
            stand_in = struct(deps = [members[0]], objects = [])
        else:
            stand_in = struct(deps = deps.keys(), objects = needed.values())
        for vertex in component:
            stands_for[vertex] = stand_in
    return units
