package main

import (
	"io"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// outputs are files that appear together, with paths in a folder.
type outputs struct {
	in    command.Folder
	files []*outfile.File
	err   error
}

// create starts the output at path, or one that leads nowhere if there is no
// path. After an error it does nothing.
func (o *outputs) create(path string) io.Writer {
	if path == "" || o.err != nil {
		return io.Discard
	}
	f, err := outfile.Create(o.in.At(path))
	if err != nil {
		o.err = err
		return io.Discard
	}
	o.files = append(o.files, f)
	return f
}

func (o *outputs) commit() error {
	for _, f := range o.files {
		if err := f.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (o *outputs) discard() {
	for _, f := range o.files {
		f.Discard()
	}
}
