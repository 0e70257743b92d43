package customisation

import (
	"path"

	"github.com/rules-strata/rules_strata/go/layer"
)

// Copy is a file of a layer that is the same as a file of a store object: its
// bytes, its mode, the owner 0:0 and no extended attributes.
type Copy struct {
	// Name is the entry's name in the tar, "./bin/hello".
	Name string
	// Path is the file's store path, "/nix/store/<hash>-hello/bin/hello".
	Path string
}

const (
	storeFileMode    = 0o444
	storeProgramMode = 0o555
)

// noteCopy notes a file, if it is a copy of a store object's.
func (t *treeWriter) noteCopy(h *layer.Header, at string) {
	o, ok := t.fs.Origin(at)
	mode := int64(storeFileMode)
	if o.Executable {
		mode = storeProgramMode
	}
	if ok && h.Mode == mode && h.UID == 0 && h.GID == 0 && len(h.Xattrs) == 0 {
		t.copies = append(t.copies, Copy{Name: h.Name, Path: path.Join(string(o.Object), o.Path)})
	}
}
