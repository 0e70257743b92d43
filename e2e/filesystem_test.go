//go:build e2e

package e2e

import (
	"archive/tar"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// node is what is at a path of a file system, for comparing those that several
// programs made of one image.
type node struct {
	kind     byte // as in a tar; a hard link is what it leads to
	mode     int64
	uid, gid int64
	// mtime is in seconds, and 0 for folders: what is unpacked into them changes
	// theirs.
	mtime           int64
	target, content string
	device          string
	capability      string
	// names are all names of the file, sorted.
	names string
}

// fileSystem has the nodes by their paths, without slashes around them.
type fileSystem map[string]node

const capabilityAttribute = "security.capability"

// kindsOf are the kinds of nodes by the types of files.
var kindsOf = map[fs.FileMode]byte{
	0: tar.TypeReg, fs.ModeDir: tar.TypeDir, fs.ModeSymlink: tar.TypeSymlink, fs.ModeNamedPipe: tar.TypeFifo,
	fs.ModeDevice: tar.TypeBlock, fs.ModeDevice | fs.ModeCharDevice: tar.TypeChar,
}

// newNode is a node as it is compared.
func newNode(n node) node {
	switch n.kind {
	case tar.TypeDir:
		n.mtime = 0
	case tar.TypeSymlink:
		n.mode = 0o777
	}
	return n
}

// readFileSystem reads a tar, in which no path may be twice.
func readFileSystem(t *testing.T, r io.Reader) fileSystem {
	t.Helper()
	files := fileSystem{}
	links := map[string][]string{}
	in := tar.NewReader(r)
	for {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		path := cleanPath(hdr.Name)
		if _, ok := files[path]; ok {
			t.Errorf("%s is there twice", hdr.Name)
		}
		if hdr.Typeflag == tar.TypeLink {
			first := cleanPath(hdr.Linkname)
			files[path] = files[first]
			links[first] = append(links[first], path)
			continue
		}
		n := node{
			kind: hdr.Typeflag, mode: hdr.Mode & 0o7777, uid: int64(hdr.Uid), gid: int64(hdr.Gid), mtime: hdr.ModTime.Unix(),
			target: hdr.Linkname, capability: hdr.PAXRecords["SCHILY.xattr."+capabilityAttribute],
		}
		switch hdr.Typeflag {
		case tar.TypeReg:
			n.content = hashOf(t, in)
		case tar.TypeChar, tar.TypeBlock:
			n.device = fmt.Sprintf("%d,%d", hdr.Devmajor, hdr.Devminor)
		}
		files[path] = newNode(n)
	}
	for first, others := range links {
		nameAll(files, append(others, first))
	}
	return files
}

// nameAll gives each of one file's names all of them.
func nameAll(files fileSystem, names []string) {
	slices.Sort(names)
	for _, name := range names {
		n := files[name]
		n.names = strings.Join(names, " ")
		files[name] = n
	}
}

func cleanPath(name string) string { return strings.Trim(filepath.Clean("/"+name), "/") }

func hashOf(t *testing.T, r io.Reader) string {
	t.Helper()
	hash := sha256.New()
	n, err := io.Copy(hash, r)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d bytes, %x", n, hash.Sum(nil)[:8])
}

// walkFileSystem reads an unpacked file system.
func walkFileSystem(t *testing.T, root string) fileSystem {
	t.Helper()
	files := fileSystem{}
	links := map[uint64][]string{}
	err := filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(name)
		if err != nil {
			return err
		}
		var stat unix.Stat_t
		if err := unix.Lstat(name, &stat); err != nil {
			return err
		}
		path := cleanPath(strings.TrimPrefix(name, root))
		n := node{kind: kindsOf[info.Mode().Type()], mode: int64(stat.Mode) & 0o7777, uid: int64(stat.Uid), gid: int64(stat.Gid), mtime: info.ModTime().Unix()}
		switch n.kind {
		case tar.TypeReg:
			n.content = hashOf(t, strings.NewReader(mustRead(t, name)))
			attribute := make([]byte, 100)
			if size, err := unix.Lgetxattr(name, capabilityAttribute, attribute); err == nil {
				n.capability = string(attribute[:size])
			}
		case tar.TypeSymlink:
			if n.target, err = os.Readlink(name); err != nil {
				return err
			}
		case tar.TypeChar, tar.TypeBlock:
			n.device = fmt.Sprintf("%d,%d", unix.Major(stat.Rdev), unix.Minor(stat.Rdev))
		}
		if n.kind != tar.TypeDir && stat.Nlink > 1 {
			links[stat.Ino] = append(links[stat.Ino], path)
		}
		files[path] = newNode(n)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range links {
		nameAll(files, names)
	}
	return files
}

func mustRead(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// sameFiles fails the test unless two file systems are the same.
func sameFiles(t *testing.T, got, want fileSystem) {
	t.Helper()
	all := maps.Clone(got)
	maps.Copy(all, want)
	for _, path := range slices.Sorted(maps.Keys(all)) {
		g, isGot := got[path]
		w, isWanted := want[path]
		switch {
		case !isGot:
			t.Errorf("%q is missing: want %+v", path, w)
		case !isWanted:
			t.Errorf("%q is too many: got %+v", path, g)
		case g != w:
			t.Errorf("%q: got\n%+v\nwant\n%+v", path, g, w)
		}
	}
}
