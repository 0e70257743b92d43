package monorepo

import (
	"fmt"
	"math"
	"slices"
)

// Object is a store object.
type Object struct {
	// Name is that of the store path.
	Name string
	// Origin says what it is built from, as closures have it.
	Origin string
	// Folder is that of a first-party object, NoFolder of an external one.
	Folder int
	// Refs are the objects that it needs, sorted.
	Refs []int
	// Size is that of its NAR, in bytes.
	Size int64
	// Version counts the changes of its bytes, Listing those of the names and
	// modes in it.
	Version, Listing int
	// Activity is the weight by which edits choose it; 0 for external ones.
	Activity float64
	level    int
}

// Image is an image of some objects and all that they need.
type Image struct {
	// Name is that of its target.
	Name string
	// Contents are the objects that are linked into its root.
	Contents []int
	// Config counts the changes of its config.
	Config int
	// MaxLayers is how many layers it may have; 0 is the default.
	MaxLayers int
}

// NoFolder is the folder of objects that are not first-party.
const NoFolder = -1

// FirstParty says whether the object is built from the monorepo's own sources.
func (o *Object) FirstParty() bool { return o.Folder != NoFolder }

// Graph is a monorepo.
type Graph struct {
	params Params
	// Objects are all objects. A reference or a change names one by its index.
	Objects []Object
	// Images are all images. A change names one by its index.
	Images []Image
	// Folders have the first-party objects of each folder.
	Folders [][]int
	// Origins have the external objects of each origin.
	Origins [][]int
	// externals is how many external objects there are; they are the first.
	externals int
	// platform are the libraries of platform folders by their levels, each
	// sorted by popularity.
	platform [][]int
	draw     draw
}

// New makes a monorepo.
func New(p Params) (*Graph, error) {
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("make a monorepo: %w", err)
	}
	g := &Graph{params: p, draw: newDraw(p.Seed, 1), platform: make([][]int, p.Levels/2)}
	g.addExternals(int(p.External * float64(p.Objects)))
	g.addFolders(p.Objects - len(g.Objects) - p.Images)
	for i := range p.Images {
		g.addProgram(g.productFolder(i))
	}
	return g, nil
}

// addExternals adds origins of external objects, the most popular first, each
// of which needs some that were there before.
func (g *Graph) addExternals(n int) {
	for len(g.Objects) < n {
		var origin []int
		name := fmt.Sprintf("external%d", len(g.Origins))
		for part := range min(g.draw.count(1, g.params.PerOrigin), n-len(g.Objects)) {
			o := Object{Name: fmt.Sprintf("%s-%d", name, part), Origin: "@" + name, Folder: NoFolder}
			o.Size = g.draw.size(g.params.ExternalSize, g.params.ExternalSigma)
			if before := len(g.Objects); before > 0 {
				for range g.draw.count(0, g.params.ExternalDeps) {
					o.Refs = append(o.Refs, g.draw.zipf(before, g.params.Popularity))
				}
			}
			origin = append(origin, g.add(o))
		}
		g.Origins = append(g.Origins, origin)
	}
	g.externals = len(g.Objects)
}

// addFolders adds folders with n libraries: the platform's first, from the
// lowest level up.
func (g *Graph) addFolders(n int) {
	p := &g.params
	folders := max((n+p.Images)/p.PerFolder, 2)
	platform := max(int(p.Platform*float64(folders)), 1)
	lower := p.Levels / 2
	for f := range folders {
		g.Folders = append(g.Folders, nil)
		for i := range n*(f+1)/folders - n*f/folders {
			if f < platform {
				g.addLibrary(f, f*lower/platform)
			} else {
				g.addLibrary(f, lower+i%(p.Levels-lower))
			}
		}
	}
}

// productFolder is the folder of the i-th application. Applications are spread
// evenly.
func (g *Graph) productFolder(i int) int {
	platform := max(int(g.params.Platform*float64(len(g.Folders))), 1)
	return platform + i%(len(g.Folders)-platform)
}

// addLibrary adds a library to a folder.
func (g *Graph) addLibrary(folder, level int) int {
	return g.addFirstParty(folder, level, "library", 1, g.params.LibrarySize)
}

// addProgram adds an application and its image.
func (g *Graph) addProgram(folder int) int {
	i := g.addFirstParty(folder, g.params.Levels, "program", g.params.ProgramRefs, g.params.ProgramSize)
	g.Images = append(g.Images, Image{Name: fmt.Sprintf("image%d", len(g.Images)), Contents: []int{i}})
	return i
}

func (g *Graph) addFirstParty(folder, level int, kind string, refs, size float64) int {
	p := &g.params
	name := fmt.Sprintf("%s%d", kind, len(g.Objects))
	o := Object{Name: name, Origin: fmt.Sprintf("//folder%d/%s", folder, name), Folder: folder, level: level}
	o.Size = g.draw.size(size, p.FirstPartySigma)
	o.Activity = math.Exp(p.ActivitySigma*g.draw.NormFloat64()) * math.Pow(p.PerLevel, float64(p.Levels-level))
	for range g.draw.count(1, p.FirstPartyRefs*refs) {
		if ref, ok := g.lower(folder, level); ok {
			o.Refs = append(o.Refs, ref)
		}
	}
	for range g.draw.count(0, p.ExternalRefs*refs) {
		o.Refs = append(o.Refs, g.external())
	}
	i := g.add(o)
	g.Folders[folder] = append(g.Folders[folder], i)
	if level < len(g.platform) {
		g.platform[level] = append(g.platform[level], i)
	}
	return i
}

func (g *Graph) add(o Object) int {
	slices.Sort(o.Refs)
	o.Refs = slices.Compact(o.Refs)
	g.Objects = append(g.Objects, o)
	return len(g.Objects) - 1
}

// lower is a first-party library that an object of a level may refer to: one of
// its folder, one of the folders around it, or one of the platform.
func (g *Graph) lower(folder, level int) (int, bool) {
	switch where := g.draw.Float64(); {
	case where < g.params.Local:
		if i, ok := g.lowerIn(folder, level); ok {
			return i, true
		}
	case where < g.params.Local+g.params.Near:
		around := folder/areaFolders*areaFolders + g.draw.IntN(areaFolders)
		if around < len(g.Folders) {
			if i, ok := g.lowerIn(around, level); ok {
				return i, true
			}
		}
	}
	if level == 0 {
		return 0, false
	}
	in := g.platform[g.draw.IntN(min(level, len(g.platform)))]
	if len(in) == 0 {
		return 0, false
	}
	return in[g.draw.zipf(len(in), g.params.Popularity)], true
}

// areaFolders is how many folders are near each other.
const areaFolders = 20

// lowerIn is an object of a folder on a lower level.
func (g *Graph) lowerIn(folder, level int) (int, bool) {
	for range 4 {
		in := g.Folders[folder]
		if len(in) == 0 {
			break
		}
		if i := in[g.draw.IntN(len(in))]; g.Objects[i].level < level {
			return i, true
		}
	}
	return 0, false
}

// external is an external object that a first-party one may refer to.
func (g *Graph) external() int {
	return g.draw.zipf(g.externals, g.params.Popularity)
}

// Closure are the objects of an image, sorted.
func (g *Graph) Closure(image int) []int {
	var found []int
	seen := map[int]bool{}
	need := func(objects []int) {
		for _, i := range objects {
			if !seen[i] {
				seen[i] = true
				found = append(found, i)
			}
		}
	}
	need(g.Images[image].Contents)
	for n := 0; n < len(found); n++ {
		need(g.Objects[found[n]].Refs)
	}
	slices.Sort(found)
	return found
}
