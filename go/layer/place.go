package layer

import (
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
)

// directoriesOf lists the directories that objects are in, those above them
// but the root included, each after the one that it is in: the store directory,
// also when there is no object, and the roots of objects that are placed
// elsewhere.
func directoriesOf(objects []*object.Object, storeDir string) []string {
	var dirs []string
	if len(objects) == 0 || slices.ContainsFunc(objects, func(o *object.Object) bool { return o.Root() == "" }) {
		dirs = parentsOf(storeDir)
	}
	for _, obj := range objects {
		if obj.Root() == "" {
			continue
		}
		for _, dir := range parentsOf(obj.Root()) {
			if !slices.Contains(dirs, dir) {
				dirs = append(dirs, dir)
			}
		}
	}
	return dirs
}

// place says whether an entry of an object in a shared directory is there
// already, on account of this or another object.
func (l *writer) place(obj *object.Object, e *object.Entry) (there bool, err error) {
	if e.Path == "" {
		return true, nil
	}
	if l.placed == nil {
		l.placed = map[string]*object.Entry{}
	}
	at := obj.Place(e)
	other := l.placed[at]
	if other == nil {
		l.placed[at] = e
		return false, nil
	}
	if !e.Same(other) {
		return false, fmt.Errorf("%s: another object has something else at %s (%s and %s): "+
			"build both programs in one configuration, or give one of them another root", obj.Path(), at, kind(other), kind(e))
	}
	return true, nil
}

// kind is what an entry is, for messages.
func kind(e *object.Entry) string {
	switch e.Type {
	case nar.Directory:
		return "a directory"
	case nar.Symlink:
		return fmt.Sprintf("a symlink to %q", e.Target)
	}
	return fmt.Sprintf("a file of %d bytes", e.Size)
}
