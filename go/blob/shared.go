package blob

import (
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/outdir"
)

// WriteShared makes the blobs of those layers of a plan that no single object
// has: the layers with several objects, or with none, and the one with the
// whiteouts of what the plan replaces. Each is a file of dir, named by the 64
// hexadecimal digits of its digest. The descriptors are in the order of the
// layers, bottom layer first; equal layers have one. With a nil dir there are
// descriptors and no files.
func WriteShared(dir *outdir.Dir, plan *layering.Plan, objects image.Objects, o layer.Options, k compress.Kind) ([]Descriptor, error) {
	f := folder{dir: dir}
	add := func(write func(tar io.Writer) (layer.Metadata, error)) error {
		return f.add(func(w io.Writer) (Descriptor, error) {
			return Write(w, k, func(tar io.Writer) (string, error) {
				m, err := write(tar)
				return m.DiffID, err
			})
		})
	}
	if len(plan.Replaced) > 0 {
		names := make([]string, len(plan.Replaced))
		for i, path := range plan.Replaced {
			names[i] = path.Base()
		}
		err := add(func(tar io.Writer) (layer.Metadata, error) {
			return layer.WriteWhiteouts(tar, o.StoreDir, names, o.MTime)
		})
		if err != nil {
			return nil, fmt.Errorf("layer of whiteouts: %w", err)
		}
	}
	for _, paths := range plan.Layers {
		if len(paths) == 1 {
			continue
		}
		err := add(func(tar io.Writer) (layer.Metadata, error) {
			return image.WriteStoreLayer(tar, paths, objects, o)
		})
		if err != nil {
			return nil, err
		}
	}
	return f.blobs, nil
}
