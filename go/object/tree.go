package object

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// tree collects a manifest's records.
type tree struct {
	object      store.Path
	nodes       map[string]*node
	executables []glob
	// root is where images have the entries, "" for the store path.
	root string
}

func newTree(path store.Path) *tree { return &tree{object: path, nodes: map[string]*node{}} }

// node is what a path is.
type node struct {
	Entry
	// implied is the node that a directory without a record of its own is
	// there for.
	implied *node
}

// String says what the node is and where that comes from, for errors.
func (n *node) String() string {
	path := fmt.Sprintf("%q", shorten(n.Path))
	if n.Path == "" {
		path = "the object itself"
	}
	switch {
	case n.Type == nar.Regular:
		return fmt.Sprintf("%s (the file %s)", path, shorten(n.source))
	case n.Type == nar.Symlink:
		return fmt.Sprintf("%s (a symlink to %q)", path, shorten(n.Target))
	case n.implied != nil:
		return fmt.Sprintf("%s (the directory of %v)", path, n.implied)
	}
	return path + " (a directory)"
}

// sourcesIn makes relative sources relative to a folder.
func (t *tree) sourcesIn(dir string) {
	for _, n := range t.nodes {
		if n.source != "" {
			n.source = below(dir, n.source)
		}
	}
}

// below is a path relative to a folder.
func below(dir, path string) string {
	if dir == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// add puts a record's node into the tree, and the directories above it.
func (t *tree) add(n *node) error {
	if old := t.nodes[n.Path]; old != nil {
		if err := t.again(old, n); err != nil {
			return err
		}
		if n.Type == nar.Directory {
			old.implied = nil
		}
		return nil
	}
	t.nodes[n.Path] = n
	for path := n.Path; path != ""; {
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
		above := t.nodes[path]
		if above == nil {
			t.nodes[path] = &node{Entry: Entry{Path: path, Type: nar.Directory}, implied: n}
			continue
		}
		if above.Type != nar.Directory {
			return needsDirectory(above, n)
		}
		break
	}
	return nil
}

// again refuses a second node for a path that is not what the first is.
func (t *tree) again(old, n *node) error {
	switch {
	case old.Type == nar.Directory && n.Type != nar.Directory:
		return needsDirectory(n, old)
	case old.Type != nar.Directory && n.Type == nar.Directory:
		return needsDirectory(old, n)
	case old.Type != n.Type || old.source != n.source || old.Target != n.Target:
		return fmt.Errorf("two things have one path: %v and %v: keep one of them", old, n)
	case old.Executable != n.Executable:
		return fmt.Errorf("%v has both the mode %s and the mode %s: keep one of them", n, plainMode, executableMode)
	}
	return nil
}

func needsDirectory(file, needs *node) error {
	if needs.implied != nil {
		needs = needs.implied
	}
	return fmt.Errorf("%v is not a directory, but %v needs one there: keep one of them", file, needs)
}

// entries gives the finished tree in order, with the files' sizes.
func (t *tree) entries() ([]Entry, error) {
	if len(t.nodes) == 0 {
		return nil, errors.New("the manifest has no entry: an empty object needs a record of the directory \"\"")
	}
	if top := t.nodes[""]; t.root != "" && top.Type != nar.Directory {
		return nil, fmt.Errorf("%v is not a directory, but it is placed in %q", top, shorten(t.root))
	}
	list := make([]Entry, 0, len(t.nodes))
	for _, n := range t.nodes {
		list = append(list, n.Entry)
	}
	slices.SortFunc(list, func(a, b Entry) int { return Compare(a.Path, b.Path) })
	for i := range list {
		if e := &list[i]; e.Type == nar.Regular {
			if err := t.finish(e); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// finish gives a file its size and its mode, and makes a link of one that is.
func (t *tree) finish(e *Entry) error {
	if e.output {
		target, ok, err := outputLink(e.source)
		if err != nil {
			return fmt.Errorf("the source of %q: %w", shorten(e.Path), err)
		}
		if ok {
			*e = Entry{Path: e.Path, Type: nar.Symlink, Target: target}
			return checkTarget(e.Path, target)
		}
	}
	info, err := os.Stat(e.source)
	if err != nil {
		return fmt.Errorf("the source of %q: %w: name a file that a build step makes", shorten(e.Path), err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("the source of %q, %s, is not a regular file: name the files in it (with glob, where it is a source directory), or a NAR", shorten(e.Path), e.source)
	}
	e.Size = info.Size()
	e.Executable = e.Executable || slices.ContainsFunc(t.executables, func(g glob) bool { return g.match(e.Path) })
	return nil
}
