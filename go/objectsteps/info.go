package objectsteps

import (
	"context"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// Info is the step "info".
type Info struct {
	Object command.Object `placeholder:"STORE_PATH=SOURCE" required:"" help:"The object; SOURCE is FILE.nar, @MANIFEST, or @ and the records follow."`
	Out    string         `placeholder:"FILE" required:"" help:"info.json to write."`
	Manifest
}

// Help describes the step.
func (Info) Help() string {
	return "Writes the hash and the size that a store object has as a NAR."
}

// Run hashes the object and writes the output.
func (c *Info) Run(ctx context.Context, in command.Folder) error {
	objects, closeAll, err := c.Open(ctx, in, []command.Object{c.Object})
	if err != nil {
		return err
	}
	defer closeAll()
	info, err := objects[0].Info()
	if err != nil {
		return err
	}
	return jsonfile.Write(in.At(c.Out), info)
}
