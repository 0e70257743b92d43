// Package storeview follows paths through store objects of which only the
// listings are known, as a kernel would in a container that has the objects.
package storeview

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// maxLinks is how many links are followed one after the other, as in Linux.
const maxLinks = 40

// ErrUnknown says that a path leads to nothing that is known.
var ErrUnknown = errors.New("it leads to nothing that is known")

// View is a store directory with some objects in it. Its zero value is not
// ready to use.
type View struct {
	storeDir string
	list     func(store.Path) ([]object.Entry, error)
	objects  map[store.Path]*Node
}

// Node is a file, a link or a directory of an object.
type Node struct {
	object.Entry

	children map[string]*Node
}

// Names are the names in a directory, sorted by bytes.
func (n *Node) Names() []string { return slices.Sorted(maps.Keys(n.children)) }

// New returns a view of the store directory. list gives the entries of an
// object, and none for one that is not known; it is asked once for each object
// that a path leads to.
func New(storeDir string, list func(store.Path) ([]object.Entry, error)) *View {
	return &View{storeDir: path.Clean(storeDir), list: list, objects: map[store.Path]*Node{}}
}

// Place is what a path leads to.
type Place struct {
	// Path is absolute and has no links in it.
	Path string
	// Object is the store path of the object that it is in.
	Object store.Path
	Node   *Node
}

// Within is the place's path relative to its object.
func (p Place) Within() string { return p.Node.Path }

// Resolve follows an absolute path and the links on its way. Where it leads to
// nothing that is known, the error is ErrUnknown.
func (v *View) Resolve(file string) (Place, error) {
	p := Place{Path: "/"}
	rest := strings.Split(file, "/")
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		at := path.Join(p.Path, name)
		if name == "" || name == "." {
			continue
		}
		next, err := v.lookup(at)
		if err != nil {
			return Place{}, err
		}
		if next.Node == nil || next.Node.Type != nar.Symlink {
			if next.Node != nil && next.Node.Type == nar.Regular && slices.ContainsFunc(rest, func(s string) bool { return s != "" }) {
				return Place{}, ErrUnknown
			}
			p = next
			continue
		}
		if links++; links > maxLinks {
			return Place{}, ErrUnknown
		}
		if path.IsAbs(next.Node.Target) {
			p = Place{Path: "/"}
		}
		rest = append(strings.Split(next.Node.Target, "/"), rest...)
	}
	if p.Node == nil {
		return Place{}, ErrUnknown
	}
	return p, nil
}

// Stand gives what stands at an absolute path: the links on its way are
// followed, and one that stands there is not.
func (v *View) Stand(file string) (Place, error) {
	dir, err := v.Resolve(path.Dir(file))
	if err != nil {
		return Place{}, err
	}
	p, err := v.lookup(path.Join(dir.Path, path.Base(file)))
	if err == nil && p.Node == nil {
		err = ErrUnknown
	}
	return p, err
}

// lookup is what stands at a path without links in it. The store directory and
// those above have no node.
func (v *View) lookup(at string) (Place, error) {
	if at == v.storeDir || at == "/" || strings.HasPrefix(v.storeDir, at+"/") {
		return Place{Path: at}, nil
	}
	inside, ok := strings.CutPrefix(at, v.storeDir+"/")
	if !ok {
		return Place{}, ErrUnknown
	}
	base, rest, _ := strings.Cut(inside, "/")
	object, err := store.ParsePath(v.storeDir, path.Join(v.storeDir, base))
	if err != nil {
		return Place{}, ErrUnknown
	}
	n, err := v.tree(object)
	if err != nil {
		return Place{}, err
	}
	if n = n.walk(rest); n == nil {
		return Place{}, ErrUnknown
	}
	return Place{Path: at, Object: object, Node: n}, nil
}

// tree is the tree of an object, or nil.
func (v *View) tree(p store.Path) (*Node, error) {
	if root, ok := v.objects[p]; ok {
		return root, nil
	}
	entries, err := v.list(p)
	if err != nil {
		return nil, err
	}
	root, err := newTree(entries)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p, err)
	}
	v.objects[p] = root
	return root, nil
}

func newTree(entries []object.Entry) (*Node, error) {
	var root *Node
	for _, e := range entries {
		n := &Node{Entry: e}
		if e.Type == nar.Directory {
			n.children = map[string]*Node{}
		}
		if root == nil {
			root = n
			continue
		}
		dir, name := path.Split(e.Path)
		parent := root.walk(dir)
		if parent == nil || parent.children == nil || name == "" {
			return nil, fmt.Errorf("listing: %q is not in a directory that comes before it", e.Path)
		}
		parent.children[name] = n
	}
	return root, nil
}

// walk is what stands at a path below n, without following links, or nil.
func (n *Node) walk(at string) *Node {
	for name := range strings.SplitSeq(at, "/") {
		if name == "" {
			continue
		}
		if n == nil {
			return nil
		}
		n = n.children[name]
	}
	return n
}
