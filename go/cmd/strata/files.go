package main

import (
	"context"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/objectfiles"
)

// filesCmd is "strata files".
type filesCmd struct {
	Object command.Object `placeholder:"STORE_PATH=SOURCE" required:"" help:"The object; SOURCE is FILE.nar, @MANIFEST, or @ and the records follow."`
	Out    string         `placeholder:"FILE" required:"" help:"The list to write."`
	objectRecords
}

// Help describes the step.
func (filesCmd) Help() string {
	return "Writes the tree of a store object with the hash and the size of every file that it is kept in, by which a remote cache has them."
}

// Run hashes the files and writes the output.
func (c *filesCmd) Run(ctx context.Context, in command.Folder) error {
	objects, closeAll, err := c.open(ctx, in, []command.Object{c.Object})
	if err != nil {
		return err
	}
	defer closeAll()
	out := outputs{in: in}
	defer out.discard()
	list := out.create(c.Out)
	if out.err != nil {
		return out.err
	}
	if err := objectfiles.Write(list, objects[0]); err != nil {
		return err
	}
	return out.commit()
}
