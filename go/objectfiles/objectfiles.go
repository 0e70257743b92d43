// Package objectfiles says what a store object looks like and where its bytes
// are: the SHA-256 and the size of every file that the object is kept in, which
// is a NAR or the files of other build steps. With it a program makes an
// object's layer of what it reads from a remote cache.
//
// The form is that of a listing of package object, with more keywords:
//
//	#mtree
//	#version=1
//	. type=dir
//	./bin type=dir
//	./bin/hello type=file mode=0555 size=6 sha256digest=5891b5b5…
//
// Of an object in a NAR, the second line has the NAR's size and hash, and each
// file has the offset of its content in the NAR in place of a hash:
//
//	#version=1 size=4936 sha256digest=0d2f0c2b…
//	./bin/hello type=file mode=0555 size=6 offset=416
package objectfiles

import (
	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/object"
)

// Files are the files of one object.
type Files struct {
	// NAR is the archive that the object is kept in, nil if it is kept in files.
	NAR *cas.Digest
	// Entries are the object's, in the order of package object, with sizes.
	Entries []object.Entry
	// Digests are those of the regular files by their paths; nil with a NAR.
	Digests map[string]cas.Digest
	// Offsets are where the contents of regular files begin in the NAR, by their
	// paths; nil without one.
	Offsets map[string]int64
}

// The pieces of the form that a listing does not have.
const (
	head          = "#version=1"
	sizeKeyword   = " size="
	hashKeyword   = " sha256digest="
	offsetKeyword = " offset="
)
