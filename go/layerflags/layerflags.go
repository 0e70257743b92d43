// Package layerflags is the part of a command line that all layers of store
// objects share.
package layerflags

import (
	"fmt"
	"strconv"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/layer"
)

// Flags are what every entry of a store layer has in common.
type Flags struct {
	MTime    command.Time `name:"mtime" placeholder:"TIME" default:"1" help:"Time of every entry: seconds since 1970, or ISO 8601, in UTC without a zone (default ${default})."`
	UID      ID           `name:"uid" placeholder:"N" default:"0" help:"Owner of every entry (default ${default})."`
	GID      ID           `name:"gid" placeholder:"N" default:"0" help:"Group of every entry (default ${default})."`
	UName    string       `name:"uname" placeholder:"NAME" default:"root" help:"Owner's name (default ${default})."`
	GName    string       `name:"gname" placeholder:"NAME" default:"root" help:"Group's name (default ${default})."`
	StoreDir string       `placeholder:"DIR" default:"/nix/store" help:"Store directory of all objects (default ${default})."`
}

// Options are the flags as package layer has them.
func (f *Flags) Options() layer.Options {
	return layer.Options{
		MTime: int64(f.MTime), UID: int64(f.UID), GID: int64(f.GID), UName: f.UName, GName: f.GName, StoreDir: f.StoreDir,
	}
}

// ID is that of a user or a group, 0 to layer.MaxOwner.
type ID int64

// UnmarshalText reads a number that fits an ID.
func (f *ID) UnmarshalText(text []byte) error {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || n < 0 || n > layer.MaxOwner {
		return fmt.Errorf("%q is not a number from 0 to %d", text, int64(layer.MaxOwner))
	}
	*f = ID(n)
	return nil
}
