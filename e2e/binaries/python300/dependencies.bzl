"""Names of dependencies."""

def dependencies(*ranges):
    """The libraries of dependencies by their numbers.

    Args:
      *ranges: pairs of numbers, the first and the one after the last.

    Returns:
      list of labels, as strings.
    """
    return ["@dep%s//:lib" % ("00" + str(n))[-3:] for first, end in ranges for n in range(first, end)]
