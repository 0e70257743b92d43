package outfile

import "io"

// Group is the outputs of one step: none appears before all of them are written.
// The zero value is an empty one.
type Group struct {
	files []*File
	// Err is the first error of Create.
	Err error
}

// Create starts the output at path, or one that leads nowhere if there is no
// path. After an error it does nothing.
func (g *Group) Create(path string) io.Writer {
	if path == "" || g.Err != nil {
		return io.Discard
	}
	f, err := Create(path)
	if err != nil {
		g.Err = err
		return io.Discard
	}
	g.files = append(g.files, f)
	return f
}

// Commit puts the files in their places, one after another, up to the first that
// cannot be.
func (g *Group) Commit() error {
	for _, f := range g.files {
		if err := f.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// Discard removes what was written, unless Commit put it in its place.
func (g *Group) Discard() {
	for _, f := range g.files {
		f.Discard()
	}
}
