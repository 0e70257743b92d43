package customisation

import (
	"bytes"
	"path"

	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

// maxStoreName is how long what follows a hash can be.
const maxStoreName = 211

// mentions collects the store paths that names, link texts and contents
// mention: as Nix finds references, those of which the hash is known and stands
// there, whatever is around it; and of others the whole path, which is the
// store directory, a hash of Nix's base32, "-" and a name. It is an io.Writer
// for one content after the other.
type mentions struct {
	storeDir string
	prefix   []byte
	// byHash are the store paths that are known.
	byHash map[string]store.Path
	found  map[store.Path]bool
	// tail is the end of the content so far: from its place next on a mention's
	// hash can begin, before that is what may be its prefix.
	tail []byte
	next int
}

func newMentions(storeDir string, known []store.Path) *mentions {
	storeDir = path.Clean(storeDir)
	m := &mentions{storeDir: storeDir, prefix: []byte(storeDir + "/"), byHash: map[string]store.Path{}, found: map[store.Path]bool{}}
	for _, p := range known {
		m.byHash[p.HashPart()] = p
	}
	return m
}

func (m *mentions) references() References {
	return References{StorePaths: sorted(m.found), Version: version}
}

// text adds what a text mentions.
func (m *mentions) text(s string) { m.scan([]byte(s), 0, true) }

// link adds what a link at a path below the root mentions, leads to or leads
// through.
func (m *mentions) link(name, target string) {
	if target == "" {
		return
	}
	m.text(target)
	addSteps(m.found, symlinkjoin.Entry{Path: name, Target: target}, m.storeDir)
}

func (m *mentions) begin() { m.tail, m.next = m.tail[:0], 0 }

func (m *mentions) end() { m.scan(m.tail, m.next, true) }

// Write adds what the next bytes of a content mention, as far as that can be
// told without what follows them.
func (m *mentions) Write(p []byte) (int, error) {
	m.tail = append(m.tail, p...)
	m.next = m.scan(m.tail, m.next, false)
	past := max(0, m.next-len(m.prefix))
	m.tail = append(m.tail[:0], m.tail[past:]...)
	m.next -= past
	return len(p), nil
}

// isHashByte says whether a byte is one of Nix's base32.
var isHashByte = func() (is [256]bool) {
	for _, c := range []byte(store.Base32Alphabet) {
		is[c] = true
	}
	return is
}()

// scan adds what data mentions with hashes that begin at a place or later, and
// gives the first place at which one may begin that is not all there; last says
// that nothing follows.
func (m *mentions) scan(data []byte, at int, last bool) int {
	// What lies between at and checked are bytes of a hash.
	checked := at
	for at+store.HashLen <= len(data) {
		end := at + store.HashLen
		other := end - 1
		for other >= checked && isHashByte[data[other]] {
			other--
		}
		if other >= checked {
			at, checked = other+1, end
			continue
		}
		if !m.mention(data, at, last) {
			return at
		}
		at, checked = at+1, end
	}
	return at
}

// mention adds the store path whose hash is at a place of data, if it is one.
// It is false if that depends on what follows.
func (m *mentions) mention(data []byte, at int, last bool) bool {
	end := at + store.HashLen
	if known, ok := m.byHash[string(data[at:end])]; ok {
		m.found[known] = true
		return true
	}
	if !bytes.HasSuffix(data[:at], m.prefix) {
		return true
	}
	limit := end + len("-") + maxStoreName
	if !last && len(data) < limit {
		return false
	}
	for limit = min(limit, len(data)); end < limit && store.IsNameByte(data[end]); {
		end++
	}
	p, err := store.ParseAnyPath(string(data[at-len(m.prefix) : end]))
	if err == nil && !store.IsPlaceholder(p.HashPart()) {
		m.found[p] = true
	}
	return true
}
