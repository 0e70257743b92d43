package customisation

import (
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

// Source is one of an image's contents, and the file with its listing.
type Source struct {
	Path    store.Path
	Listing string
	// Label is what messages call it; the store path does when it is empty.
	Label string
}

// Collisions says what becomes of paths that two contents give differently.
type Collisions string

const (
	// KeepFirst keeps the earlier content's, with a warning.
	KeepFirst Collisions = "first"
	// Refuse makes them an error.
	Refuse Collisions = "error"
)

// Join links the contents into one tree. linked are objects, besides the
// contents, that a content which is itself a link may lead to; only the
// listings that are needed are read. Warnings are lines on w that begin with
// prefix.
func Join(sources, linked []Source, storeDir string, c Collisions, w io.Writer, prefix string) ([]symlinkjoin.Entry, error) {
	var contents []symlinkjoin.Content
	for _, s := range sources {
		content, err := s.read("--content", storeDir)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	targets, err := linkTargets(contents, linked, storeDir)
	if err != nil {
		return nil, err
	}
	tree, collisions, err := symlinkjoin.Join(contents, targets...)
	if err != nil {
		return nil, err
	}
	if c == Refuse {
		return tree, CollisionError(collisions)
	}
	for _, collision := range collisions {
		if _, err := fmt.Fprintf(w, "%s: warning: %s\n", prefix, collision); err != nil {
			return nil, err
		}
	}
	return tree, nil
}

// linkTargets reads those of the linked objects that a content which is a link
// leads to, one link after the other.
func linkTargets(contents []symlinkjoin.Content, linked []Source, storeDir string) ([]symlinkjoin.Content, error) {
	var targets []symlinkjoin.Content
	todo := slices.Clone(contents)
	for len(todo) > 0 {
		c := todo[0]
		todo = todo[1:]
		if len(c.Entries) == 0 || c.Entries[0].Type != nar.Symlink {
			continue
		}
		object := objectOf(c, storeDir)
		at := slices.IndexFunc(linked, func(s Source) bool { return s.Path == object })
		if at < 0 || slices.ContainsFunc(targets, func(t symlinkjoin.Content) bool { return t.StorePath == object }) {
			continue
		}
		target, err := linked[at].read("--linked", storeDir)
		if err != nil {
			return nil, err
		}
		targets = append(targets, target)
		todo = append(todo, target)
	}
	return targets, nil
}

// objectOf is the store path of the object that a link leads into, or "".
func objectOf(link symlinkjoin.Content, storeDir string) store.Path {
	at := link.Entries[0].Target
	if !path.IsAbs(at) {
		at = path.Join(path.Dir(string(link.StorePath)), at)
	}
	inside, ok := strings.CutPrefix(path.Clean(at), path.Clean(storeDir)+"/")
	if !ok {
		return ""
	}
	base, _, _ := strings.Cut(inside, "/")
	return store.Path(path.Join(storeDir, base))
}

// read is the content with its listing; flag is what gave it.
func (s Source) read(flag, storeDir string) (symlinkjoin.Content, error) {
	if _, err := store.ParsePath(storeDir, string(s.Path)); err != nil {
		return symlinkjoin.Content{}, fmt.Errorf("%s: %w: give the right --store-dir", flag, err)
	}
	entries, err := readListing(s.Listing)
	return symlinkjoin.Content{StorePath: s.Path, Label: s.Label, Entries: entries}, err
}

func readListing(file string) ([]object.Entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := object.ReadListing(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return entries, nil
}
