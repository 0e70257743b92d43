package customisation

import (
	"archive/tar"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/layer"
)

// opaqueWhiteout removes all that lower layers have in its directory (OCI image
// specification, "Image Layer Filesystem Changeset", "Opaque Whiteout").
const opaqueWhiteout = ".wh..wh..opq"

// whiteoutMode is the mode of whiteouts, which mean something by their names
// only.
const whiteoutMode = 0o644

// whiteoutsOf are the whiteout files of every directory, in their order.
func whiteoutsOf(o Options) map[string][]string {
	files := map[string][]string{}
	for _, dir := range o.Opaque {
		files[dir] = []string{opaqueWhiteout}
	}
	for _, name := range slices.Sorted(slices.Values(o.Whiteouts)) {
		dir, base := path.Split(name)
		dir = strings.TrimSuffix(dir, "/")
		files[dir] = append(files[dir], layer.Whiteout+base)
	}
	return files
}

// writeWhiteouts writes the whiteouts in a directory.
func (t *treeWriter) writeWhiteouts(dir string) error {
	for _, file := range t.whiteouts[dir] {
		name := path.Join(dir, file)
		removed := strings.TrimPrefix(file, layer.Whiteout)
		switch {
		case len(file) > maxName:
			return fmt.Errorf("/%s: its name is too long for a layer to remove it, which takes a name of %d bytes, and at most %d are possible: leave it in place",
				shorten(path.Join(dir, removed)), len(file), maxName)
		case len(name)+len("/") > maxPath:
			return fmt.Errorf("/%s: its path is too long for a layer to remove it, which takes a path of %d bytes, and at most %d are possible: leave it in place",
				shorten(path.Join(dir, removed)), len(name)+1, maxPath)
		}
		if err := t.header(&layer.Header{Name: "./" + name, Type: tar.TypeReg, Mode: whiteoutMode, MTime: t.options.MTime}); err != nil {
			return err
		}
	}
	delete(t.whiteouts, dir)
	return nil
}

// checkWritten is nil, or the error for whiteouts in directories that the tree
// does not have.
func checkWritten(left map[string][]string) error {
	for _, dir := range slices.Sorted(maps.Keys(left)) {
		return fmt.Errorf("whiteouts in /%s, which is no directory of the layer", shorten(dir))
	}
	return nil
}
