package buildenv

import (
	"errors"
	"path"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/storeview"
)

// where is what a claim's link leads to in the end. The zero value is that of
// a directory of the tree.
type where struct {
	storeview.Place

	// link is the text of a link that leads to nothing that is known.
	link string
}

// resolve follows a claim's link.
func (b *builder) resolve(c claim) (where, error) {
	if c.isDirectory() {
		return where{}, nil
	}
	p, err := b.View.Resolve(c.target)
	if err == nil || !errors.Is(err, storeview.ErrUnknown) {
		return where{Place: p}, err
	}
	p, err = b.View.Stand(c.target)
	if err != nil {
		return where{}, err
	}
	return where{link: p.Node.Target}, nil
}

func (w where) isDirectory() bool { return w.Node != nil && w.Node.Type == nar.Directory }

func (w where) isFile() bool { return w.Node != nil && w.Node.Type == nar.Regular }

// same says whether both are one place, whatever is there.
func (w where) same(other where) bool {
	if w.link != "" && path.IsAbs(w.link) {
		return w.link == other.link
	}
	return w.Path != "" && w.Path == other.Path
}

// describe says what a claim is, for people.
func (c claim) describe(w where) string {
	switch {
	case c.isDirectory() || w.isDirectory():
		return "a directory"
	case w.isFile() && w.Node.Executable:
		return "a program"
	case w.isFile():
		return "a file"
	}
	return "a link to \"" + w.link + "\""
}
