package symlinkjoin

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
)

// A reference is a tree by paths, as lndir makes it of one object after the
// other. A directory's target is "".
type reference struct {
	tree map[string]string
	// met says that a directory met something else, which is where Join does
	// better.
	met bool
}

func (r *reference) lndir(c Content) {
	skipped := map[string]bool{}
	for _, e := range c.Entries {
		dir, name := path.Split(e.Path)
		isDirectory := e.Type == nar.Directory
		vcs := []string{".git", ".hg", ".svn", "CVS", "CVS.adm", "RCS", "SCCS", "BitKeeper"}
		if skipped[strings.TrimSuffix(dir, "/")] || strings.HasSuffix(name, "~") || isDirectory && slices.Contains(vcs, name) {
			skipped[e.Path] = true
			continue
		}
		text := ""
		switch e.Type {
		case nar.Regular:
			text = string(c.StorePath) + "/" + e.Path
		case nar.Symlink:
			text = e.Target
		}
		existing, ok := r.tree[e.Path]
		if !ok {
			r.tree[e.Path] = text
		} else if isDirectory != (existing == "") {
			r.met = true
			skipped[e.Path] = true
		}
	}
}

func lndirAll(list []Content) *reference {
	r := &reference{tree: map[string]string{"": ""}}
	for _, c := range list {
		r.lndir(c)
	}
	return r
}

// TestReference compares with the rules of lndir, which the version of
// xutils-dev 7.7 was seen to follow.
func TestReference(t *testing.T) {
	object := []string{
		"bin/hello", "bin/back~", "bin/rel -> hello", "bin/up -> ../empty", "bin/out -> ../../../etc/passwd", "bin/abs -> /etc/passwd", "bin/sub/",
		".dot", ".git/x", ".hidden/", "sub/.git", "sub/RCS", "sub/CVS/", "sub/CVS2 -> ../.git", "sub/SCCS -> bin", "CVS.adm/", "BitKeeper/", ".hg2 -> bin",
		"dir~/x", "l~ -> x", "~", "sbin -> bin", "self -> .", "gitlink -> .git", "dangling -> nowhere", "dbl -> a//b", "deep/.git/", "empty/",
	}
	got, _ := join(t, contents(object))
	wantList(t, "tree", show(got), []string{
		expand(".dot -> $A/.dot"), ".hg2 -> bin", ".hidden/", "bin/", "bin/abs -> /etc/passwd", expand("bin/hello -> $A/bin/hello"),
		"bin/out -> ../../../etc/passwd", "bin/rel -> hello", "bin/sub/", "bin/up -> ../empty", "dangling -> nowhere", "dbl -> a//b", "deep/", "empty/",
		"gitlink -> .git", "sbin -> bin", "self -> .", "sub/", expand("sub/.git -> $A/sub/.git"), "sub/CVS2 -> ../.git", expand("sub/RCS -> $A/sub/RCS"), "sub/SCCS -> bin",
	})
}

// generator makes objects with few names, so that they meet often.
type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) path(depth int) string {
	names := make([]string, 1+g.IntN(depth))
	for i := range names {
		names[i] = g.pick("a", "b", "c", "d", "a", "b", "c", "d", "CVS", ".git", "e~", "\xff")
	}
	return strings.Join(names, "/")
}

func (g generator) target() string {
	switch g.IntN(6) {
	case 0:
		return g.pick("$A", "$B", "$C", "$F") + "/" + g.path(2)
	case 1:
		return "/" + g.path(2)
	case 2:
		return g.pick(".", "..", "/", "../..", "$A", "$B", "/nix/store", "a/..", "b/.", "../../"+storePath('B')[5:])
	default:
		return g.pick("", "../", "./", "../../", "../a/../") + g.path(3)
	}
}

func (g generator) contents(objects int, linked int) []Content {
	var lists [][]string
	for range objects {
		taken := map[string]bool{}
		var list []string
		for range g.IntN(12) {
			name := g.path(3)
			item := name
			switch n := g.IntN(10); {
			case n < linked:
				item += " -> " + g.target()
			case n < 6:
				item += "/"
			}
			if free(taken, name) {
				list = append(list, item)
			}
		}
		lists = append(lists, list)
	}
	return contents(lists...)
}

// free takes a path, unless something is there or below or above it.
func free(taken map[string]bool, name string) bool {
	for old := range taken {
		if strings.HasPrefix(old+"/", name+"/") || strings.HasPrefix(name+"/", old+"/") {
			return false
		}
	}
	taken[name] = true
	return true
}

// TestRandomAgainstReference: where no directory meets anything else, Join
// does what lndir does.
func TestRandomAgainstReference(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	compared := 0
	for i := range 10_000 {
		list := g.contents(1+g.IntN(3), g.IntN(4))
		want := lndirAll(list)
		if want.met {
			continue
		}
		compared++
		tree, _ := join(t, list)
		got := map[string]string{}
		for _, e := range tree {
			got[e.Path] = e.Target
		}
		if len(got) != len(want.tree) {
			t.Fatalf("round %d: got %q, want %q", i, got, want.tree)
		}
		for name, target := range want.tree {
			if g, ok := got[name]; !ok || g != target {
				t.Fatalf("round %d: %q: got %q, want %q: %s", i, name, g, target, showContents(list))
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d rounds compared", compared)
	}
}

// TestRandomUnions: whatever meets, every path of every content leads to what
// the content has there, or a collision says why not.
func TestRandomUnions(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(3, 4))}
	for i := range 5_000 {
		list := g.contents(2+g.IntN(3), 3)
		tree, collisions := join(t, list)
		checkOrder(t, tree)
		again, _ := join(t, list)
		if !slices.Equal(tree, again) {
			t.Fatalf("round %d: two runs differ: %s", i, showContents(list))
		}
		v := newView(list, tree)
		for _, c := range list {
			if message := v.check(c, collisions); message != "" {
				t.Fatalf("round %d: %s\n%s\ntree\n\t%s\ncollisions %q", i, message, showContents(list), strings.Join(show(tree), "\n\t"), collisions)
			}
		}
	}
}

func showContents(list []Content) string {
	var out strings.Builder
	for _, c := range list {
		fmt.Fprintf(&out, "\n%s:", c.StorePath)
		for _, e := range c.Entries {
			fmt.Fprintf(&out, " %s[%v %s]", e.Path, e.Type, e.Target)
		}
	}
	return out.String()
}

func checkOrder(t *testing.T, tree []Entry) {
	t.Helper()
	directories := map[string]bool{}
	for i, e := range tree {
		if i > 0 {
			dir := path.Dir("/" + e.Path)
			if !directories[dir] {
				t.Fatalf("%q is not in a directory that comes before it", e.Path)
			}
			if strings.ReplaceAll(tree[i-1].Path, "/", "\x00") >= strings.ReplaceAll(e.Path, "/", "\x00") {
				t.Fatalf("%q comes after %q", e.Path, tree[i-1].Path)
			}
		}
		if e.Target == "" {
			directories[path.Join("/", e.Path)] = true
		}
	}
}

// view is the image's root as a kernel sees it: kinds by absolute paths, the
// objects of the contents included.
type view struct {
	kind   map[string]nar.Type
	target map[string]string
}

func newView(list []Content, tree []Entry) *view {
	v := &view{kind: map[string]nar.Type{"/": nar.Directory, "/nix": nar.Directory, "/nix/store": nar.Directory}, target: map[string]string{}}
	for _, c := range list {
		for _, e := range c.Entries {
			at := path.Join(string(c.StorePath), e.Path)
			v.kind[at], v.target[at] = e.Type, e.Target
		}
	}
	for _, e := range tree {
		at := "/" + e.Path
		v.kind[at], v.target[at] = nar.Directory, e.Target
		if e.Target != "" {
			v.kind[at] = nar.Symlink
		}
	}
	return v
}

// lstat follows the links above the last name of a path.
func (v *view) lstat(at string) (string, bool) {
	links := 0
	dir, ok := v.follow("/", path.Dir(at), &links)
	if !ok || v.kind[dir] != nar.Directory {
		return "", false
	}
	at = path.Join(dir, path.Base(at))
	_, ok = v.kind[at]
	return at, ok
}

func (v *view) follow(dir, target string, links *int) (string, bool) {
	if path.IsAbs(target) {
		dir = "/"
	}
	for _, name := range strings.Split(target, "/") {
		if v.kind[dir] != nar.Directory {
			return "", false
		}
		switch name {
		case "", ".":
			continue
		case "..":
			dir = path.Dir(dir)
			continue
		}
		next := path.Join(dir, name)
		switch v.kind[next] {
		case 0:
			return "", false
		case nar.Symlink:
			if *links++; *links > 40 {
				return "", false
			}
			var ok bool
			if next, ok = v.follow(dir, v.target[next], links); !ok {
				return "", false
			}
		}
		dir = next
	}
	return dir, true
}

// stat follows all links of a path.
func (v *view) stat(at string) (string, bool) {
	links := 0
	return v.follow("/", at, &links)
}

// check says which path of a content is lost without a word.
func (v *view) check(c Content, collisions []Collision) string {
	excused := map[string]bool{}
	alone := lndirAll([]Content{c})
	for _, e := range c.Entries {
		if _, ok := alone.tree[e.Path]; !ok || e.Path == "" {
			continue
		}
		at := "/" + e.Path
		place, ok := v.lstat(at)
		explained := slices.ContainsFunc(collisions, func(collision Collision) bool {
			return ok && "/"+collision.Path == place && (collision.First.Label == c.Label || collision.Second.Label == c.Label)
		})
		excused[at] = explained || excused[path.Dir(at)]
		if !excused[at] && !v.holds(at, c, e.Type, alone.tree[e.Path]) {
			return fmt.Sprintf("%s of %s is lost", at, c.Label)
		}
	}
	return ""
}

// holds says whether a path is what a content has there. For a link it is
// enough that it leads where the content's own link would in the image, or to
// a directory with at least the same names.
func (v *view) holds(at string, c Content, kind nar.Type, text string) bool {
	place, ok := v.lstat(at)
	if !ok {
		return false
	}
	if kind == nar.Directory {
		found, ok := v.stat(at)
		return ok && v.kind[found] == nar.Directory
	}
	if v.target[place] == text {
		return true
	}
	want, wanted := v.stat(absolute(path.Dir(at), text))
	found, ok := v.stat(at)
	if !wanted && !ok {
		return true
	}
	if !wanted || !ok {
		return false
	}
	if found == want {
		return true
	}
	return v.kind[found] == nar.Directory && v.kind[want] == nar.Directory && v.namesIn(want, func(name string) bool {
		_, ok := v.kind[path.Join(found, name)]
		return ok || want == "/" && name == "nix"
	})
}

// namesIn says whether all names in a directory are as they should be.
func (v *view) namesIn(dir string, ok func(name string) bool) bool {
	for at := range v.kind {
		if at != "/" && path.Dir(at) == dir && !ok(path.Base(at)) {
			return false
		}
	}
	return true
}
