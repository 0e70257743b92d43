"""Labels as people write them."""

def display_label(label):
    """A label for messages: targets of the main repository without the empty repository name.

    Args:
      label: Label.

    Returns:
      string, such as "//pkg:name" or "@@repository+//pkg:name".
    """
    text = str(label)
    return text[len("@@"):] if text.startswith("@@//") else text
