package customisation

import (
	"fmt"
	"io"
	"os"

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

// Join links the contents into one tree. Warnings are lines on w that begin
// with prefix.
func Join(sources []Source, storeDir string, c Collisions, w io.Writer, prefix string) ([]symlinkjoin.Entry, error) {
	var contents []symlinkjoin.Content
	for _, s := range sources {
		if _, err := store.ParsePath(storeDir, string(s.Path)); err != nil {
			return nil, fmt.Errorf("--content: %w: give the right --store-dir", err)
		}
		entries, err := readListing(s.Listing)
		if err != nil {
			return nil, err
		}
		contents = append(contents, symlinkjoin.Content{StorePath: s.Path, Label: s.Label, Entries: entries})
	}
	tree, collisions, err := symlinkjoin.Join(contents)
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
