package monorepo

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// named are the parameters that Set knows, by their names on a command line.
func (p *Params) named() map[string]*float64 {
	return map[string]*float64{
		"activity-sigma": &p.ActivitySigma, "added-files": &p.AddedFiles, "added-images": &p.AddedImages, "added-objects": &p.AddedObjects,
		"added-refs": &p.AddedRefs, "external": &p.External, "external-deps": &p.ExternalDeps, "external-refs": &p.ExternalRefs,
		"external-sigma": &p.ExternalSigma, "external-size": &p.ExternalSize, "first-party-refs": &p.FirstPartyRefs,
		"first-party-sigma": &p.FirstPartySigma, "library-size": &p.LibrarySize, "local": &p.Local, "near": &p.Near, "per-origin": &p.PerOrigin,
		"platform": &p.Platform, "popularity": &p.Popularity, "program-refs": &p.ProgramRefs, "program-size": &p.ProgramSize,
		"removed-refs": &p.RemovedRefs,
	}
}

// Names are the parameters that Set knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(new(Params).named())) }

// Set changes a parameter by its name.
func (p *Params) Set(name string, value float64) error {
	to := p.named()[name]
	if to == nil {
		return fmt.Errorf("the monorepo has no parameter %q: want %s", name, strings.Join(Names(), ", "))
	}
	*to = value
	return nil
}
