package layer

import (
	"archive/tar"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// generated is a layer made of random numbers.
type generated struct {
	options Options
	objects []generatedObject
}

type generatedObject struct {
	path string
	tree tree
}

// generator makes the same things from the same seed, everywhere.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 0))} }

func pick[T any](g generator, list ...T) T { return list[g.IntN(len(list))] }

func (g generator) layer() generated {
	l := generated{options: Options{
		MTime:    pick(g, int64(1), 0, -1, -5_000_000_000, 1_700_000_000, 1<<33-1, 1<<33, 1<<40),
		UID:      pick(g, int64(0), 1000, 1<<21-1, 1<<21, 1<<31, MaxOwner),
		GID:      pick(g, int64(0), 100, 1<<21, MaxOwner),
		UName:    pick(g, "root", "", strings.Repeat("u", 32), strings.Repeat("u", 33), "jürgen", "ü\xff", strings.Repeat("ü", 33)),
		GName:    pick(g, "root", "users", strings.Repeat("g", 40), "グループ"),
		StoreDir: pick(g, store.DefaultDir, store.DefaultDir, "/opt/store", "/s", "/"+strings.Repeat("d", 60)+"/"+strings.Repeat("e", 60)),
	}}
	for i := range 1 + g.IntN(3) {
		name := fmt.Sprintf("/%032d-object", i)
		l.objects = append(l.objects, generatedObject{l.options.StoreDir + name, g.root()})
	}
	return l
}

func (g generator) root() tree {
	if g.IntN(4) > 0 {
		return g.directory(0)
	}
	return g.node(10)
}

func (g generator) node(depth int) tree {
	switch kind := g.IntN(10); {
	case kind < 3 && depth < 4:
		return g.directory(depth)
	case kind < 5:
		return link(g.target())
	}
	f := file(g.text(g.IntN(30)))
	f.Repeat = 1 + g.IntN(100)
	f.Executable = g.IntN(3) == 0
	return f
}

func (g generator) directory(depth int) tree {
	d := dir(map[string]tree{})
	for range g.IntN(8) {
		name := g.name()
		if name != "." && name != ".." && !strings.HasPrefix(name, ".wh.") {
			d.Entries[name] = g.node(depth + 1)
		}
	}
	return d
}

// name is often near a limit of the format, and often begins as others do.
func (g generator) name() string {
	name := pick(g, "a", "b", "é", "\xff", "\xc3", "z\x80", "") + g.text(1+g.IntN(4))
	if g.IntN(3) == 0 {
		name += strings.Repeat("n", 30+g.IntN(90))
	}
	if g.IntN(10) == 0 {
		name += strings.Repeat("ñ", g.IntN(60))
	}
	return name
}

func (g generator) target() string {
	target := pick(g, "", "/", "../") + g.name()
	if g.IntN(3) == 0 {
		target += "/" + strings.Repeat("t", 90+g.IntN(20))
	}
	return target
}

// text is what may stand in a name, with everything that sorting and encoding
// could get wrong.
func (g generator) text(n int) string {
	var s strings.Builder
	for range n {
		s.WriteString(pick(g, "a", "b", "-", ".", "0", "A", "~", " ", "\n", "\t", "\x01", "\x7f", "\\", "#", "=",
			"ü", "\u07ff", "\ud7ff", "\ue000", "\uffff", "日", "\U0001f600", "\x80", "\xff", "\xc0", "\xed\xa0\x80", "\xf0\x9f"))
	}
	return s.String()
}

// header makes a header of any kind.
func (g generator) header() Header {
	h := Header{
		Name:  g.target(),
		Type:  pick(g, byte(tar.TypeReg), tar.TypeReg, tar.TypeDir, tar.TypeSymlink, tar.TypeLink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo),
		Mode:  g.Int64N(1 << 12),
		UID:   pick(g, int64(0), 1<<21-1, 1<<21, MaxOwner),
		GID:   pick(g, int64(0), 1<<21-1, 1<<21, MaxOwner),
		UName: pick(g, "", "root", strings.Repeat("ü", 40)),
		GName: pick(g, "", "root", strings.Repeat("g", 33)),
		MTime: pick(g, int64(0), -1, 1<<33-1, 1<<33, 1<<63-1, -1<<63),
	}
	switch h.Type {
	case tar.TypeReg:
		h.Size = pick(g, int64(0), 1, 1<<33-1, 1<<33, 1<<40)
	case tar.TypeSymlink, tar.TypeLink:
		h.Linkname = g.target()
	case tar.TypeChar, tar.TypeBlock:
		h.DevMajor, h.DevMinor = g.Int64N(1<<21), g.Int64N(1<<21)
	}
	if g.IntN(4) == 0 {
		h.Name = pick(g, "./", ".", "./bin", strings.Repeat("p", 99)+"/", strings.Repeat("p", 100))
	}
	return h
}
