// Package changeset plants a layer's tar into an empty directory of a scriptfs
// file system, with its whiteouts as names that hide what lower layers have
// (OCI image specification, "Image Layer Filesystem Changeset").
package changeset

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

const (
	whiteoutPrefix = ".wh."
	// opaqueWhiteout hides all that lower layers have in its directory.
	opaqueWhiteout = ".wh..wh..opq"
	// reservedPrefix begins the names of AUFS's own files, which mean nothing.
	reservedPrefix = ".wh..wh."
	// xattrPrefix begins the PAX records of extended attributes.
	xattrPrefix = "SCHILY.xattr."
	// directoryMode is that of directories that have no entry.
	directoryMode = 0o755
	// copySize is how many bytes of a content are copied at once.
	copySize = 64 << 10
)

// Plant reads a layer's uncompressed tar to its end and makes its files in the
// directory root of a file system, which must be empty. What is at one of the
// paths in without, or below it, is left out; they are absolute as in the
// image. Hard links lead to earlier entries of the tar. Contents are streamed.
// Errors name the entry.
func Plant(fs *scriptfs.FS, root string, without []string, r io.Reader) error {
	p := planter{fs: fs, root: root, without: without, buffer: make([]byte, copySize)}
	in := tar.NewReader(r)
	for {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("read the changes: %w", err)
		}
		if hdr.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		if err := p.entry(hdr, in); err != nil {
			return fmt.Errorf("read the changes: entry %q: %w", hdr.Name, err)
		}
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return fmt.Errorf("read the changes: %w", err)
	}
	return nil
}

// planter plants one entry after the other.
type planter struct {
	fs      *scriptfs.FS
	root    string
	without []string
	// buffer is for contents.
	buffer []byte
}

func (p *planter) entry(hdr *tar.Header, content io.Reader) error {
	at, err := clean(hdr.Name)
	if err != nil {
		return err
	}
	if p.out(at) {
		return nil
	}
	if err := p.parents(at); err != nil {
		return err
	}
	if done, err := p.whiteout(at); done || err != nil {
		return err
	}
	if err := p.make(hdr, at, content); err != nil || hdr.Typeflag == tar.TypeLink {
		return err
	}
	return p.attributes(hdr, path.Join(p.root, at))
}

// clean is an entry's name as an absolute path of the image.
func clean(name string) (string, error) {
	if slices.Contains(strings.Split(name, "/"), "..") {
		return "", errors.New(`its path has "..", which could lead out of the image`)
	}
	return path.Join("/", name), nil
}

// out says whether a path is left out, or a whiteout of one that is.
func (p *planter) out(at string) bool {
	dir, base := path.Split(at)
	if base != opaqueWhiteout {
		at = dir + strings.TrimPrefix(base, whiteoutPrefix)
	}
	return slices.ContainsFunc(p.without, func(o string) bool { return at == o || strings.HasPrefix(at, o+"/") })
}

// parents makes the directories above a path that have no entry, and refuses
// a path that leads through something else.
func (p *planter) parents(at string) error {
	for i := 1; i < len(at); i++ {
		if at[i] != '/' {
			continue
		}
		above := path.Join(p.root, at[:i])
		info, err := p.fs.Lstat(above)
		switch {
		case errors.Is(err, syscall.ENOENT):
			err = p.fs.Mkdir(above, directoryMode)
		case err == nil && info.Type != scriptfs.Directory:
			err = fmt.Errorf("it is below %s, which is a %s", at[:i], info.Type)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// whiteout notes an entry that removes something, and says whether it is one.
func (p *planter) whiteout(at string) (done bool, err error) {
	dir, base := path.Split(at)
	name, ok := strings.CutPrefix(base, whiteoutPrefix)
	switch {
	case !ok:
		return false, nil
	case base == opaqueWhiteout:
		return true, p.fs.HideAll(path.Join(p.root, dir))
	case strings.HasPrefix(base, reservedPrefix):
		return true, nil
	case name == "" || name == "." || name == "..":
		return true, fmt.Errorf("it is a whiteout of %q, which is no name", name)
	}
	hidden := path.Join(p.root, dir, name)
	switch info, err := p.fs.Lstat(hidden); {
	case errors.Is(err, syscall.ENOENT):
		return true, p.fs.Hide(hidden)
	case err == nil && info.Type == scriptfs.Directory:
		return true, p.fs.HideAll(hidden)
	default:
		return true, err
	}
}

// make makes what an entry describes, without its attributes.
func (p *planter) make(hdr *tar.Header, name string, content io.Reader) error {
	at := path.Join(p.root, name)
	mode := uint32(hdr.Mode & 0o7777)
	switch hdr.Typeflag {
	case tar.TypeReg:
		return p.file(at, mode, content)
	case tar.TypeDir:
		err := p.fs.Mkdir(at, mode)
		if info, statErr := p.fs.Lstat(at); statErr == nil && info.Type == scriptfs.Directory {
			return nil
		}
		return err
	case tar.TypeSymlink:
		return p.fs.Symlink(hdr.Linkname, at)
	case tar.TypeChar:
		return p.fs.Mknod(at, scriptfs.CharDevice, mode, hdr.Devmajor, hdr.Devminor)
	case tar.TypeBlock:
		return p.fs.Mknod(at, scriptfs.BlockDevice, mode, hdr.Devmajor, hdr.Devminor)
	case tar.TypeFifo:
		return p.fs.Mknod(at, scriptfs.FIFO, mode, 0, 0)
	case tar.TypeLink:
		target, err := clean(hdr.Linkname)
		if err == nil {
			err = p.fs.Link(path.Join(p.root, target), at)
		}
		return err
	}
	return fmt.Errorf("its type %q is unknown", hdr.Typeflag)
}

func (p *planter) file(at string, mode uint32, content io.Reader) error {
	f, err := p.fs.OpenFile(at, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.CopyBuffer(struct{ io.Writer }{f}, content, p.buffer)
	return errors.Join(err, f.Close())
}

// attributes sets the owner, the mode and the rest of what an entry describes.
func (p *planter) attributes(hdr *tar.Header, at string) error {
	if err := p.fs.Lchown(at, int64(hdr.Uid), int64(hdr.Gid)); err != nil || hdr.Typeflag == tar.TypeSymlink {
		return err
	}
	if err := p.fs.Chmod(at, uint32(hdr.Mode&0o7777)); err != nil {
		return err
	}
	for record, value := range hdr.PAXRecords {
		if name, ok := strings.CutPrefix(record, xattrPrefix); ok {
			if err := p.fs.Setxattr(at, name, []byte(value)); err != nil {
				return err
			}
		}
	}
	return p.fs.Chtimes(at, hdr.ModTime)
}
