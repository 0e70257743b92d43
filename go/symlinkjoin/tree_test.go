package symlinkjoin

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// storePath is the object that tests call $A, $B and so on.
func storePath(letter byte) string {
	return store.DefaultDir + "/" + strings.Repeat("0", store.HashLen-1) + string('0'+letter-'A') + "-" + string(letter)
}

// expand replaces $A by the store path of A.
func expand(s string) string {
	for letter := byte('A'); letter <= 'F'; letter++ {
		s = strings.ReplaceAll(s, "$"+string(letter), storePath(letter))
	}
	return s
}

// contents makes an object of each list: A of the first, labelled //:a, and so
// on. An item is "dir/", "dir/file" or "dir/link -> target", and directories
// above it need none.
func contents(lists ...[]string) []Content {
	var out []Content
	for i, list := range lists {
		letter := byte('A' + i)
		out = append(out, Content{
			StorePath: store.Path(storePath(letter)),
			Label:     "//:" + string('a'+letter-'A'),
			Entries:   entries(list...),
		})
	}
	return out
}

func entries(list ...string) []object.Entry {
	tree := map[string]object.Entry{"": {Type: nar.Directory}}
	for _, item := range list {
		name, target, isLink := strings.Cut(item, " -> ")
		e := object.Entry{Path: strings.TrimSuffix(name, "/"), Type: nar.Regular}
		switch {
		case isLink:
			e.Type, e.Target = nar.Symlink, expand(target)
		case strings.HasSuffix(name, "/"):
			e.Type = nar.Directory
		}
		tree[e.Path] = e
		for i := range e.Path {
			if e.Path[i] == '/' {
				tree[e.Path[:i]] = object.Entry{Path: e.Path[:i], Type: nar.Directory}
			}
		}
	}
	var out []object.Entry
	for _, e := range tree {
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b object.Entry) int { return object.Compare(a.Path, b.Path) })
	return out
}

// show writes a joined tree as lists are written, without the root.
func show(tree []Entry) []string {
	out := []string{}
	for _, e := range tree[1:] {
		if e.Target == "" {
			out = append(out, e.Path+"/")
		} else {
			out = append(out, e.Path+" -> "+e.Target)
		}
	}
	return out
}

func showCollisions(list []Collision) []string {
	out := []string{}
	for _, c := range list {
		out = append(out, c.String())
	}
	return out
}

func join(tb testing.TB, list []Content) ([]Entry, []Collision) {
	tb.Helper()
	tree, collisions, err := Join(list)
	if err != nil {
		tb.Fatal(err)
	}
	if len(tree) == 0 || tree[0] != (Entry{}) {
		tb.Fatalf("the root does not come first: %q", tree)
	}
	return tree, collisions
}

func wantList(tb testing.TB, what string, got, want []string) {
	tb.Helper()
	if !slices.Equal(got, want) {
		tb.Errorf("%s:\ngot\n\t%s\nwant\n\t%s", what, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
