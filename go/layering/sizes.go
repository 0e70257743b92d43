package layering

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// readSizes takes the sizes of the objects from the closure and from info.json
// files, which may be of other objects too.
func (p *problem) readSizes(files []string) error {
	known := make(map[store.Path]int64, len(files))
	for _, file := range files {
		info, err := object.ReadInfo(file)
		if err != nil {
			return err
		}
		if size, ok := known[info.Path]; ok && size != info.NARSize {
			return fmt.Errorf("%s: the NAR of %s has %d bytes here, and %d in another file", file, info.Path, info.NARSize, size)
		}
		known[info.Path] = info.NARSize
	}
	p.sizes = make([]int64, len(p.closure.Objects))
	for i, o := range p.closure.Objects {
		size, ok := known[o.Path]
		if ok && o.NarSize != 0 && o.NarSize != size {
			return fmt.Errorf("the NAR of %s has %d bytes in the closure, and %d in its info.json", o.Path, o.NarSize, size)
		}
		p.sizes[i] = max(size, o.NarSize)
	}
	return nil
}

// needSizes is an error if the size of an object is not known. A synthetic
// object of which none is given counts as 0 bytes.
func (p *problem) needSizes() error {
	for i, o := range p.closure.Objects {
		if p.sizes[i] == 0 && !o.Synthetic {
			return fmt.Errorf(`this layering needs the NAR size of every object, and that of %s is not known: `+
				`give its info.json, or its narSize in the graph`, o.Path)
		}
	}
	return nil
}
