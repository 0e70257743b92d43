package main

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/nixdb"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

// installNixDB puts a database of the objects of --nix-db into the tree at
// root.
func (f *scriptFlags) installNixDB(fs *scriptfs.FS, root string, roots []store.Path) error {
	registered, err := f.registrations()
	if err != nil {
		return err
	}
	return nixdb.Install(fs, root, registered, roots, nixdb.BuildEpoch)
}

func (f *scriptFlags) registrations() ([]nixdb.Registration, error) {
	infos := map[store.Path]object.Info{}
	for _, file := range f.NixDBInfo {
		info, err := object.ReadInfo(file)
		if err != nil {
			return nil, err
		}
		infos[info.Path] = info
	}
	graph, err := closure.Make(closure.Options{StoreDir: f.StoreDir, Graphs: []string{f.NixDB}})
	if err != nil {
		return nil, err
	}
	var registered []nixdb.Registration
	for _, o := range graph.Objects {
		info, ok := infos[o.Path]
		if !ok {
			return nil, fmt.Errorf("%s: no --nix-db-info for %s", f.NixDB, o.Path)
		}
		r, err := nixdb.FromInfo(info, o.References)
		if err != nil {
			return nil, err
		}
		registered = append(registered, r)
	}
	return registered, nil
}
