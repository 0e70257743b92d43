package main

import "github.com/rules-strata/rules_strata/go/layer"

// layerFlags are what every entry of a store layer has in common.
type layerFlags struct {
	MTime    timeFlag  `name:"mtime" placeholder:"TIME" default:"1" help:"Time of every entry: seconds since 1970, or ISO 8601 with a zone (default ${default})."`
	UID      ownerFlag `name:"uid" placeholder:"N" default:"0" help:"Owner of every entry (default ${default})."`
	GID      ownerFlag `name:"gid" placeholder:"N" default:"0" help:"Group of every entry (default ${default})."`
	UName    string    `name:"uname" placeholder:"NAME" default:"root" help:"Owner's name (default ${default})."`
	GName    string    `name:"gname" placeholder:"NAME" default:"root" help:"Group's name (default ${default})."`
	StoreDir string    `placeholder:"DIR" default:"/nix/store" help:"Store directory of all objects (default ${default})."`
}

func (f *layerFlags) options() layer.Options {
	return layer.Options{
		MTime: int64(f.MTime), UID: int64(f.UID), GID: int64(f.GID), UName: f.UName, GName: f.GName, StoreDir: f.StoreDir,
	}
}
