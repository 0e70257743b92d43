// Package monorepo makes a synthetic monorepo: store objects that depend on
// each other, images of them, and the changes that its engineers make. All of
// it is a function of its parameters, the seed among them.
//
// External objects come in origins, those that are built and change together,
// and depend on older ones; few are popular. First-party objects are packages
// in folders. Platform folders hold libraries of the lowest levels, which many
// use; product folders hold libraries of the upper levels, and applications,
// each of which is the only content of one image. References among them go to
// lower levels, so that there are no cycles. docs/design/scale.md has the reason
// for each parameter.
package monorepo

import "fmt"

// Params are what a monorepo is made from.
type Params struct {
	// Seed starts the generator of random numbers.
	Seed uint64
	// Images and Objects are how many there are, the applications among the
	// objects.
	Images, Objects int
	// External is the share of objects that are not first-party.
	External float64
	// PerOrigin is the mean number of external objects of one origin.
	PerOrigin float64
	// PerFolder is how many first-party objects a folder has.
	PerFolder int
	// Platform is the share of folders with libraries that many use.
	Platform float64
	// Levels is how many levels of libraries there are, half of them in
	// platform folders.
	Levels int
	// FirstPartyRefs, ExternalRefs and ExternalDeps are mean numbers of
	// references: of a first-party object to others (at least one each) and to
	// external ones, and of an external object. ProgramRefs is how many times as
	// many an application has.
	FirstPartyRefs, ExternalRefs, ExternalDeps, ProgramRefs float64
	// Local and Near are the shares of first-party references that stay in the
	// folder, and in the folders around it; the others go to the platform.
	Local, Near float64
	// Popularity is the exponent of Zipf's law by which external objects and
	// platform libraries are chosen.
	Popularity float64
	// ExternalSize, LibrarySize and ProgramSize are the medians of the sizes
	// in bytes, which are lognormal with these sigmas.
	ExternalSize, LibrarySize, ProgramSize float64
	ExternalSigma, FirstPartySigma         float64
	// ActivitySigma is that of the lognormal weights by which the objects are
	// chosen that a change edits. PerLevel is the factor of the weights from
	// one level down to the next.
	ActivitySigma, PerLevel float64

	// Changes is how many there are in a day, EditedObjects the mean number of
	// objects that each of them edits.
	Changes       int
	EditedObjects float64
	// Bumps is how many origins get a new version in a day.
	Bumps float64
	// AddedFiles, AddedRefs, RemovedRefs, AddedObjects and AddedImages are the
	// shares of changes that also add or remove a file in one of the objects,
	// a reference of one of them, a library, or an application with its image.
	AddedFiles, AddedRefs, RemovedRefs, AddedObjects, AddedImages float64
}

// Defaults are the parameters of the monorepo of docs/design/scale.md.
func Defaults() Params {
	return Params{
		Seed: 1, Images: 2000, Objects: 20000,
		External: .25, PerOrigin: 1.86, PerFolder: 15, Platform: .15, Levels: 6,
		FirstPartyRefs: 2.5, ExternalRefs: .5, ExternalDeps: 1.5, ProgramRefs: 3, Local: .4, Near: .3, Popularity: .8,
		ExternalSize: 324 << 10, LibrarySize: 64 << 10, ProgramSize: 1 << 20, ExternalSigma: 2.1, FirstPartySigma: 1.5,
		ActivitySigma: 1.68, PerLevel: .7,
		Changes: 320, EditedObjects: 2, Bumps: 10,
		AddedFiles: .1, AddedRefs: .05, RemovedRefs: .02, AddedObjects: .01, AddedImages: .003,
	}
}

// check refuses parameters that no monorepo can be made from.
func (p *Params) check() error {
	externals := int(p.External * float64(p.Objects))
	switch {
	case p.Images < 1 || p.Objects < 4*p.Images:
		return fmt.Errorf("%d images over %d objects: want at least one, and four objects for each", p.Images, p.Objects)
	case externals < 1 || p.External > .7:
		return fmt.Errorf("%d of %d objects are external: want at least one, and at most 70 %%", externals, p.Objects)
	case p.Changes < 1 || p.PerFolder < 1 || p.Levels < 2:
		return fmt.Errorf("%d changes, %d objects in a folder, %d levels: want at least 1, 1 and 2", p.Changes, p.PerFolder, p.Levels)
	case p.PerOrigin < 1 || p.EditedObjects < 1:
		return fmt.Errorf("%g objects of one origin, %g in one change: want at least 1 on average", p.PerOrigin, p.EditedObjects)
	case p.FirstPartyRefs < 1 || p.FirstPartyRefs*p.ProgramRefs < 1:
		return fmt.Errorf("%g first-party references, %g times as many of a program: want at least 1 of each on average", p.FirstPartyRefs, p.ProgramRefs)
	case p.ExternalRefs < 0 || p.ExternalDeps < 0:
		return fmt.Errorf("%g and %g references to external objects: want at least 0", p.ExternalRefs, p.ExternalDeps)
	}
	return nil
}
