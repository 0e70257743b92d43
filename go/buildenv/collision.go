package buildenv

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/storeview"
)

// maxShown is how many collisions an error names.
const maxShown = 20

// collision is a path that two members give differently. first is -1 where
// the options ask for a directory.
type collision struct {
	at            string
	first, second int
	// firstWhat and secondWhat say what they give.
	firstWhat, secondWhat string
}

// collide decides about a path at which something is not a directory.
func (b *builder) collide(at string, old, c claim, first, second where) error {
	found := collision{at: at, first: old.member, second: c.member, firstWhat: old.describe(first), secondWhat: c.describe(second)}
	if !old.isDirectory() && first.isFile() && second.isFile() {
		same, err := b.same(first.Place, second.Place)
		if same || err != nil {
			return err
		}
	}
	// A directory that was asked for cannot be a file, whatever is ignored.
	if !b.IgnoreCollisions || old.member < 0 {
		b.collisions = append(b.collisions, found)
		return nil
	}
	_, err := fmt.Fprintf(b.Warnings, "warning: %s: the first is kept\n", b.line(found))
	return err
}

// same says whether two files can stand for each other.
func (b *builder) same(first, second storeview.Place) (bool, error) {
	if b.Same == nil || first.Node.Executable != second.Node.Executable {
		return false, nil
	}
	return b.Same(first, second)
}

// line is one line about a collision.
func (b *builder) line(c collision) string {
	if c.first < 0 {
		return fmt.Sprintf("/%s: %s gives %s, and it must be a directory", c.at, b.Members[c.second].Label, c.secondWhat)
	}
	return fmt.Sprintf("/%s: %s gives %s and %s gives %s", c.at, b.Members[c.first].Label, c.firstWhat, b.Members[c.second].Label, c.secondWhat)
}

// collisionError names the collisions, and what to do.
func (b *builder) collisionError() error {
	slices.SortStableFunc(b.collisions, func(a, b collision) int { return strings.Compare(a.at, b.at) })
	var errs []error
	ignorable := true
	for i, c := range b.collisions {
		ignorable = ignorable && c.first >= 0
		if i < maxShown {
			errs = append(errs, errors.New(b.line(c)))
		}
	}
	if more := len(b.collisions) - maxShown; more > 0 {
		errs = append(errs, fmt.Errorf("and %d more", more))
	}
	remedy := "remove one of each pair from paths, or narrow paths_to_link"
	if ignorable {
		remedy += ", or set ignore_collisions = True to keep what the earlier one gives"
	}
	return errors.Join(append(errs, errors.New(remedy))...)
}
