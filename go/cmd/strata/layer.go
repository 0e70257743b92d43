package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// layerCmd is "strata layer".
type layerCmd struct {
	Object     []command.Object `placeholder:"STORE_PATH=SOURCE" sep:"none" help:"Object of the layer (repeatable); SOURCE is FILE.nar or @MANIFEST."`
	References string           `placeholder:"FILE" help:"Store paths, one a line, that the objects may mention: a mention of any other is an error. Without: nothing is searched."`
	NoDeps     bool             `name:"without-deps" help:"The objects are of targets without deps, where a reference could be declared."`
	Metadata   string           `placeholder:"FILE" required:"" help:"layer.json to write."`
	Tar        string           `placeholder:"FILE" help:"The layer's tar to write."`
	Listing    string           `placeholder:"FILE" help:"Listing of the object to write, if there is one object."`
	Objects    []command.Object `arg:"" optional:"" name:"object" help:"More objects."`
	layerFlags
}

// Help describes the step.
func (layerCmd) Help() string {
	return "Writes what the image's other steps need to know of a layer of store objects, and on demand its tar."
}

// Run reads the objects once and writes the outputs, all of them or none.
func (c *layerCmd) Run() error {
	o := c.options()
	o.WithoutDeps = c.NoDeps
	if c.References != "" {
		var err error
		if o.References, err = readStorePaths(c.References); err != nil {
			return err
		}
		o.ScanReferences = true
	}
	objects, closeAll, err := openObjects(append(c.Object, c.Objects...))
	if err != nil {
		return err
	}
	defer closeAll()
	if c.Listing != "" && len(objects) != 1 {
		return fmt.Errorf("--listing is for one object, but there are %d", len(objects))
	}
	var out outputs
	defer out.discard()
	metadata, tar, listing := out.create(c.Metadata), out.create(c.Tar), out.create(c.Listing)
	if out.err != nil {
		return out.err
	}
	meta, err := layer.Write(tar, objects, o)
	if err != nil {
		return err
	}
	if err := objects[0].WriteListing(listing); err != nil {
		return err
	}
	data, err := jsonfile.Marshal(meta)
	if err != nil {
		return err
	}
	if _, err := metadata.Write(data); err != nil {
		return err
	}
	return out.commit()
}

// outputs are files that appear together.
type outputs struct {
	files []*outfile.File
	err   error
}

// create starts the output at path, or one that leads nowhere if there is no
// path. After an error it does nothing.
func (o *outputs) create(path string) io.Writer {
	if path == "" || o.err != nil {
		return io.Discard
	}
	f, err := outfile.Create(path)
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

// openObjects opens at least one object.
func openObjects(flags []command.Object) (objects []*object.Object, closeAll func(), err error) {
	closeAll = func() {
		for _, o := range objects {
			// What was only read loses nothing when closing it fails.
			_ = o.Close()
		}
	}
	if len(flags) == 0 {
		return nil, nil, errors.New("no object: give --object STORE_PATH=SOURCE")
	}
	for _, f := range flags {
		o, err := object.Open(f.Path, f.File)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		objects = append(objects, o)
	}
	return objects, closeAll, nil
}

// readStorePaths reads a file with one store path a line.
func readStorePaths(name string) ([]store.Path, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	paths := []store.Path{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		path, err := store.ParseAnyPath(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, len(paths)+1, err)
		}
		paths = append(paths, path)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return paths, nil
}
