package layer

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// maxMentions bounds how many undeclared references are reported.
const maxMentions = 20

// maxShownName is how much is shown of the name after a hash: the longest
// that a store path can have.
const maxShownName = 211

// What to do about an undeclared reference.
const (
	remedyInDeps      = "add it to deps, or set allow_undeclared_references = True"
	remedyWithoutDeps = "an ordinary target declares none: wrap it in store_object(..., deps = [...])"
)

// scanner searches contents for mentions of store objects: the store
// directory, "/", 32 characters of Nix's base32 and "-".
//
// It looks for the 32 characters first, as Nix's own scan does: text and
// machine code have few places with so many of these characters together, and
// from the last of 32 bytes that is not one of them the search goes on behind
// it, so that most bytes are never looked at.
type scanner struct {
	on bool
	// prefix is the store directory with a "/".
	prefix []byte
	// overlap is how many bytes of a content must be seen together with what
	// follows them, for a mention to be found and shown whole.
	overlap int
	// declared holds the hashes that may be mentioned.
	declared map[hashPart]bool
	remedy   string
	mentions []mention
	more     int
}

type hashPart [store.HashLen]byte

// mention is an undeclared reference.
type mention struct {
	object store.Path
	entry  *object.Entry
	path   string
}

// isBase32 tells the characters of Nix's base32.
var isBase32 = func() (table [256]bool) {
	for i := range len(store.Base32Alphabet) {
		table[store.Base32Alphabet[i]] = true
	}
	return table
}()

func newScanner(objects []*object.Object, o Options) *scanner {
	s := &scanner{on: o.ScanReferences, prefix: []byte(o.StoreDir + "/"), declared: map[hashPart]bool{}, remedy: remedyInDeps}
	if o.WithoutDeps {
		s.remedy = remedyWithoutDeps
	}
	if !s.on {
		return s
	}
	s.overlap = len(s.prefix) + store.HashLen + len("-") + maxShownName
	for _, path := range o.References {
		s.declared[hashPart([]byte(path.HashPart()))] = true
	}
	for _, obj := range objects {
		s.declared[hashPart([]byte(obj.Path().HashPart()))] = true
	}
	return s
}

// target scans a symlink's target.
func (s *scanner) target(obj *object.Object, e *object.Entry) {
	if s.on && len(e.Target) > store.HashLen {
		s.content(obj, e, []byte(e.Target), true)
	}
}

// content scans a piece of a content. Unless it is the last one, its last
// overlap bytes are left for the next call, which must begin with them.
func (s *scanner) content(obj *object.Object, e *object.Entry, data []byte, last bool) {
	if !s.on {
		return
	}
	end := len(data)
	if !last {
		end -= s.overlap
	}
	for i := 0; ; {
		i = s.next(data, i)
		if i < 0 || i >= end {
			return
		}
		s.found(obj, e, data[i:])
		i += len(s.prefix) + store.HashLen
	}
}

// next gives the place of the first mention in data from i on, or -1.
func (s *scanner) next(data []byte, i int) int {
	for i+store.HashLen < len(data) {
		at := i + store.HashLen - 1
		for at >= i && isBase32[data[at]] {
			at--
		}
		if at >= i {
			i = at + 1
			continue
		}
		// What comes before i is not base32, so that these are its first 32.
		end := i + store.HashLen
		if data[end] == '-' && bytes.HasSuffix(data[:i], s.prefix) {
			return i - len(s.prefix)
		}
		for end < len(data) && isBase32[data[end]] {
			end++
		}
		i = end + 1
	}
	return -1
}

// found notes a mention, with which data begins, unless it is declared.
func (s *scanner) found(obj *object.Object, e *object.Entry, data []byte) {
	hash := hashPart(data[len(s.prefix):])
	if s.declared[hash] || store.IsPlaceholder(string(hash[:])) {
		return
	}
	end := len(s.prefix) + store.HashLen + len("-")
	for limit := min(len(data), end+maxShownName); end < limit && store.IsNameByte(data[end]); {
		end++
	}
	m := mention{object: obj.Path(), entry: e, path: string(data[:end])}
	for _, old := range s.mentions {
		if old.object == m.object && old.path == m.path {
			return
		}
	}
	if len(s.mentions) == maxMentions {
		s.more++
		return
	}
	s.mentions = append(s.mentions, m)
}

// err reports the undeclared references.
func (s *scanner) err() error {
	var errs []error
	for _, m := range s.mentions {
		where := "its file"
		if m.entry.Target != "" {
			where = "its symlink"
		}
		if m.entry.Path != "" {
			where += fmt.Sprintf(" %q", shorten(m.entry.Path))
		}
		errs = append(errs, fmt.Errorf("%s: %s mentions %s, which is not among its references: %s",
			m.object, where, m.path, s.remedy))
	}
	if s.more > 0 {
		errs = append(errs, fmt.Errorf("and %d more mentions like these", s.more))
	}
	return errors.Join(errs...)
}
