package layer

import (
	"archive/tar"
	"fmt"
	"io"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// Whiteout begins the name of a file that deletes its namesake in the layers
// below (OCI image specification, "Image Layer Filesystem Changeset",
// "Whiteouts").
const Whiteout = ".wh."

// WriteWhiteouts writes a layer that deletes objects of the layers below from
// the store directory, so that other layers can hold other objects of the same
// names. It has an entry for the store directory and each directory above it,
// like every store layer, and an empty file for each name: "<hash>-<name>", in
// any order. Everything belongs to root and has the time mtime, in seconds
// since 1970-01-01 UTC.
func WriteWhiteouts(w io.Writer, storeDir string, names []string, mtime int64) (Metadata, error) {
	if err := checkStoreDir(storeDir); err != nil {
		return Metadata{}, err
	}
	names = slices.Sorted(slices.Values(names))
	for i, name := range names {
		if _, err := store.ParsePath(storeDir, storeDir+"/"+name); err != nil {
			return Metadata{}, fmt.Errorf("whiteout of %q: %w", name, err)
		}
		if i > 0 && names[i-1] == name {
			return Metadata{}, fmt.Errorf("the whiteout of %s is given twice", name)
		}
	}
	o := Options{MTime: mtime, UName: "root", GName: "root", StoreDir: storeDir}
	out := newDigester(w)
	l := &writer{tar: NewTarWriter(out), options: o}
	if err := l.parents(parentsOf(storeDir), nil); err != nil {
		return Metadata{}, err
	}
	for _, name := range names {
		if err := l.entry(Header{Name: storeDir + "/" + Whiteout + name, Type: tar.TypeReg, Mode: 0o644}); err != nil {
			return Metadata{}, err
		}
	}
	return l.finish(out)
}
