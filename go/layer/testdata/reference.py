"""Makes layers as dockerTools does, with Python's own tarfile and pathlib.

Reads a JSON object from standard input and writes one to standard output:

  layers   -> of each, the diff ID and the size of its tar
  headers  -> of each, the SHA-256 of its tar header and the PAX header before

Texts stand for bytes: each character, U+0000 to U+00FF, is one.
"""

import hashlib
import io
import json
import os
import pathlib
import sys
import tarfile


class Digest:
    def __init__(self):
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data):
        self.hash.update(data)
        self.size += len(data)


def text(s):
    return os.fsdecode(s.encode("latin-1"))


def parents(path):
    return reversed([p for p in pathlib.PurePosixPath(path).parents if p.name])


def write_layer(layer, out):
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:

        def add(path, kind, mode, target="", content=b""):
            info = tarfile.TarInfo(str(path))
            info.type = kind
            info.mode = mode
            info.linkname = target
            info.size = len(content)
            info.mtime = layer["mtime"]
            info.uid = layer["uid"]
            info.gid = layer["gid"]
            info.uname = text(layer["uname"])
            info.gname = text(layer["gname"])
            tar.addfile(info, io.BytesIO(content))

        for path in [*parents(layer["store_dir"]), layer["store_dir"]]:
            add(path, tarfile.DIRTYPE, 0o755)
        for obj in layer["objects"]:
            root = pathlib.PurePosixPath(obj["path"])
            entries = {root / text(e["path"]): e for e in obj["entries"]}
            for path in sorted(entries):
                e = entries[path]
                if e["type"] == "directory":
                    add(path, tarfile.DIRTYPE, 0o555)
                elif e["type"] == "symlink":
                    add(path, tarfile.SYMTYPE, 0o777, target=text(e["target"]))
                else:
                    mode = 0o555 if e["executable"] else 0o444
                    add(path, tarfile.REGTYPE, mode, content=e["content"].encode("latin-1"))


def layer_digest(layer):
    out = Digest()
    write_layer(layer, out)
    return {"diff_id": "sha256:" + out.hash.hexdigest(), "size": out.size}


def header(h):
    info = tarfile.TarInfo(text(h["name"]))
    info.type = h["type"].encode("ascii")
    info.linkname = text(h["linkname"])
    info.uname = text(h["uname"])
    info.gname = text(h["gname"])
    for field in ("mode", "uid", "gid", "size", "mtime", "devmajor", "devminor"):
        setattr(info, field, h[field])
    data = info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
    return hashlib.sha256(data).hexdigest()


def main():
    request = json.load(sys.stdin)
    json.dump(
        {
            "layers": [layer_digest(layer) for layer in request["layers"]],
            "headers": [header(h) for h in request["headers"]],
        },
        sys.stdout,
    )


main()
