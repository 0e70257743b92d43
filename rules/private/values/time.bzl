"""Times of images, as users write them."""

_CHARACTERS = "0123456789+-:.,TtWZz "

def time_problem(text):
    """What is wrong with a time that is none at first sight.

    The package go/isotime reads times and knows their whole grammar; what is
    refused here is refused once, before any action runs.

    Args:
      text: string, an attribute's value.

    Returns:
      string, or None.
    """
    if text == "now":
        return None
    if len(text) == 4 and text.isdigit():
        return "a year alone is no time: write {}-01-01".format(text)
    if not text.strip(" ") or [c for c in text.elems() if c not in _CHARACTERS]:
        return 'it is neither "now", nor a number of seconds, nor a time of ISO 8601, such as 1970-01-01T00:00:01Z'
    return None
