package baseimage

import (
	"archive/tar"
	"errors"
	"fmt"
	"strings"
)

// The limits of Linux file systems, in bytes.
const (
	maxComponent = 255
	maxPath      = 4096
)

// split cuts the name of a layer's entry into its components; the root folder
// has none.
func split(name string) ([]string, error) {
	if len(name) > maxPath {
		return nil, fmt.Errorf("the path has %d bytes, at most %d are possible", len(name), maxPath)
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "" || part == ".":
		case part == "..":
			return nil, errors.New(`the path leads out of the image with ".."`)
		case len(part) > maxComponent:
			return nil, fmt.Errorf("the name %s has %d bytes, at most %d are possible", quote(part), len(part), maxComponent)
		default:
			parts = append(parts, part)
		}
	}
	return parts, nil
}

// tree knows what the entries of one layer made, to find those that make no
// sense. Layers that are unpacked alone are unpacked as they are checked here:
// what lower layers hold does not matter.
type tree struct {
	// kinds are the types of the entries by path, without slashes around it;
	// 0 is a directory that only entries below it imply.
	kinds map[string]byte
}

func newTree() *tree { return &tree{map[string]byte{}} }

// add checks an entry against those before it.
func (t *tree) add(parts []string, hdr *tar.Header) error {
	name := strings.Join(parts, "/")
	if err := t.above(name); err != nil {
		return err
	}
	old, again := t.kinds[name]
	wasDir, isDir := old == 0 || old == tar.TypeDir, hdr.Typeflag == tar.TypeDir
	switch {
	case again && wasDir != isDir:
		return fmt.Errorf("it is %s, but an earlier entry of the same layer makes %s %s", kindName(hdr.Typeflag), quote(name), kindName(old))
	case name == "" && !isDir:
		return errors.New("the root folder must be a directory")
	}
	if hdr.Typeflag == tar.TypeLink {
		target, err := split(hdr.Linkname)
		if err != nil {
			return fmt.Errorf("it is a hard link to %s: %w", quote(hdr.Linkname), err)
		}
		kind, ok := t.kinds[strings.Join(target, "/")]
		if !ok || kind == 0 || kind == tar.TypeDir {
			return fmt.Errorf("it is a hard link to %s: a hard link needs an earlier file of the same layer", quote(hdr.Linkname))
		}
	}
	t.kinds[name] = hdr.Typeflag
	return nil
}

// above wants the directories above an entry to be directories.
func (t *tree) above(name string) error {
	for i := len(name) - 1; i > 0; i-- {
		if name[i] != '/' {
			continue
		}
		kind, ok := t.kinds[name[:i]]
		switch {
		case !ok:
			t.kinds[name[:i]] = 0
		case kind == tar.TypeSymlink:
			return fmt.Errorf("its path leads through the symlink %s of the same layer", quote(name[:i]))
		case kind != 0 && kind != tar.TypeDir:
			return fmt.Errorf("it is below %s, which an earlier entry of the same layer makes %s", quote(name[:i]), kindName(kind))
		default:
			return nil
		}
	}
	return nil
}

// kindName is how errors call the type of an entry.
func kindName(kind byte) string {
	switch kind {
	case 0, tar.TypeDir:
		return "a directory"
	case tar.TypeReg:
		return "a file"
	case tar.TypeSymlink:
		return "a symlink"
	case tar.TypeLink:
		return "a hard link"
	case tar.TypeChar, tar.TypeBlock:
		return "a device"
	case tar.TypeFifo:
		return "a named pipe"
	}
	return fmt.Sprintf("of the type %q", kind)
}
