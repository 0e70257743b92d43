package layering

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// unit is what is in layers of one origin.
type unit struct {
	// origin says what the objects are built from, key what it is called when
	// units are sorted: it stays the same when store paths change.
	origin, key string
	objects     []int32
	size        int64
}

// units groups the objects that come into layers by origin, sorted by key and
// then by origin. Within a unit objects are sorted by name.
func (p *problem) units() []*unit {
	byOrigin := map[string]*unit{}
	var units []*unit
	for _, i := range p.stored() {
		origin, key := originOf(&p.closure.Objects[i])
		u := byOrigin[origin]
		if u == nil {
			u = &unit{origin: origin, key: key}
			byOrigin[origin] = u
			units = append(units, u)
		}
		u.objects = append(u.objects, i)
		u.size += p.sizes[i]
	}
	for _, u := range units {
		p.sortByName(u.objects)
	}
	slices.SortFunc(units, func(a, b *unit) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.origin, b.origin))
	})
	return units
}

// sortByName puts objects into the order that they have in layers.
func (p *problem) sortByName(objects []int32) {
	slices.SortFunc(objects, func(a, b int32) int { return compareNames(p.path(a), p.path(b)) })
}

// originOf is the origin of an object and what to sort it by. Without one, it
// is the package of Nix that the object's name has a version of, and an object
// whose name has none is an origin of its own.
func originOf(o *closure.Object) (origin, key string) {
	if o.Origin != "" {
		return o.Origin, o.Origin
	}
	if name, ok := nixPackage(o.Path); ok {
		return name, name
	}
	return string(o.Path), o.Path.Name()
}

// nixPackage is the name of a store path without its version and its output,
// which is what stands before the first dash that a digit follows (the manual
// of Nix, builtins.parseDrvName): "openssl-3.0.14-bin" is of "openssl". Not ok
// is a name without a version.
func nixPackage(p store.Path) (name string, ok bool) {
	name = p.Name()
	for i := 1; i+1 < len(name); i++ {
		if next := name[i+1]; name[i] == '-' && '0' <= next && next <= '9' {
			return name[:i], true
		}
	}
	return "", false
}

// planOrigin gives the largest units layers of their own, the largest at the
// bottom, and all others the last one. Equally large ones are sorted by key.
func planOrigin(p *problem) ([]planned, error) {
	if err := p.needSizes(); err != nil {
		return nil, err
	}
	units := p.units()
	slices.SortStableFunc(units, func(a, b *unit) int { return cmp.Compare(b.size, a.size) })
	var layers []planned
	for i, u := range units {
		if rest := units[i:]; i == p.layers-1 && len(rest) > 1 {
			return append(layers, planned{paths: p.joined(rest), why: fmt.Sprintf("the other %d origins", len(rest))}), nil
		}
		layers = append(layers, planned{paths: p.paths(u.objects), why: u.why()})
	}
	return layers, nil
}

// why says why a unit has a layer of its own.
func (u *unit) why() string {
	if len(u.objects) == 1 {
		return "alone: all that is there of " + u.key
	}
	return fmt.Sprintf("%d objects of %s", len(u.objects), u.key)
}

// joined are the objects of some units, sorted by name.
func (p *problem) joined(units []*unit) []store.Path {
	var objects []int32
	for _, u := range units {
		objects = append(objects, u.objects...)
	}
	p.sortByName(objects)
	return p.paths(objects)
}
