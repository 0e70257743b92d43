package imagecheck

import (
	"context"
	"fmt"

	"github.com/rules-strata/rules_strata/go/archive"
)

// Image is an image whose layers can be made more than once: a call of Archive
// gives layers that have not been written yet.
type Image interface {
	Archive() archive.Image
}

// Report is how an image differs from what was expected.
type Report struct {
	// Expectations is how many fields of the config and paths were checked.
	Expectations int
	// Failures has a line for each thing that is not as expected: those of the
	// config and those of paths, each sorted by name, then those of Absent.
	Failures []string
}

// Run compares an image with expectations. An error means that the image could
// not be read; a difference is no error.
func Run(ctx context.Context, img Image, e *Expectations) (*Report, error) {
	report := &Report{Expectations: len(e.Config) + len(e.Paths) + len(e.Absent)}
	var err error
	if report.Failures, err = checkConfig(img.Archive().Config, e.Config); err != nil {
		return nil, err
	}
	if len(e.Paths)+len(e.Absent) == 0 {
		return report, nil
	}
	root, err := flatten(ctx, img.Archive().Layers)
	if err != nil {
		return nil, err
	}
	contents, err := readContents(ctx, img.Archive().Layers, wantedContents(root, e.Paths))
	if err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(e.Paths) {
		p := e.Paths[name]
		for _, failure := range checkOne(root, name, &p, contents) {
			report.Failures = append(report.Failures, fmt.Sprintf("%s: %s", name, failure))
		}
	}
	for _, name := range e.Absent {
		if f := lookup(root, name, false); f.node != nil {
			report.Failures = append(report.Failures, fmt.Sprintf("%s: there is %s, want nothing", name, f.node.describe()))
		}
	}
	return report, nil
}

// wantedContents lists the files whose content matters, with the texts to
// search.
func wantedContents(root *node, paths map[string]Path) map[*inode][]string {
	files := map[*inode][]string{}
	for name, p := range paths {
		if !p.reads() {
			continue
		}
		if f := lookup(root, name, true); f.node != nil && f.node.typ == "file" {
			texts := files[f.node.inode]
			if p.Contains != nil {
				texts = append(texts, *p.Contains)
			}
			files[f.node.inode] = texts
		}
	}
	return files
}

// checkOne lists what is wrong with one path.
func checkOne(root *node, name string, p *Path, contents map[*inode]*content) []string {
	f := lookup(root, name, !p.own())
	if f.node == nil {
		return []string{notThere(root, name, f)}
	}
	failures := f.node.failures(p)
	if f.real != name {
		for i := range failures {
			failures[i] += fmt.Sprintf(" (it leads to %s)", f.real)
		}
	}
	if !p.ofFile() {
		return failures
	}
	f = lookup(root, name, true)
	switch {
	case f.node == nil:
		return append(failures, notThere(root, name, f))
	case f.node.typ != "file":
		return append(failures, fmt.Sprintf("it is %s, want a file", f.node.describe()))
	}
	if p.Size != nil && f.node.size != *p.Size {
		failures = append(failures, fmt.Sprintf("size is %d, want %d", f.node.size, *p.Size))
	}
	if p.reads() {
		failures = append(failures, contents[f.node.inode].failures(p)...)
	}
	return failures
}

// notThere says why nothing is at a path.
func notThere(root *node, name string, f found) string {
	if link := lookup(root, name, false); link.node != nil && link.node.typ == "symlink" {
		return fmt.Sprintf("it is a symlink to %s, where nothing is: %s", link.node.target, f.why)
	}
	return "nothing is there: " + f.why
}

// failures lists where what is at a path is not as p says, its content aside.
func (n *node) failures(p *Path) []string {
	var failures []string
	differ := func(field, got, want any) {
		failures = append(failures, fmt.Sprintf("%s is %v, want %v", field, got, want))
	}
	if p.Type != "" && n.typ != p.Type {
		differ("type", n.typ, p.Type)
	}
	if p.Target != nil && n.typ != "symlink" {
		differ("type", n.typ, "symlink, with target "+*p.Target)
	} else if p.Target != nil && n.target != *p.Target {
		differ("target", n.target, *p.Target)
	}
	// Parse has read the mode once.
	if mode, err := p.mode(); err == nil && p.Mode != "" && n.mode != mode {
		differ("mode", fmt.Sprintf("%04o", n.mode), fmt.Sprintf("%04o", mode))
	}
	if p.UID != nil && n.uid != *p.UID {
		differ("uid", n.uid, *p.UID)
	}
	if p.GID != nil && n.gid != *p.GID {
		differ("gid", n.gid, *p.GID)
	}
	return failures
}

// describe says in a few words what it is.
func (n *node) describe() string {
	switch n.typ {
	case "file":
		return fmt.Sprintf("a file of %d bytes", n.size)
	case "symlink":
		return "a symlink to " + n.target
	case "directory":
		return "a directory with " + enumerate(sortedKeys(n.children))
	case "char", "block":
		return "a device node"
	default:
		return "a named pipe"
	}
}
