"""The words of a text, as the Bourne shell splits it."""

def shell_words(text):
    """Splits a text at its blanks, but for those in quotation marks or behind a backslash.

    Args:
      text: string.

    Returns:
      list of strings; None when a quotation mark has no other half.
    """
    words = []
    word = ""
    begun = False
    quote = ""
    escaped = False
    for character in text.elems():
        if escaped:
            if quote and character not in "\"\\$`":
                word += "\\"
            word += character
            escaped = False
        elif character == "\\" and quote != "'":
            escaped, begun = True, True
        elif quote:
            if character == quote:
                quote = ""
            else:
                word += character
        elif character in "'\"":
            quote, begun = character, True
        elif character in " \t\n":
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word += character
            begun = True
    if quote or escaped:
        return None
    return words + [word] if begun else words
