package main

import "github.com/rules-strata/rules_strata/go/outdir"

// blobDir is the output directory of a step that makes blobs, without a Dir
// where only descriptors are wanted.
type blobDir struct{ *outdir.Dir }

// blobFolder starts the directory at path; an empty path is none.
func blobFolder(path string) (blobDir, error) {
	if path == "" {
		return blobDir{}, nil
	}
	dir, err := outdir.Create(path)
	return blobDir{dir}, err
}

func (d blobDir) discard() {
	if d.Dir != nil {
		d.Discard()
	}
}

func (d blobDir) commit() error {
	if d.Dir == nil {
		return nil
	}
	return d.Commit()
}
