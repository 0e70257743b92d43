package object

import (
	"bufio"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/nar"
)

// A listing tells what an object looks like without its contents: neither
// sizes nor hashes, so that it stays the same while a file is edited. It is
// written as in mtree(5), the names as by vis(3) with VIS_OCTAL:
//
//	#mtree
//	. type=dir
//	./bin type=dir
//	./bin/hello type=file mode=0555
//	./bin/sh type=link link=hello
//	./share type=dir
//	./share/a\040file type=file mode=0444
//
// The entries are in the order of Entries. Everything in a name or a target
// that is not printable ASCII is escaped, and so are space, "#" and "\".

// The pieces of a listing's lines.
const (
	listingHead    = "#mtree"
	listingDir     = "type=dir"
	listingFile    = "type=file mode=0444"
	listingProgram = "type=file mode=0555"
	listingLink    = "type=link link="
)

// WriteListing writes the object's listing.
func (o *Object) WriteListing(w io.Writer) error {
	out := bufio.NewWriter(w)
	line := []byte(listingHead)
	for i := range o.entries {
		out.Write(append(line, '\n'))
		line = appendListing(line[:0], &o.entries[i])
	}
	out.Write(append(line, '\n'))
	if err := out.Flush(); err != nil {
		return fmt.Errorf("listing of %s: %w", o.path, err)
	}
	return nil
}

// appendListing appends an entry's line without its newline.
func appendListing(line []byte, e *Entry) []byte {
	line = append(line, '.')
	if e.Path != "" {
		line = append(line, '/')
		line = appendEscaped(line, e.Path)
	}
	line = append(line, ' ')
	switch {
	case e.Type == nar.Directory:
		return append(line, listingDir...)
	case e.Type == nar.Symlink:
		return appendEscaped(append(line, listingLink...), e.Target)
	case e.Executable:
		return append(line, listingProgram...)
	}
	return append(line, listingFile...)
}

// escaped says whether a listing writes a byte as an octal escape.
func escaped(c byte) bool { return c <= ' ' || c >= 0x7f || c == '\\' || c == '#' }

func appendEscaped(line []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if escaped(c) {
			line = append(line, '\\', '0'+c>>6, '0'+c>>3&7, '0'+c&7)
		} else {
			line = append(line, c)
		}
	}
	return line
}
