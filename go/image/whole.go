package image

import (
	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// LayersOf lists the layers of an image that is taken as it is: all of them
// are of the kind BaseLayer.
func LayersOf(info baseinfo.Info) *Layers {
	all := &Layers{Layers: []Layer{}, Objects: map[store.Path]string{}, Version: jsonfile.Version}
	for _, l := range info.Layers {
		all.Layers = append(all.Layers, Layer{DiffID: l.DiffID, Entries: l.Entries, Kind: BaseLayer, Size: l.Size, StorePaths: []store.Path{}})
	}
	for path, alone := range info.StorePaths {
		all.Objects[path] = alone
	}
	return all
}
