package symlinkjoin

import (
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// link is an object that is itself a link.
func link(letter byte, target string) Content {
	return Content{StorePath: store.Path(storePath(letter)), Entries: []object.Entry{{Type: nar.Symlink, Target: expand(target)}}}
}

// TestLinkAsContent: lndir goes into a folder that is named by a link, and the
// links that it makes lead through the name that it was given.
func TestLinkAsContent(t *testing.T) {
	tree := contents([]string{"dir/target", "dir/relative -> target", "bin/x", "share -> dir", "dir~", ".git/config"})[0]
	for _, test := range []struct {
		name             string
		contents, linked []Content
		want             []string
	}{
		{
			"to an object", []Content{link('B', "$A")}, []Content{tree},
			[]string{"bin/", "bin/x -> $B/bin/x", "dir/", "dir/relative -> target", "dir/target -> $B/dir/target", "share -> dir"},
		},
		{"to a folder in it", []Content{link('B', "$A/dir")}, []Content{tree}, []string{"relative -> target", "target -> $B/target"}},
		{"to a link in it", []Content{link('B', "$A/share")}, []Content{tree}, []string{"relative -> target", "target -> $B/target"}},
		{"relative", []Content{link('B', strings.TrimPrefix(storePath('A'), store.DefaultDir+"/")+"/bin/")}, []Content{tree}, []string{"x -> $B/x"}},
		{"to another link", []Content{link('C', "$B")}, []Content{link('B', "$A/bin"), tree}, []string{"x -> $C/x"}},
		{
			"to another content, which comes first", []Content{tree, link('B', "$A/bin")}, nil,
			[]string{"bin/", "bin/x -> $A/bin/x", "dir/", "dir/relative -> target", "dir/target -> $A/dir/target", "share -> dir", "x -> $B/x"},
		},
		{
			"known twice", []Content{link('B', "$A/bin"), tree}, []Content{tree},
			[]string{"bin/", "bin/x -> $A/bin/x", "dir/", "dir/relative -> target", "dir/target -> $A/dir/target", "share -> dir", "x -> $B/x"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			joined, collisions, err := Join(test.contents, test.linked...)
			if err != nil {
				t.Fatal(err)
			}
			want := make([]string, len(test.want))
			for i := range want {
				want[i] = expand(test.want[i])
			}
			wantList(t, "tree", show(joined), want)
			wantList(t, "collisions", showCollisions(collisions), []string{})
		})
	}
}

// TestLinkAsContentCollides: the content is named, not the object that it leads
// to.
func TestLinkAsContentCollides(t *testing.T) {
	tree := contents([]string{"x"})[0]
	l := link('B', "$A")
	l.Label = "//:link"
	_, collisions, err := Join(append(contents([]string{}, []string{}, []string{"x"})[2:], l), tree)
	if err != nil {
		t.Fatal(err)
	}
	wantList(t, "collisions", showCollisions(collisions), []string{
		"/x: //:c gives a file and //:link gives a file: the first is kept: remove one of them, or change the order of contents",
	})
}

func TestLinkAsContentErrors(t *testing.T) {
	tree := contents([]string{"file"})[0]
	for name, l := range map[string]Content{
		"to a file":             link('B', "$A/file"),
		"to nothing":            link('B', "$A/none"),
		"to an unknown object":  link('B', "$C"),
		"to itself":             link('B', "$B"),
		"to the image":          link('B', "/etc"),
		"to the store":          link('B', store.DefaultDir),
		"to an object's inside": link('B', "$A/file/x"),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := Join([]Content{l}, tree)
			if err == nil || !strings.Contains(err.Error(), "is a symlink to ") || !strings.Contains(err.Error(), "contents are directories") {
				t.Errorf("got %v", err)
			}
		})
	}
}
