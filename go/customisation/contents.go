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

// linkTargets reads those of the linked objects that a content's links lead to,
// and what they lead to that are links themselves, one after the other.
func linkTargets(contents []symlinkjoin.Content, linked []Source, storeDir string) ([]symlinkjoin.Content, error) {
	var targets []symlinkjoin.Content
	known := map[store.Path]bool{}
	follow := func(e object.Entry, c symlinkjoin.Content) error {
		at := objectOf(e, c.StorePath, storeDir)
		source := slices.IndexFunc(linked, func(s Source) bool { return s.Path == at })
		if at == "" || known[at] || source < 0 {
			return nil
		}
		known[at] = true
		target, err := linked[source].read("--linked", storeDir)
		if err == nil {
			targets = append(targets, target)
		}
		return err
	}
	for _, c := range contents {
		for _, e := range c.Entries {
			if err := follow(e, c); err != nil {
				return nil, err
			}
		}
	}
	// Following appends to the targets.
	for i := 0; i < len(targets); i++ {
		if len(targets[i].Entries) > 0 {
			if err := follow(targets[i].Entries[0], targets[i]); err != nil {
				return nil, err
			}
		}
	}
	return targets, nil
}

// objectOf is the store path of the object that an entry is a link into, or "".
func objectOf(e object.Entry, in store.Path, storeDir string) store.Path {
	if e.Type != nar.Symlink {
		return ""
	}
	at := e.Target
	if !path.IsAbs(at) {
		at = path.Join(string(in), path.Dir(e.Path), at)
		if e.Path == "" {
			at = path.Join(path.Dir(string(in)), e.Target)
		}
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
