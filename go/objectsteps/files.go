package objectsteps

import (
	"context"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/objectfiles"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// Files is the step "files".
type Files struct {
	Object command.Object `placeholder:"STORE_PATH=SOURCE" required:"" help:"The object; SOURCE is FILE.nar, @MANIFEST, or @ and the records follow."`
	Out    string         `placeholder:"FILE" required:"" help:"The list to write."`
	Manifest
}

// Help describes the step.
func (Files) Help() string {
	return "Writes the tree of a store object with the hash and the size of every file that it is kept in, by which a remote cache has them."
}

// Run hashes the files and writes the output.
func (c *Files) Run(ctx context.Context, in command.Folder) error {
	objects, closeAll, err := c.Open(ctx, in, []command.Object{c.Object})
	if err != nil {
		return err
	}
	defer closeAll()
	var out outfile.Group
	defer out.Discard()
	list := out.Create(in.At(c.Out))
	if out.Err != nil {
		return out.Err
	}
	if err := objectfiles.Write(list, objects[0]); err != nil {
		return err
	}
	return out.Commit()
}
