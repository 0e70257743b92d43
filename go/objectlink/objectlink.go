// Package objectlink makes links to what another store object holds, and makes
// sure that it is there.
package objectlink

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/linktree"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/storeview"
)

// Kind says what a link must lead to.
type Kind string

// The kinds of what links lead to.
const (
	Program   Kind = "program"
	File      Kind = "file"
	Directory Kind = "directory"
)

// Link is a link to be made.
type Link struct {
	// Path is where it stands, relative to the new object.
	Path string
	// Targets are what it may lead to, relative to the object that is linked
	// to: the first that is there is taken.
	Targets []string
	Kind    Kind
}

// Object is what is linked to.
type Object struct {
	Path store.Path
	// Label names it in messages.
	Label string
	// View has its listing, and those of the objects that it leads to.
	View *storeview.View
}

// Make checks the links and gives them as entries of an object, and what those
// lead to that lead to something known. A link that leads out of the objects
// that are known is not checked further. An error names the object's label,
// the path, and what there is beside it.
func Make(o Object, links []Link) ([]linktree.Entry, []storeview.Place, error) {
	var entries []linktree.Entry
	var places []storeview.Place
	for _, l := range links {
		target, p, err := o.choose(l)
		if err != nil {
			return nil, nil, err
		}
		if p.Node != nil {
			places = append(places, p)
		}
		entries = append(entries, linktree.Entry{Path: l.Path, Target: target})
	}
	return entries, places, nil
}

// choose gives what a link's text is, and where it leads if that is known.
func (o Object) choose(l Link) (string, storeview.Place, error) {
	for _, target := range l.Targets {
		at := path.Join(string(o.Path), target)
		p, err := o.View.Resolve(at)
		switch {
		case err == nil:
			return at, p, o.check(l, target, p.Node)
		case !errors.Is(err, storeview.ErrUnknown):
			return "", storeview.Place{}, err
		case o.leadsOut(at):
			return at, storeview.Place{}, nil
		}
	}
	return "", storeview.Place{}, o.missing(l)
}

// check refuses what is of another kind.
func (o Object) check(l Link, target string, n *storeview.Node) error {
	what := "a file"
	switch {
	case n.Type == nar.Directory && l.Kind == Directory:
		return nil
	case n.Type == nar.Directory:
		what = "a directory"
	case l.Kind == File, l.Kind == Program && n.Executable:
		return nil
	case l.Kind == Program:
		what = "a file that is not executable"
	}
	return fmt.Errorf("%s: %s is %s, want a %s: %s", o.Label, target, what, l.Kind, o.remedy(target))
}

// leadsOut says whether a link on the way stands in a known object and leads
// to something that is not known.
func (o Object) leadsOut(at string) bool {
	for dir := at; len(dir) > len(o.Path); dir = path.Dir(dir) {
		p, err := o.View.Stand(dir)
		if err == nil && p.Node.Type == nar.Symlink {
			target := p.Node.Target
			if !path.IsAbs(target) {
				target = path.Join(path.Dir(p.Path), target)
			}
			target = path.Clean(target)
			return target != string(p.Object) && !strings.HasPrefix(target, string(p.Object)+"/")
		}
	}
	return false
}

// missing says what is not there, and what is.
func (o Object) missing(l Link) error {
	return fmt.Errorf("%s: there is no %s in it: %s", o.Label, strings.Join(l.Targets, " and no "), o.remedy(l.Targets[0]))
}

func (o Object) remedy(target string) string {
	for dir := path.Dir(target); ; dir = path.Dir(dir) {
		p, err := o.View.Resolve(path.Join(string(o.Path), dir))
		isDirectory := err == nil && p.Node.Type == nar.Directory
		if dir == "." && !isDirectory {
			return "it is not a directory: give another object"
		}
		if !isDirectory {
			continue
		}
		if dir == "." {
			dir = "it"
		}
		return fmt.Sprintf("set path to what there is; in %s there is %s", dir, some(p.Node.Names()))
	}
}

// maxShown is how many names an error has.
const maxShown = 20

func some(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	shown := slices.Clone(names[:min(len(names), maxShown)])
	if more := len(names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(shown, ", ")
}
