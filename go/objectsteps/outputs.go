package objectsteps

import (
	"io"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// Outputs are files that appear together, with paths in a folder.
type Outputs struct {
	// In is the folder.
	In    command.Folder
	files []*outfile.File
	// Err is the first error of Create.
	Err error
}

// Create starts the output at path, or one that leads nowhere if there is no
// path. After an error it does nothing.
func (o *Outputs) Create(path string) io.Writer {
	if path == "" || o.Err != nil {
		return io.Discard
	}
	f, err := outfile.Create(o.In.At(path))
	if err != nil {
		o.Err = err
		return io.Discard
	}
	o.files = append(o.files, f)
	return f
}

// Commit puts all files in their places.
func (o *Outputs) Commit() error {
	for _, f := range o.files {
		if err := f.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// Discard removes what was written, unless Commit put it in its place.
func (o *Outputs) Discard() {
	for _, f := range o.files {
		f.Discard()
	}
}
