package main

import (
	"os"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

// scriptFlags are what the steps have in common: what scripts are there, and
// what they can use.
type scriptFlags struct {
	ExtraCommands  string                    `placeholder:"FILE" help:"The script extra_commands, which runs as the user of a build."`
	Objects        string                    `placeholder:"FILE" help:"The store objects that scripts can read, as a set of objects."`
	NixDB          string                    `name:"nix-db" placeholder:"FILE" help:"Objects and their references, a graph, for a Nix database in the tree."`
	NixDBInfo      []string                  `name:"nix-db-info" sep:"none" placeholder:"FILE" help:"info.json of an object of that graph. Repeatable."`
	Directory      []customisation.Directory `sep:"none" placeholder:"MODE:UID:GID:PATH" help:"A directory of the contents that has this mode and owner in the image. Repeatable."`
	DirectoryLabel []string                  `sep:"none" help:"The content that asks for a directory, in the order of --directory. Repeatable."`
	Tool           []toolFlag                `sep:"none" placeholder:"NAME=PATH" help:"A program that scripts can call, and the name they call it by. Repeatable."`
	MTime          command.Time              `name:"mtime" default:"1" help:"Time of every entry: seconds since 1970, or ISO 8601."`
	StoreDir       string                    `default:"/nix/store" help:"The store directory."`
	UnusedInputs   string                    `placeholder:"FILE" help:"Where the files of objects that were not looked at are listed, one path a line."`
}

func (f *scriptFlags) directories() ([]customisation.Directory, error) {
	return customisation.Directories(f.Directory, f.DirectoryLabel)
}

func (f *scriptFlags) tools() []script.Tool {
	var tools []script.Tool
	for _, t := range f.Tool {
		tools = append(tools, t.Tool)
	}
	return tools
}

// prepare puts a database of Nix into a tree, if there is to be one; roots are
// the objects that it keeps from the garbage collection.
func (f *scriptFlags) prepare(roots []store.Path) func(fs *scriptfs.FS, root string) error {
	if f.NixDB == "" {
		return nil
	}
	return func(fs *scriptfs.FS, root string) error { return f.installNixDB(fs, root, roots) }
}

// writeUnused lists what was not looked at, if somebody asks for it. Others are
// files of the step that a target may have given as an object's, too.
func (f *scriptFlags) writeUnused(objects *pool, others ...string) error {
	if f.UnusedInputs == "" {
		return nil
	}
	needed := append(append(others, f.ExtraCommands, f.NixDB), f.NixDBInfo...)
	for _, t := range f.Tool {
		needed = append(needed, t.Path)
	}
	return objects.writeUnused(f.UnusedInputs, needed)
}

// text reads a script, if there is one.
func text(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	data, err := os.ReadFile(file)
	return string(data), err
}
