// Package linktree writes store objects that hold links and directories alone.
package linktree

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
)

// Entry is a link, or a directory.
type Entry struct {
	// Path is relative to the object, with "/" between names.
	Path string
	// Target is the link's text; it is empty for a directory.
	Target string
}

// WriteNAR writes the object that holds the entries, in whatever order they
// are, and the directories that these are in. An entry below a link, or two
// different ones at one path, are an error that names the path.
func WriteNAR(w io.Writer, entries []Entry) error {
	root := &node{children: map[string]*node{}}
	for _, e := range entries {
		if err := root.add(e); err != nil {
			return err
		}
	}
	out := nar.NewWriter(w)
	root.write(out, "")
	return out.Close()
}

// node is a link, or a directory, which has children.
type node struct {
	target   string
	children map[string]*node
}

func (n *node) add(e Entry) error {
	names := strings.Split(e.Path, "/")
	for i, name := range names {
		child := n.children[name]
		last := i == len(names)-1
		switch {
		case last && e.Target != "" && child == nil:
			child = &node{target: e.Target}
		case last && e.Target != "" && (child.children != nil || child.target != e.Target):
			return fmt.Errorf("%s is there twice, as a link to %q and as %s", e.Path, e.Target, cmp.Or(child.target, "a directory"))
		case last && e.Target != "":
			return nil
		case child == nil:
			child = &node{children: map[string]*node{}}
		case child.children == nil:
			return fmt.Errorf("%s is a link to %q and a directory: it cannot hold %s", strings.Join(names[:i+1], "/"), child.target, e.Path)
		}
		n.children[name] = child
		n = child
	}
	return nil
}

// write leaves errors to Close, which gives the writer's first one.
func (n *node) write(out *nar.Writer, at string) {
	if n.children == nil {
		_ = out.WriteHeader(nar.Entry{Path: at, Type: nar.Symlink, Target: n.target})
		return
	}
	_ = out.WriteHeader(nar.Entry{Path: at, Type: nar.Directory})
	for _, name := range slices.Sorted(maps.Keys(n.children)) {
		n.children[name].write(out, path.Join(at, name))
	}
}
