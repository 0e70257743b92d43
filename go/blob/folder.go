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
	dir *outdir.Dir
	// blobs are what is in it, in the order in which it came, each once.
	blobs []Descriptor
}

// add makes one blob. Its name is only known when it is written.
func (f *folder) add(write func(io.Writer) (Descriptor, error)) error {
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
	if !slices.Contains(f.blobs, d) {
		f.blobs = append(f.blobs, d)
	}
	return f.dir.Rename(temporary, digits)
}
