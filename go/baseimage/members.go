package baseimage

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// members are the files of an archive or a directory, by clean names like
// "blobs/sha256/ab…".
type members interface {
	// open opens a member. Its error wraps fs.ErrNotExist if there is none.
	open(name string) (member, error)
	// has says whether there is something of the name.
	has(name string) bool
	io.Closer
}

// member is the content of one file of size bytes.
type member struct {
	io.ReadCloser
	size int64
}

// cleanName gives a member's name without what does not matter in it. A name
// that leads out of the archive is an error.
func cleanName(name string) (string, error) {
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", fmt.Errorf("the name %s leads out of the archive with \"..\"", quote(name))
		}
	}
	return path.Clean(strings.TrimLeft(name, "/")), nil
}

// directory are the files below a folder. Links are followed wherever they
// lead: build systems make such folders of links to their own stores, and what
// is read is checked against its digest.
type directory string

func (d directory) open(name string) (member, error) {
	clean, err := cleanName(name)
	if err != nil {
		return member{}, err
	}
	f, err := os.Open(filepath.Join(string(d), filepath.FromSlash(clean)))
	if err != nil {
		return member{}, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: it is not a file", clean)
	}
	if err != nil {
		f.Close()
		return member{}, err
	}
	return member{f, info.Size()}, nil
}

func (d directory) has(name string) bool {
	_, err := os.Stat(filepath.Join(string(d), filepath.FromSlash(name)))
	return err == nil
}

func (directory) Close() error { return nil }

// readAll reads a member that fits into limit bytes.
func readAll(m members, name string, limit int64) ([]byte, error) {
	f, err := m.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.size > limit {
		return nil, fmt.Errorf("%s: it has %d bytes, the limit is %d", name, f.size, limit)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit))
	if err == nil && int64(len(data)) != f.size {
		err = fmt.Errorf("truncated: %d bytes of %d: %w", len(data), f.size, io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// notThere is the error for a member that should be there.
func notThere(name string) error { return fmt.Errorf("%s: %w", name, fs.ErrNotExist) }

// maxQuoted is how much of a name an error shows, in bytes.
const maxQuoted = 160

// quote shows a name in an error, the middle of a long one left out.
func quote(name string) string {
	if len(name) > maxQuoted {
		return fmt.Sprintf("%q...%q", name[:maxQuoted/2], name[len(name)-maxQuoted/2:])
	}
	return fmt.Sprintf("%q", name)
}
