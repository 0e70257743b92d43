package symlinkjoin

import (
	"fmt"
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
)

// source is the tree of one content.
type source struct {
	label string
	// prefix is the store path and a slash.
	prefix string
	root   *sourceNode
}

// sourceNode is a place in a content: a directory if children is not nil.
type sourceNode struct {
	path     string
	symlink  bool
	target   string
	children map[string]*sourceNode
}

func sourceTree(c Content) (*source, error) {
	s := &source{label: c.Label, prefix: string(c.StorePath) + "/"}
	if s.label == "" {
		s.label = string(c.StorePath)
	}
	for _, e := range c.Entries {
		n := &sourceNode{path: e.Path, symlink: e.Type == nar.Symlink, target: e.Target}
		if e.Type == nar.Directory {
			n.children = map[string]*sourceNode{}
		}
		if e.Path == "" {
			if n.children == nil {
				return nil, fmt.Errorf("%s (%s) is a single file, and contents are directories that are linked into the root: "+
					"give a store_object that places it, such as srcs = {%q: \"etc/NAME\"}", s.label, c.StorePath, s.label)
			}
			s.root = n
			continue
		}
		parent := s.node(path.Dir(e.Path))
		if parent == nil || parent.children == nil {
			return nil, fmt.Errorf("%s: listing: %q comes before its directory", s.label, e.Path)
		}
		parent.children[path.Base(e.Path)] = n
	}
	if s.root == nil {
		return nil, fmt.Errorf("%s: listing: no root", s.label)
	}
	return s, nil
}

// node is the place at a cleaned relative path, or nil.
func (s *source) node(at string) *sourceNode {
	n := s.root
	if at == "." {
		return n
	}
	for _, part := range strings.Split(at, "/") {
		if n == nil {
			return nil
		}
		n = n.children[part]
	}
	return n
}

// linkTo is the text of the link that stands for n in the joined tree.
func (s *source) linkTo(n *sourceNode) string {
	if n.symlink {
		return n.target
	}
	return s.prefix + n.path
}

// follow is the directory of this content that a link of it leads to, or nil.
func (s *source) follow(n *sourceNode) *sourceNode {
	for range maxDepth {
		if n == nil || n.children != nil {
			return n
		}
		if !n.symlink {
			return nil
		}
		at, ok := strings.CutPrefix(n.target, s.prefix)
		if !ok {
			if path.IsAbs(n.target) {
				return nil
			}
			at = path.Join(path.Dir(n.path), n.target)
		}
		if at = path.Clean(at); at == ".." || strings.HasPrefix(at, "../") {
			return nil
		}
		n = s.node(at)
	}
	return nil
}

// directoryAt is the directory that an absolute path inside this object names,
// or nil.
func (s *source) directoryAt(target string) *sourceNode {
	at, ok := strings.CutPrefix(target, s.prefix)
	if !ok {
		return nil
	}
	at = path.Clean(at)
	if at == ".." || strings.HasPrefix(at, "../") {
		return nil
	}
	return s.follow(s.node(at))
}

// ignored says what lndir passes over: names that end in a tilde, and the
// folders of version control systems.
func ignored(name string, n *sourceNode) bool {
	if strings.HasSuffix(name, "~") {
		return true
	}
	if n.children == nil {
		return false
	}
	switch name {
	case ".git", ".hg", ".svn", "CVS", "CVS.adm", "RCS", "SCCS", "BitKeeper":
		return true
	}
	return false
}
