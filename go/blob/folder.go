package blob

import (
	"fmt"
	"io"
	"slices"

	"github.com/rules-strata/rules_strata/go/outdir"
)

// folder is a directory of blobs under way, files named by the 64 hexadecimal
// digits of their digests.
type folder struct {
	// dir is nil where only descriptors are wanted.
	dir *outdir.Dir
	// blobs are what is in it, in the order in which it came, each once.
	blobs []Descriptor
}

// add makes one blob. Its name is only known when it is written.
func (f *folder) add(write func(io.Writer) (Descriptor, error)) error {
	if f.dir == nil {
		d, err := write(io.Discard)
		if err == nil {
			f.describe(d)
		}
		return err
	}
	temporary := fmt.Sprintf("layer%d", len(f.blobs))
	var d Descriptor
	err := f.dir.Write(temporary, func(w io.Writer) (err error) {
		d, err = write(w)
		return err
	})
	if err != nil {
		return err
	}
	digits, err := ParseDigest(d.Digest)
	if err != nil {
		return err
	}
	f.describe(d)
	return f.dir.Rename(temporary, digits)
}

func (f *folder) describe(d Descriptor) {
	if !slices.Contains(f.blobs, d) {
		f.blobs = append(f.blobs, d)
	}
}
