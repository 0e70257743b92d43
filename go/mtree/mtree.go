// Package mtree writes the tree of files that a container of an image sees, in
// the form of mtree(5): one line a path, for people and programs to compare.
//
//	#mtree
//	. type=dir mode=0755 uid=0 gid=0 time=1.000000000
//	./bin type=dir mode=0755 uid=0 gid=0 time=1.000000000
//	./bin/ping type=file mode=0555 uid=0 gid=0 size=8 time=1.000000000 xattr.security.capability=AQAAAgAgAAAAAAAAAAAAAAAAAAA=
//	./bin/sh type=link mode=0777 uid=0 gid=0 time=1.000000000 link=ping
//	./dev type=dir mode=0755 uid=0 gid=0
//	./dev/null type=char mode=0666 uid=0 gid=0 time=1.000000000 device=linux,1,3
//	./share/a\040file type=file mode=0444 uid=0 gid=0 size=0 time=1.000000000
//
// A directory comes right before what is in it, and names are sorted by bytes.
// Paths, targets and names of extended attributes are byte-exact, escaped as by
// vis(3) with VIS_OCTAL. The time is in seconds and nanoseconds since 1970; a
// directory that no layer has an entry for has none. Extended attributes are
// written as go-mtree does, in base64; mtree(5) has no keyword for them.
package mtree

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/rules-strata/rules_strata/go/imagetree"
)

// types are mtree's names of the types.
var types = map[string]string{
	imagetree.File: "file", imagetree.Directory: "dir", imagetree.Symlink: "link",
	imagetree.Char: "char", imagetree.Block: "block", imagetree.FIFO: "fifo",
}

// Write writes the tree below root.
func Write(w io.Writer, root *imagetree.Node) error {
	out := writer{bufio.NewWriter(w)}
	out.WriteString("#mtree\n")
	out.write([]byte("."), root)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("mtree: %w", err)
	}
	return nil
}

// writer keeps its first error until Flush.
type writer struct{ *bufio.Writer }

// write writes a path, which is escaped already, and all below it.
func (w writer) write(path []byte, n *imagetree.Node) {
	w.Write(path)
	w.Write(append(keywords(n.Inode), '\n'))
	for name, child := range n.Sorted() {
		w.write(AppendEscaped(append(slices.Clip(path), '/'), name), child)
	}
}

// keywords are what a line says after the path.
func keywords(in *imagetree.Inode) []byte {
	line := fmt.Appendf(nil, " type=%s mode=%04o uid=%d gid=%d", types[in.Type], in.Mode, in.UID, in.GID)
	if in.Type == imagetree.File {
		line = append(line, " size="...)
		line = strconv.AppendInt(line, in.Size, 10)
	}
	if !in.ModTime.IsZero() {
		line = fmt.Appendf(line, " time=%d.%09d", in.ModTime.Unix(), in.ModTime.Nanosecond())
	}
	switch in.Type {
	case imagetree.Char, imagetree.Block:
		line = fmt.Appendf(line, " device=linux,%d,%d", in.Major, in.Minor)
	case imagetree.Symlink:
		line = AppendEscaped(append(line, " link="...), in.Target)
	}
	for _, name := range slices.Sorted(maps.Keys(in.Xattrs)) {
		line = AppendEscaped(append(line, " xattr."...), name)
		line = base64.StdEncoding.AppendEncode(append(line, '='), []byte(in.Xattrs[name]))
	}
	return line
}

// AppendEscaped appends s as a word of a line: everything that is not printable
// ASCII as an octal escape, and so space, "#" and "\".
func AppendEscaped(line []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || c == '\\' || c == '#' {
			line = append(line, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		} else {
			line = append(line, c)
		}
	}
	return line
}
