package replay

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Model says what changes a store path: only what an object holds, or also
// what it needs.
type Model string

// The models.
const (
	// Content is the model of Bazel's objects, and of packages: the store path
	// stays the same, the content changes with the version.
	Content Model = "content"
	// Input is the model of Nix's input-addressed objects: an object has a new
	// store path when its version changes or that of anything it needs.
	Input Model = "input"
)

// Application is a package with all that it needs, as an image has it.
type Application struct {
	name  string
	index *Index
	// needs has the references of each package. There are no cycles.
	needs map[string][]string
	// order are the packages, each after those that it needs.
	order []string
}

// NewApplication finds what a package of an index needs. References that would
// close a cycle are dropped, in a fixed order.
func NewApplication(x *Index, name string) *Application {
	a := &Application{name: name, index: x, needs: map[string][]string{}}
	a.visit(name, map[string]bool{})
	return a
}

// visit adds a package. active are those whose visit has not ended.
func (a *Application) visit(name string, active map[string]bool) {
	a.needs[name] = []string{}
	active[name] = true
	for _, d := range a.index.needs[name] {
		if active[d] {
			continue
		}
		a.needs[name] = append(a.needs[name], d)
		if a.needs[d] == nil {
			a.visit(d, active)
		}
	}
	active[name] = false
	a.order = append(a.order, name)
}

// with is the application with a reference to one more package, of which only
// the references to what is there count.
func (a *Application) with(added string) *Application {
	out := &Application{name: a.name, index: a.index, needs: make(map[string][]string, len(a.needs)+1)}
	for name, needs := range a.needs {
		out.needs[name] = needs
	}
	out.needs[a.name] = append(slices.Clone(a.needs[a.name]), added)
	out.needs[added] = []string{}
	for _, d := range a.index.needs[added] {
		if a.needs[d] != nil && d != a.name {
			out.needs[added] = append(out.needs[added], d)
		}
	}
	last := len(a.order) - 1 // the application itself
	out.order = append(append(slices.Clone(a.order[:last]), added), a.order[last])
	return out
}

// objects are the store objects of an application under a model.
type objects struct {
	closure *closure.Closure
	// content identifies the bytes of each, size is their number.
	content map[store.Path]string
	size    map[store.Path]int64
	path    map[string]store.Path
}

// objects makes store objects of the packages.
func (a *Application) objects(m Model) *objects {
	o := &objects{
		closure: &closure.Closure{Version: jsonfile.Version},
		content: map[store.Path]string{}, size: map[store.Path]int64{}, path: map[string]store.Path{},
	}
	for _, name := range a.order {
		p := a.index.packages[name]
		path := pathOf(name, name)
		if m == Input {
			var needs strings.Builder
			for _, d := range a.needs[name] {
				needs.WriteString(string(o.path[d]) + "\n")
			}
			path = pathOf(name+"-"+nameOf(p.Version), name+"\n"+p.Version+"\n"+needs.String())
		}
		references := []store.Path{}
		for _, d := range a.needs[name] {
			references = append(references, o.path[d])
		}
		o.path[name] = path
		o.content[path] = string(path) + " " + p.Version
		o.size[path] = p.Size
		o.closure.Objects = append(o.closure.Objects, closure.Object{
			NarSize: p.Size, Origin: "@" + p.Source, Path: path, References: references,
		})
	}
	o.closure.Roots = []store.Path{o.path[a.name]}
	return o
}

// pathOf is the store path of an object that a text identifies.
func pathOf(name, identity string) store.Path {
	sum := sha256.Sum256([]byte(identity))
	return store.Path(fmt.Sprintf("%s/%s-%s", store.DefaultDir, store.Base32(sum[:20]), name))
}

// nameOf is a version with what a store path's name may not have replaced.
func nameOf(version string) string {
	out := []byte(version)
	for i, c := range out {
		if !store.IsNameByte(c) {
			out[i] = '_'
		}
	}
	return string(out)
}

// digest identifies the bytes of a layer of some objects.
func (o *objects) digest(paths []store.Path) string {
	sum := sha256.New()
	for _, p := range paths {
		sum.Write([]byte(o.content[p] + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// total is the size of some objects.
func (o *objects) total(paths []store.Path) int64 {
	var n int64
	for _, p := range paths {
		n += o.size[p]
	}
	return n
}
