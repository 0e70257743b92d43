package imagecheck

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagetree"
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
	root, err := imagetree.Flatten(ctx, img.Archive().Layers)
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
			report.Failures = append(report.Failures, fmt.Sprintf("%s: there is %s, want nothing", name, describe(f.node)))
		}
	}
	return report, nil
}

// wantedContents lists the files whose content matters, with the texts to
// search.
func wantedContents(root *imagetree.Node, paths map[string]Path) map[*imagetree.Inode][]string {
	files := map[*imagetree.Inode][]string{}
	for name, p := range paths {
		if !p.reads() {
			continue
		}
		if f := lookup(root, name, true); f.node != nil && f.node.Type == imagetree.File {
			texts := files[f.node.Inode]
			if p.Contains != nil {
				texts = append(texts, *p.Contains)
			}
			files[f.node.Inode] = texts
		}
	}
	return files
}

// checkOne lists what is wrong with one path.
func checkOne(root *imagetree.Node, name string, p *Path, contents map[*imagetree.Inode]*content) []string {
	f := lookup(root, name, !p.own())
	if f.node == nil {
		return []string{notThere(root, name, f)}
	}
	failures := differences(f.node, p)
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
	case f.node.Type != imagetree.File:
		return append(failures, fmt.Sprintf("it is %s, want a file", describe(f.node)))
	}
	if p.Size != nil && f.node.Size != *p.Size {
		failures = append(failures, fmt.Sprintf("size is %d, want %d", f.node.Size, *p.Size))
	}
	if p.reads() {
		failures = append(failures, contents[f.node.Inode].failures(p)...)
	}
	return failures
}

// notThere says why nothing is at a path.
func notThere(root *imagetree.Node, name string, f found) string {
	if link := lookup(root, name, false); link.node != nil && link.node.Type == imagetree.Symlink {
		return fmt.Sprintf("it is a symlink to %s, where nothing is: %s", link.node.Target, f.why)
	}
	return "nothing is there: " + f.why
}

// differences lists where what is at a path is not as p says, its content aside.
func differences(n *imagetree.Node, p *Path) []string {
	var failures []string
	differ := func(field, got, want any) {
		failures = append(failures, fmt.Sprintf("%s is %v, want %v", field, got, want))
	}
	if p.Type != "" && n.Type != p.Type {
		differ("type", n.Type, p.Type)
	}
	if p.Target != nil && n.Type != imagetree.Symlink {
		differ("type", n.Type, "symlink, with target "+*p.Target)
	} else if p.Target != nil && n.Target != *p.Target {
		differ("target", n.Target, *p.Target)
	}
	// Parse has read the mode once.
	if mode, err := p.mode(); err == nil && p.Mode != "" && n.Mode != mode {
		differ("mode", fmt.Sprintf("%04o", n.Mode), fmt.Sprintf("%04o", mode))
	}
	if p.UID != nil && n.UID != *p.UID {
		differ("uid", n.UID, *p.UID)
	}
	if p.GID != nil && n.GID != *p.GID {
		differ("gid", n.GID, *p.GID)
	}
	return failures
}

// describe says in a few words what it is.
func describe(n *imagetree.Node) string {
	switch n.Type {
	case imagetree.File:
		return fmt.Sprintf("a file of %d bytes", n.Size)
	case imagetree.Symlink:
		return "a symlink to " + n.Target
	case imagetree.Directory:
		return "a directory with " + enumerate(sortedKeys(n.Children))
	case imagetree.Char, imagetree.Block:
		return "a device node"
	default:
		return "a named pipe"
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
