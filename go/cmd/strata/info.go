package main

import (
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// infoCmd is "strata info".
type infoCmd struct {
	Object command.Object `placeholder:"STORE_PATH=SOURCE" required:"" help:"The object; SOURCE is FILE.nar or @MANIFEST."`
	Out    string         `placeholder:"FILE" required:"" help:"info.json to write."`
}

// Help describes the step.
func (infoCmd) Help() string {
	return "Writes the hash and the size that a store object has as a NAR."
}

// Run hashes the object and writes the output.
func (c *infoCmd) Run() error {
	objects, closeAll, err := openObjects([]command.Object{c.Object})
	if err != nil {
		return err
	}
	defer closeAll()
	info, err := objects[0].Info()
	if err != nil {
		return err
	}
	return jsonfile.Write(c.Out, info)
}
