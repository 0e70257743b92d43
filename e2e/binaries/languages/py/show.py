"""Prints what it finds, by every way that there is."""

import os
import pathlib
import sys

import wordbook
from py import words_first
from py.words_first.first import first
from python.runfiles import runfiles


def quoted(words):
    return "[" + " ".join('"' + word + '"' for word in words) + "]"


def show_tree(root):
    found = sorted(path for path in root.rglob("*") if path.is_file())
    print("tree:", *(f"{path.relative_to(root)}={path.read_text().strip()}" for path in found))


def main():
    print("arguments:", quoted(sys.argv[1:]))
    print("environment:", "; ".join(os.environ.get(name, "") for name in ["GREETING", "OWN"]))
    print("working directory:", pathlib.Path("py/own.txt").read_text(), end="")
    files = runfiles.Create()
    for name in [
        "languages/py/own.txt",
        "languages/shared/shared.txt",
        "words/list.txt",
        "_main/linked/inside.txt",
        "beside/rooted.txt",
    ]:
        print(name + ":", pathlib.Path(files.Rlocation(name)).read_text(), end="")
    words = pathlib.Path(wordbook.list_path()).read_text()
    print("found by the module itself:", words, end="")
    print("the first word:", first(words))
    print("size of the package's __init__.py:", os.path.getsize(words_first.__file__))
    show_tree(pathlib.Path(files.Rlocation("languages/shared/tree")))
    # The interpreter's path differs, but for its end.
    print("interpreter:", pathlib.Path(sys.executable).parts[-3:])
    print("its library:", pathlib.Path(os.__file__).relative_to(sys.prefix))


main()
