package symlinkjoin

import (
	"fmt"
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
)

// follow makes sure that a content is a directory: one that is a link to a
// directory of a known object gets what is in that, as lndir goes into a folder
// that is named by a link. The links in the joined tree lead through the
// content's own path.
func (j *joiner) follow(number int) error {
	c := &j.contents[number]
	what := "a single file"
	switch c.root.kind {
	case nar.Directory:
		return nil
	case nar.Symlink:
		if p, ok := j.resolve(path.Dir(c.path), c.root.target); ok && p.inObject && p.node.kind == nar.Directory {
			c.root = p.node.copy(number)
			return nil
		}
		what = fmt.Sprintf("a symlink to %q", c.root.target)
	}
	label := c.label
	// What a label of another repository is called where it is used is not known.
	if label == c.path || strings.HasPrefix(label, "@@") {
		label = "LABEL"
	}
	return fmt.Errorf("%s: %s is %s, and contents are directories that are linked into the root: "+
		"give a store_object instead that says where it goes, with symlinks = {\"etc/NAME\": \"$(store_path %s)\"}", c.label, c.path, what, label)
}

// copy is the tree as one of another content.
func (n *node) copy(content int) *node {
	out := *n
	out.content = content
	if n.children != nil {
		out.children = make(map[string]*node, len(n.children))
		for name, child := range n.children {
			out.children[name] = child.copy(content)
		}
	}
	return &out
}
