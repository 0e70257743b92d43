package main

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/baseimage"
	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/imagefile"
)

// baseLayers are the layers of an image to build on, until it is closed.
type baseLayers struct {
	layers []archive.Layer
	close  func() error
}

// openBase opens the base that the flags name, if there is one.
func (c *imageTreeCmd) openBase() (baseLayers, error) {
	switch {
	case c.BaseImage != "":
		img, err := imagefile.OpenRecords(c.BaseImage)
		if err != nil {
			return baseLayers{}, err
		}
		return baseLayers{layers: img.Archive().Layers, close: img.Close}, nil
	case c.BaseArchive != "":
		return c.openArchive()
	}
	return baseLayers{close: func() error { return nil }}, nil
}

// openArchive opens a base of another tool's. How long its layers are is only
// known to those who have read them.
func (c *imageTreeCmd) openArchive() (baseLayers, error) {
	info, err := baseinfo.Read(c.BaseInfo)
	if err != nil {
		return baseLayers{}, fmt.Errorf("--base-info: %w", err)
	}
	img, err := baseimage.Open(c.BaseArchive, baseimage.Selection{Name: c.BaseName, Tag: c.BaseTag, Architecture: c.BaseArchitecture})
	if err != nil {
		return baseLayers{}, err
	}
	if len(info.Layers) != len(img.Layers) {
		_ = img.Close()
		return baseLayers{}, fmt.Errorf("%s has %d layers, and %s is of an image of %d", c.BaseArchive, len(img.Layers), c.BaseInfo, len(info.Layers))
	}
	base := baseLayers{close: img.Close}
	for i := range img.Layers {
		l := &img.Layers[i]
		base.layers = append(base.layers, archive.Layer{
			DiffID: l.DiffID, Size: info.Layers[i].Size, Write: l.Write, Describe: l.Describe,
		})
	}
	return base, nil
}
