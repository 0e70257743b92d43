package closure

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Read reads closure.json and checks that it is a closure. The objects and
// their references come sorted, whatever their order in the file.
func Read(file string) (*Closure, error) {
	var c Closure
	if err := jsonfile.Read(file, &c); err != nil {
		return nil, err
	}
	if err := c.normalize(); err != nil {
		return nil, fmt.Errorf("%s: not a closure: %w", file, err)
	}
	return &c, nil
}

func (c *Closure) normalize() error {
	if c.Objects == nil {
		return fmt.Errorf(`no "objects"`)
	}
	if c.Roots == nil {
		return fmt.Errorf(`no "roots"`)
	}
	slices.SortFunc(c.Objects, byPath)
	known := make(map[store.Path]bool, len(c.Objects))
	for i := range c.Objects {
		o := &c.Objects[i]
		if err := o.normalize(); err != nil {
			return err
		}
		if known[o.Path] {
			return fmt.Errorf("%s is there twice", o.Path)
		}
		known[o.Path] = true
	}
	for _, o := range c.Objects {
		for _, r := range o.References {
			if !known[r] {
				return fmt.Errorf("%s refers to %s, which is not in it", o.Path, r)
			}
		}
	}
	for _, root := range c.Roots {
		if !known[root] {
			return fmt.Errorf("the root %s is not in it", root)
		}
	}
	slices.Sort(c.Roots)
	c.Roots = slices.Compact(c.Roots)
	return nil
}

func (o *Object) normalize() error {
	if _, err := store.ParseAnyPath(string(o.Path)); err != nil {
		return err
	}
	if o.References == nil {
		return fmt.Errorf(`%s has no "references"`, o.Path)
	}
	if o.NarSize < 0 {
		return fmt.Errorf("%s has a narSize of %d bytes", o.Path, o.NarSize)
	}
	slices.Sort(o.References)
	o.References = slices.Compact(o.References)
	return nil
}

func byPath(a, b Object) int {
	return strings.Compare(string(a.Path), string(b.Path))
}
