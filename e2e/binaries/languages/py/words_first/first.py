"""The first of some words."""


def first(words):
    return words.split(",")[0]
