"""Makes layers as dockerTools does, with Python's own tarfile and pathlib.

Reads a JSON object from standard input and writes one to standard output:

  layers   -> of each, the diff ID and the size of its tar
  headers  -> of each, the SHA-256 of its tar header and the PAX header before
  folders  -> of each layer whose objects are on disk, the diff ID and the size
              of its tar

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


def write_folder(layer, out):
    """Asks the file system and tarfile for all that can be asked of them."""
    with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as tar:

        def add(info, content=None):
            info.mtime = layer["mtime"]
            info.uid, info.gid = layer["uid"], layer["gid"]
            info.uname, info.gname = text(layer["uname"]), text(layer["gname"])
            tar.addfile(info, content)

        for path in [*parents(layer["store_dir"]), layer["store_dir"]]:
            info = tarfile.TarInfo(str(path))
            info.type = tarfile.DIRTYPE
            info.mode = 0o755
            add(info)
        for path in map(pathlib.Path, layer["objects"]):
            below = [] if path.is_symlink() else path.rglob("*")
            for file in sorted([path, *below]):
                info = tar.gettarinfo(file)
                info.name = "/" + info.name
                if info.islnk():
                    info.type = tarfile.REGTYPE
                    info.linkname = ""
                    info.size = file.stat().st_size
                if info.isreg():
                    with open(file, "rb") as content:
                        add(info, content)
                else:
                    add(info)


def digest(write, layer):
    out = Digest()
    write(layer, out)
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
            "layers": [digest(write_layer, layer) for layer in request["layers"]],
            "headers": [header(h) for h in request["headers"]],
            "folders": [digest(write_folder, layer) for layer in request["folders"]],
        },
        sys.stdout,
    )


main()
