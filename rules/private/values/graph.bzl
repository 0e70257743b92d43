"""Directed graphs: their strongly connected components."""

def components(graph):
    """The strongly connected components of a graph, each after all that it leads to.

    Args:
      graph: dict from each vertex to a list of those that it leads to, all of
        them keys. Vertices are sortable.

    Returns:
      list of lists of vertices, sorted within a component. The order depends on
      the graph alone.
    """
    finished = _postorder(graph, sorted(graph.keys()))
    backwards = {vertex: [] for vertex in graph}
    for vertex in finished:
        for target in graph[vertex]:
            backwards[target].append(vertex)

    # Kosaraju's algorithm: backwards, from what was left last, one walk reaches one component.
    seen = {}
    found = []
    for vertex in reversed(finished):
        if vertex in seen:
            continue
        component = []
        todo = [vertex]
        seen[vertex] = True
        for _ in range(len(graph)):
            if not todo:
                break
            one = todo.pop()
            component.append(one)
            for source in backwards[one]:
                if source not in seen:
                    seen[source] = True
                    todo.append(source)
        found.append(sorted(component))
    return reversed(found)

def _postorder(graph, roots):
    """Every vertex, in the order in which a depth-first walk leaves them."""
    left = []
    entered = {}
    steps = 2 * len(graph) + 1
    for targets in graph.values():
        steps += len(targets)
    for root in roots:
        if root in entered:
            continue
        entered[root] = True
        path = [(root, sorted(graph[root]))]

        # Each vertex is entered and left once, and each edge followed once.
        for _ in range(steps):
            if not path:
                break
            vertex, rest = path[-1]
            if not rest:
                left.append(vertex)
                path.pop()
                continue
            target = rest.pop()
            if target not in entered:
                entered[target] = True
                path.append((target, sorted(graph[target])))
    return left
