package symlinkjoin

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
)

// node is a file, a link or a directory of a content, or a link or a directory
// of the joined tree.
type node struct {
	kind nar.Type
	// content is the number of the content that the node comes from.
	content int
	// target is a link's text.
	target string
	// children are what is in a directory.
	children map[string]*node
}

func newDirectory(content int) *node {
	return &node{kind: nar.Directory, content: content, children: map[string]*node{}}
}

// names are the names in a directory, sorted.
func (n *node) names() []string { return slices.Sorted(maps.Keys(n.children)) }

// walk is what stands at a path below n, without following links, or nil.
func (n *node) walk(at string) *node {
	for name := range strings.SplitSeq(at, "/") {
		if name == "" {
			continue
		}
		if n = n.children[name]; n == nil {
			return nil
		}
	}
	return n
}

func (n *node) entries(out []Entry, at string) []Entry {
	out = append(out, Entry{Path: at, Target: n.target})
	for _, name := range n.names() {
		out = n.children[name].entries(out, path.Join(at, name))
	}
	return out
}

// open adds a content's tree.
func (j *joiner) open(number int, c Content) error {
	root, err := contentTree(number, c)
	if err != nil {
		return err
	}
	j.contents = append(j.contents, content{label: c.label(), path: string(c.StorePath), root: root})
	j.add(c, root)
	return nil
}

// know adds the tree of an object that contents lead to.
func (j *joiner) know(c Content) error {
	if j.objects[string(c.StorePath)] != nil {
		return nil
	}
	root, err := contentTree(0, c)
	if err != nil {
		return err
	}
	j.add(c, root)
	return nil
}

func (j *joiner) add(c Content, root *node) {
	at := string(c.StorePath)
	j.objects[at] = root
	for dir := path.Dir(at); !j.above[dir]; dir = path.Dir(dir) {
		j.above[dir] = true
	}
}

func (c Content) label() string { return cmp.Or(c.Label, string(c.StorePath)) }

func contentTree(number int, c Content) (*node, error) {
	var root *node
	for _, e := range c.Entries {
		n := &node{kind: e.Type, content: number, target: e.Target}
		if e.Type == nar.Directory {
			n.children = map[string]*node{}
		}
		if root == nil {
			if e.Path != "" {
				return nil, fmt.Errorf("%s: listing: %q comes before the object itself", c.label(), e.Path)
			}
			root = n
			continue
		}
		dir, name := path.Split(e.Path)
		parent := root.walk(dir)
		if parent == nil || parent.kind != nar.Directory || name == "" {
			return nil, fmt.Errorf("%s: listing: %q is not in a directory that comes before it", c.label(), e.Path)
		}
		parent.children[name] = n
	}
	if root == nil {
		return nil, fmt.Errorf("%s: listing: it is empty", c.label())
	}
	return root, nil
}

// ignored says what lndir passes over: names that end in a tilde, and the
// folders of version control systems.
func ignored(name string, n *node) bool {
	if strings.HasSuffix(name, "~") {
		return true
	}
	if n.kind != nar.Directory {
		return false
	}
	switch name {
	case ".git", ".hg", ".svn", "CVS", "CVS.adm", "RCS", "SCCS", "BitKeeper":
		return true
	}
	return false
}

// maxLinks is how many links are followed one after the other, as in Linux.
const maxLinks = 40

// place is where a path leads.
type place struct {
	// path has no links in it.
	path string
	node *node
	// inObject says that it is in a content's object, not in the joined tree.
	inObject bool
	// link is the path of the last link of the joined tree on the way.
	link string
}

// resolve follows a path as a kernel does in the image: through the joined
// tree and the contents' objects. What other objects hold is not known: then
// the place has only the path up to which links were followed, if any.
func (j *joiner) resolve(dir, target string) (place, bool) {
	var p place
	at := start(dir, target)
	rest := strings.Split(target, "/")
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, name)
		n, inObject := j.lookup(next)
		switch {
		case n == nil && j.above[next], n != nil && n.kind == nar.Directory:
			at = next
		case n == nil:
			return place{path: strings.Join(append([]string{next}, rest...), "/")}, false
		case n.kind == nar.Regular && len(rest) > 0:
			return place{}, false
		case n.kind == nar.Regular:
			return place{path: next, node: n, inObject: inObject, link: p.link}, true
		default:
			if links++; links > maxLinks {
				return place{}, false
			}
			if !inObject {
				p.link = next
			}
			at = start(at, n.target)
			rest = append(strings.Split(n.target, "/"), rest...)
		}
	}
	p.path = at
	p.node, p.inObject = j.lookup(at)
	return p, p.node != nil
}

// start is the directory from which a link's target is followed.
func start(dir, target string) string {
	if path.IsAbs(target) {
		return "/"
	}
	return dir
}

// lookup is what stands at a path without links in it, or nil.
func (j *joiner) lookup(at string) (n *node, inObject bool) {
	for object := at; object != "/"; object = path.Dir(object) {
		if root := j.objects[object]; root != nil {
			return root.walk(at[len(object):]), true
		}
	}
	return j.root.walk(at), false
}

const (
	aDirectory = "a directory"
	aFile      = "a file"
)

// String is one line for the user, which ends with the remedy.
func (c Collision) String() string {
	remedy := "remove one of them, or change the order of contents"
	for _, pair := range [][2]string{{c.First.What, c.Second.What}, {c.Second.What, c.First.What}} {
		if pair[0] == aDirectory && pair[1] != aFile {
			remedy = "remove one of them, or add to contents the object that the link leads to"
		}
	}
	shown := "/" + c.Path
	if quoted := strconv.Quote(shown); quoted != `"`+shown+`"` {
		shown = quoted
	}
	return fmt.Sprintf("%s: %s gives %s and %s gives %s: the first is kept: %s",
		shown, c.First.Label, c.First.What, c.Second.Label, c.Second.What, remedy)
}

// clash is what becomes a collision unless both lead to the same place in the
// finished tree.
type clash struct {
	at            string
	first, second node
}

func (j *joiner) clash(at string, first, second *node) {
	j.clashes = append(j.clashes, clash{at, *first, *second})
}

// collisions are sorted by path, then in the order in which they were met.
func (j *joiner) collisions() []Collision {
	var list []Collision
	seen := map[Collision]bool{}
	for _, c := range j.clashes {
		first, firstPlace := j.claim(c.at, &c.first)
		second, secondPlace := j.claim(c.at, &c.second)
		collision := Collision{Path: strings.TrimPrefix(c.at, "/"), First: first, Second: second}
		if seen[collision] || firstPlace != "" && firstPlace == secondPlace {
			continue
		}
		seen[collision] = true
		list = append(list, collision)
	}
	slices.SortStableFunc(list, func(a, b Collision) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// claim tells what a node is and where it leads, "" if that is nowhere.
func (j *joiner) claim(at string, n *node) (Claim, string) {
	c := Claim{Label: j.contents[n.content].label, What: aDirectory}
	if n.kind == nar.Directory {
		return c, at
	}
	p, ok := j.resolve(path.Dir(at), n.target)
	own := strings.HasPrefix(n.target, j.contents[n.content].path+"/")
	if ok && p.node.kind == nar.Regular && (own || p.path == n.target) {
		c.What = aFile
	} else {
		c.What = fmt.Sprintf("a link to %q", n.target)
	}
	return c, p.path
}
