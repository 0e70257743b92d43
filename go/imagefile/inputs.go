package imagefile

import "github.com/rules-strata/rules_strata/go/objectset"

// Inputs are the files of an action that records describe the image of.
type Inputs struct {
	// Customisation is empty if the image is its base as it is.
	Config, Customisation, Layers, Tag string
	// Objects are the image's own.
	Objects *objectset.Set
	// Base are the files of the image to build on and of those below that, but for
	// the time of their files; of a layout it is the folder.
	Base []string
}

// Inputs are the files that the records name.
func (r *Records) Inputs() Inputs {
	own := &r.said
	in := Inputs{Config: own.Config, Customisation: own.Customisation, Layers: own.Layers, Objects: own.set, Tag: own.Tag}
	for base := own.Base; base != nil; {
		if base.records == nil {
			in.addBase(base.Archive)
			break
		}
		below := &base.records.said
		in.addBase(below.Config, below.Customisation, below.Layers, below.Manifest, below.Tag)
		in.addBase(below.set.InputsExcept(nil)...)
		base = below.Base
	}
	return in
}

// addBase leaves out what an image does not have.
func (in *Inputs) addBase(files ...string) {
	for _, file := range files {
		if file != "" {
			in.Base = append(in.Base, file)
		}
	}
}
