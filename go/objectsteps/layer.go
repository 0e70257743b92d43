package objectsteps

import (
	"context"
	"fmt"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layerflags"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Layer is the step "layer".
type Layer struct {
	Object          []command.Object `placeholder:"STORE_PATH=SOURCE" sep:"none" help:"Object of the layer (repeatable); SOURCE is FILE.nar, @MANIFEST, or @ and the records follow."`
	CheckReferences bool             `help:"A mention of a store object is an error unless it is in the layer or a reference."`
	Reference       []string         `placeholder:"STORE_PATH" sep:"none" help:"Store path that the objects may mention. Repeatable."`
	NoDeps          bool             `name:"without-deps" help:"The objects are of targets without deps, where a reference could be declared."`
	Metadata        string           `placeholder:"FILE" required:"" help:"layer.json to write."`
	Tar             string           `placeholder:"FILE" help:"The layer's tar to write."`
	Listing         string           `placeholder:"FILE" help:"Listing of the object to write, if there is one object."`
	Manifest
	layerflags.Flags
}

// Help describes the step.
func (Layer) Help() string {
	return "Writes what the image's other steps need to know of a layer of store objects, and on demand its tar."
}

// Run reads the objects once and writes the outputs, all of them or none.
func (c *Layer) Run(ctx context.Context, in command.Folder) error {
	o := c.Options()
	o.WithoutDeps = c.NoDeps
	o.ScanReferences = c.CheckReferences
	var err error
	if o.References, err = c.references(); err != nil {
		return err
	}
	objects, closeAll, err := c.Open(ctx, in, c.Object)
	if err != nil {
		return err
	}
	defer closeAll()
	if c.Listing != "" && len(objects) != 1 {
		return fmt.Errorf("--listing is for one object, but there are %d", len(objects))
	}
	var out outfile.Group
	defer out.Discard()
	metadata, tar, listing := out.Create(in.At(c.Metadata)), out.Create(in.At(c.Tar)), out.Create(in.At(c.Listing))
	if out.Err != nil {
		return out.Err
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
	return out.Commit()
}

// references are the store paths that the objects may mention.
func (c *Layer) references() ([]store.Path, error) {
	paths := make([]store.Path, 0, len(c.Reference))
	for _, text := range c.Reference {
		path, err := store.ParseAnyPath(text)
		if err != nil {
			return nil, fmt.Errorf("--reference: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
