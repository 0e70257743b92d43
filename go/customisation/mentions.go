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
// mention: the store directory, a hash of Nix's base32, "-" and a name. It is
// an io.Writer for one content after the other.
type mentions struct {
	storeDir string
	prefix   []byte
	// byHash are the store paths that are known.
	byHash map[string]store.Path
	found  map[store.Path]bool
	// tail is the end of the content so far in which a mention can begin.
	tail []byte
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
func (m *mentions) text(s string) { m.scan([]byte(s), true) }

// link adds what a link at a path below the root mentions, leads to or leads
// through.
func (m *mentions) link(name, target string) {
	if target == "" {
		return
	}
	m.text(target)
	addSteps(m.found, symlinkjoin.Entry{Path: name, Target: target}, m.storeDir)
}

func (m *mentions) begin() { m.tail = m.tail[:0] }

func (m *mentions) end() { m.scan(m.tail, true) }

// Write adds what the next bytes of a content mention, as far as that can be
// told without what follows them.
func (m *mentions) Write(p []byte) (int, error) {
	m.tail = append(m.tail, p...)
	rest := m.scan(m.tail, false)
	m.tail = append(m.tail[:0], rest...)
	return len(p), nil
}

// scan adds what data mentions and gives the end of it in which a mention may
// have begun; last says that nothing follows.
func (m *mentions) scan(data []byte, last bool) []byte {
	whole := len(m.prefix) + store.HashLen + len("-") + maxStoreName + 1
	for {
		i := bytes.Index(data, m.prefix)
		switch {
		case i < 0 && last:
			return nil
		case i < 0:
			return data[max(0, len(data)-len(m.prefix)+1):]
		case !last && len(data)-i < whole:
			return data[i:]
		}
		data = data[i:]
		m.mention(data)
		data = data[len(m.prefix):]
	}
}

// mention adds the store path with which data begins, if it is one.
func (m *mentions) mention(data []byte) {
	end := len(m.prefix)
	for limit := min(len(data), end+store.HashLen+len("-")+maxStoreName); end < limit && store.IsNameByte(data[end]); {
		end++
	}
	p, err := store.ParseAnyPath(string(data[:end]))
	if err != nil || store.IsPlaceholder(p.HashPart()) {
		return
	}
	if known, ok := m.byHash[p.HashPart()]; ok {
		p = known
	}
	m.found[p] = true
}
