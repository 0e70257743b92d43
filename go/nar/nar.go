// Package nar reads and writes Nix archives: Nix's canonical form of one
// store object, which knows regular files, their executable bit, symlinks and
// directories, and nothing else.
//
// It follows the chapter "Nix Archive (NAR) format" of the Nix manual. Since
// exactly one archive exists for a tree, the reader accepts exactly what the
// writer writes: names that are sorted and safe, zero padding, nothing after
// the end.
//
// A Reader works like the one of archive/tar:
//
//	r := nar.NewReader(file)
//	for {
//		entry, err := r.Next()
//		if err == io.EOF {
//			break
//		}
//		// entry.Path, entry.Type, ...; r.Read gives a regular file's content
//	}
package nar

import (
	"fmt"
	"strings"
)

const (
	// MaxDepth is the largest number of names in an entry's path.
	MaxDepth = 64
	// MaxName is the largest number of bytes in one name, as on Linux.
	MaxName = 255
	// MaxTarget is the largest number of bytes in a symlink's target, as on
	// Linux.
	MaxTarget = 4095

	magic = "nix-archive-1"
	// maxTag bounds the archive's own words, of which the magic is the longest.
	maxTag = len(magic)
	// align is the multiple of bytes to which strings are padded.
	align = 8
)

// Type is the kind of a file system object.
type Type uint8

// The three kinds that a NAR knows.
const (
	Directory Type = iota + 1
	Regular
	Symlink
)

// String is the kind's name in a NAR: "directory", "regular" or "symlink".
func (t Type) String() string {
	switch t {
	case Directory:
		return "directory"
	case Regular:
		return "regular"
	case Symlink:
		return "symlink"
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// Entry is one file, directory or symlink of an archive.
type Entry struct {
	// Path is relative to the archive's root, with "/" between names, byte
	// for byte as in the archive: "" is the root, "bin/hello" a file below it.
	Path string
	Type Type
	// Executable is the only permission that a NAR keeps, for regular files.
	Executable bool
	// Size is the content's number of bytes, for regular files.
	Size int64
	// Offset is where a regular file's content begins, in bytes from the
	// beginning of the archive. The writer does not look at it.
	Offset int64
	// Target is what a symlink points to, byte for byte.
	Target string
}

// validName says whether name can stand in a directory.
func validName(name string) bool {
	return name != "" && name != "." && name != ".." && strings.IndexByte(name, '/') < 0 && strings.IndexByte(name, 0) < 0
}

// checkOrder refuses a name that does not come after the one before it, which
// is "" for the first.
func checkOrder(before, name, dir string) error {
	switch {
	case name > before:
		return nil
	case name == before:
		return fmt.Errorf("names in %s are not sorted: %q is repeated", describe(dir), name)
	}
	return fmt.Errorf("names in %s are not sorted: %q comes after %q", describe(dir), name, before)
}

// describe names a directory in an error.
func describe(path string) string {
	if path == "" {
		return "the root"
	}
	return fmt.Sprintf("%q", shorten(path))
}

// shorten cuts the middle out of a text that is too long for an error.
func shorten(s string) string {
	const keep = 80
	if len(s) <= 2*keep {
		return s
	}
	return s[:keep] + "…" + s[len(s)-keep:]
}

// padding is the number of zero bytes after a string of n bytes.
func padding(n int64) int64 { return -n & (align - 1) }
