package objectsteps

import (
	"context"
	"errors"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/object"
)

// Manifest is that of an object, where it stands on the command line. Bazel
// gives a worker the lines of one parameter file for its arguments, and no other.
type Manifest struct {
	List command.RecordList `arg:"" optional:"" name:"record" help:"The records of the manifest, where SOURCE is @ alone."`
}

// Open opens at least one object; closeAll closes them. What is read of them
// ends with the context.
func (m *Manifest) Open(ctx context.Context, in command.Folder, flags []command.Object) (objects []*object.Object, closeAll func(), err error) {
	closeAll = func() {
		for _, o := range objects {
			// What was only read loses nothing when closing it fails.
			_ = o.Close()
		}
	}
	if len(flags) == 0 {
		return nil, nil, errors.New("no object: give --object STORE_PATH=SOURCE")
	}
	if err := m.check(flags); err != nil {
		return nil, nil, err
	}
	for _, f := range flags {
		var o *object.Object
		if f.File == command.ManifestFollows {
			o, err = object.FromRecords(f.Path, m.List, string(in))
		} else {
			o, err = object.OpenIn(f.Path, f.File, string(in))
		}
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		objects = append(objects, o.WithContext(ctx))
	}
	return objects, closeAll, nil
}

// check makes sure that the records are those of one object.
func (m *Manifest) check(flags []command.Object) error {
	n := 0
	for _, f := range flags {
		if f.File == command.ManifestFollows {
			n++
		}
	}
	switch {
	case n > 1:
		return errors.New("the records are of one object, but there are several without a source: give the others --object STORE_PATH=SOURCE")
	case n == 0 && len(m.List) > 0:
		return errors.New("there are records, but no object without a source: give --object STORE_PATH=@")
	}
	return nil
}
