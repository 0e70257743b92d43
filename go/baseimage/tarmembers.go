package baseimage

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/decompress"
)

// tarMembers are the members of a tar that can be read from anywhere.
type tarMembers struct {
	file  *os.File
	index map[string]tarMember
}

// tarMember is where a member's content is, or what it is a link to.
type tarMember struct {
	offset, size int64
	target       string
	kind         byte
}

// maxLinks is how many links one after the other are followed.
const maxLinks = 40

// openTar reads the index of a tar, which may be compressed: then it is
// unpacked once, to a file that nobody else sees and that is gone when the
// program ends, however it ends.
func openTar(name string) (*tarMembers, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	plain, err := uncompressed(f)
	if plain != f {
		f.Close()
	}
	if err != nil {
		return nil, err
	}
	t := &tarMembers{file: plain, index: map[string]tarMember{}}
	if err := t.read(); err != nil {
		plain.Close()
		return nil, err
	}
	return t, nil
}

// isCut says whether the tar ends without the zeros that end a tar. Not all
// tools write them.
func (t *tarMembers) isCut() bool {
	const end = 1024
	info, err := t.file.Stat()
	if err != nil || info.Size() < end {
		return true
	}
	var tail [end]byte
	_, err = t.file.ReadAt(tail[:], info.Size()-end)
	return err != nil || tail != [end]byte{}
}

// uncompressed gives f, at its beginning, or a temporary file with what f
// holds when it is not compressed. It gives no file with an error, and closes
// f only then.
func uncompressed(f *os.File) (*os.File, error) {
	r, format, err := decompress.NewReader(f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if format == decompress.None {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("it cannot be read from any place, which a base image must be: name a file: %w", err)
		}
		return f, nil
	}
	tmp, err := os.CreateTemp("", "strata-base-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(tmp.Name()); err != nil {
		tmp.Close()
		return nil, err
	}
	if _, err := io.Copy(tmp, r); err != nil {
		tmp.Close()
		return nil, err
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		tmp.Close()
		return nil, err
	}
	return tmp, nil
}

// read reads the headers of all members, and skips their contents.
func (t *tarMembers) read() error {
	in := tar.NewReader(t.file)
	for {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		if errors.Is(err, io.ErrUnexpectedEOF) && len(t.index) > 0 {
			return fmt.Errorf("truncated, after %d members: %w", len(t.index), err)
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return t.noTar(err)
		}
		if err := t.add(hdr); err != nil {
			if isRootFileSystem(t) {
				return unknownFormat{isRoot: true}
			}
			return err
		}
	}
	if len(t.index) == 0 {
		return errors.New("it is a tar without members")
	}
	return nil
}

// noTar is the error for a file that the reader of tars does not take. Why it
// does not take the first bytes tells nothing more.
func (t *tarMembers) noTar(err error) error {
	const text = "neither an OCI layout nor a tar, plain or compressed with gzip, zstd, xz or bzip2"
	if len(t.index) == 0 && (errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return errors.New(text)
	}
	return fmt.Errorf(text+": %w", err)
}

func (t *tarMembers) add(hdr *tar.Header) error {
	if hdr.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name, err := cleanName(hdr.Name)
	if err != nil {
		return err
	}
	if isSparse(hdr) {
		return fmt.Errorf("%s: it is a sparse file: make the archive without --sparse", name)
	}
	m := tarMember{kind: hdr.Typeflag, size: hdr.Size}
	switch hdr.Typeflag {
	case tar.TypeReg:
		if m.offset, err = t.file.Seek(0, io.SeekCurrent); err != nil {
			return err
		}
	case tar.TypeSymlink:
		if m.target, err = besides(name, hdr.Linkname); err != nil {
			return err
		}
	case tar.TypeLink:
		if m.target, err = cleanName(hdr.Linkname); err != nil {
			return fmt.Errorf("%s: it is a hard link: %w", name, err)
		}
		if _, ok := t.index[m.target]; !ok {
			return fmt.Errorf("%s: it is a hard link to %s, which is not before it", name, quote(m.target))
		}
	}
	t.index[name] = m
	return nil
}

// besides is where the target of a symlink leads to from the link's name. A
// link out of the archive is an error.
func besides(name, target string) (string, error) {
	to := path.Join(path.Dir(name), target)
	if path.IsAbs(target) || to == ".." || strings.HasPrefix(to, "../") {
		return "", fmt.Errorf("%s: it is a link to %s, which leads out of the archive", name, quote(target))
	}
	return to, nil
}

// find follows links.
func (t *tarMembers) find(name string) (tarMember, error) {
	at := name
	for range maxLinks {
		m, ok := t.index[at]
		switch {
		case !ok && at == name:
			return m, notThere(name)
		case !ok:
			return m, fmt.Errorf("%s: it is a link to %s: %w", name, quote(at), notThere(at))
		case m.target != "":
			at = m.target
		case m.kind != tar.TypeReg:
			return m, fmt.Errorf("%s: it is not a file", name)
		default:
			return m, nil
		}
	}
	return tarMember{}, fmt.Errorf("%s: it is a link that leads to more than %d others", name, maxLinks)
}

func (t *tarMembers) open(name string) (member, error) {
	clean, err := cleanName(name)
	if err != nil {
		return member{}, err
	}
	m, err := t.find(clean)
	if err != nil {
		return member{}, err
	}
	return member{io.NopCloser(io.NewSectionReader(t.file, m.offset, m.size)), m.size}, nil
}

func (t *tarMembers) has(name string) bool {
	_, ok := t.index[name]
	return ok
}

func (t *tarMembers) Close() error { return t.file.Close() }

// isSparse says whether an entry is a sparse file, of which a few bytes can
// stand for any number of zeros.
func isSparse(hdr *tar.Header) bool {
	for key := range hdr.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return hdr.Typeflag == tar.TypeGNUSparse
}
