package imagelayer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/basefiles"
	"github.com/rules-strata/rules_strata/go/changeset"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/customisation/scripts"
	"github.com/rules-strata/rules_strata/go/imagetree"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// chaos does random things to a file system.
type chaos struct {
	fs  *scriptfs.FS
	rng *rand.Rand
	// below is the directory where they happen.
	below string
	log   []string
	n     int
}

// path is one of few paths.
func (c *chaos) path() string {
	at := c.below
	for range 1 + c.rng.IntN(3) {
		at += "/" + string(rune('a'+c.rng.IntN(4)))
	}
	return at
}

// step does one thing; that it fails is as good.
func (c *chaos) step() {
	c.n++
	at, other := c.path(), c.path()
	what, err := "", error(nil)
	switch c.rng.IntN(16) {
	case 0, 1:
		what, err = "mkdir "+at, c.fs.Mkdir(at, 0o700|uint32(c.rng.IntN(0o100)))
	case 2:
		what, err = "symlink "+at, c.fs.Symlink(strings.TrimPrefix(strings.TrimPrefix(other, c.below), "/"), at)
	case 3:
		what, err = "link "+at+" "+other, c.fs.Link(at, other)
	case 4, 5, 6:
		what, err = "rename "+at+" "+other, c.fs.Rename(at, other)
	case 7:
		what, err = "remove "+at, c.fs.Remove(at)
	case 8:
		what, err = "removeall "+at, c.fs.RemoveAll(at)
	case 9, 10:
		what, err = "append "+at, c.write(at, os.O_WRONLY|os.O_CREATE|os.O_APPEND)
	case 11:
		what, err = "write in the middle of "+at, c.write(at, os.O_WRONLY)
	case 12:
		what, err = "truncate "+at, c.fs.Truncate(at, int64(c.rng.IntN(6)))
	case 13:
		what, err = "chown "+at, c.fs.Lchown(at, int64(c.rng.IntN(3)), -1)
	case 14:
		what, err = "setxattr "+at, c.fs.Setxattr(at, "user.x", []byte(fmt.Sprint(c.n)))
	case 15:
		what, err = "clone "+at+" "+other, c.fs.Clone(at, other, 0o600)
	}
	c.log = append(c.log, fmt.Sprintf("%s: %v", what, err))
}

func (c *chaos) write(at string, flag int) error {
	f, err := c.fs.OpenFile(at, flag, 0o640)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "<%d>", c.n)
	return errors.Join(err, f.Close())
}

// randomBase is a base of two layers.
func randomBase(t *testing.T, rng *rand.Rand) []archive.Layer {
	t.Helper()
	var layers []archive.Layer
	for range 2 {
		scratch := chaos{fs: scriptfs.New(time.Unix(5, 0)), rng: rng}
		for range 60 {
			scratch.step()
		}
		var data bytes.Buffer
		_, err := customisation.WriteTree(&data, scratch.fs, "/", customisation.Options{MTime: 5, StoreDir: "/nix/store"})
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, layerFrom(data.Bytes()))
	}
	var links []member
	root, err := imagetree.Flatten(context.Background(), layers)
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range root.Sorted() {
		if n.Type != imagetree.Directory && len(links) < 4 {
			links = append(links, hardlink(name+"-link", name), hardlink("links/"+name, name))
		}
		if n.Type == imagetree.Directory {
			for inner, n := range n.Sorted() {
				if n.Type != imagetree.Directory {
					links = append(links, hardlink(name+"/"+string(rune('a'+rng.IntN(4)))+"x", name+"/"+inner))
				}
			}
		}
	}
	return append(layers, layerOf(t, links...))
}

// snapshot is the tree of a file system, in the form of listing.
func snapshot(t *testing.T, fs *scriptfs.FS) string {
	t.Helper()
	types := map[scriptfs.Type]string{scriptfs.Regular: imagetree.File, scriptfs.Directory: imagetree.Directory, scriptfs.Symlink: imagetree.Symlink}
	var lines []string
	if err := fs.Walk("/", func(at string, i scriptfs.Info) error {
		if at == "/tmp" {
			return nil
		}
		line := fmt.Sprintf("%s %s %o %d:%d", at, types[i.Type], i.Mode, i.UID, i.GID)
		switch i.Type {
		case scriptfs.Symlink:
			lines = append(lines, line+" -> "+i.Target)
			return nil
		case scriptfs.Regular:
			f, err := fs.Open(at)
			if err != nil {
				return err
			}
			text, err := io.ReadAll(f)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" %q", text)
		}
		if value, err := fs.Getxattr(at, "user.x"); err == nil {
			line += fmt.Sprintf(" user.x=%q", value)
		} else if !errors.Is(err, syscall.ENODATA) {
			return err
		}
		lines = append(lines, line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// outcome does the things of a seed and gives the base, the layer and, if it
// looked, what was seen before the layer was made.
func outcome(t *testing.T, seed uint64, look bool) (base []archive.Layer, layer []byte, seen string, log []string) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 3))
	base = randomBase(t, rng)
	root, err := imagetree.Flatten(context.Background(), base)
	must(t, err)
	b := scripts.NewBuild(newPool(t), "/nix/store", nil, io.Discard)
	defer b.FS.Close()
	must(t, b.Furnish())
	c := chaos{fs: b.FS, rng: rng, below: scripts.Tree}
	for range rng.IntN(2) * rng.IntN(20) {
		c.step()
	}
	files := basefiles.New(context.Background(), base, b.FS.Reserve)
	defer files.Close()
	inner, err := b.Enter(&scriptfs.Base{Root: root, Open: files.Open})
	must(t, err)
	c.fs, c.below = inner, ""
	for range rng.IntN(40) {
		c.step()
	}
	if look {
		seen = snapshot(t, inner)
	}
	must(t, b.Leave(inner))
	return base, written(t, b.FS, scripts.Tree, seed%2 == 0), seen, c.log
}

// written is the layer at root.
func written(t *testing.T, fs *scriptfs.FS, root string, hardLinks bool) []byte {
	t.Helper()
	names, opaque, err := fs.Hidden(root)
	must(t, err)
	var data bytes.Buffer
	_, err = customisation.WriteTree(&data, fs, root, customisation.Options{
		MTime: 1, StoreDir: "/nix/store", Whiteouts: names, Opaque: opaque, HardLinks: hardLinks,
	})
	must(t, err)
	return data.Bytes()
}

// planted is the layer that a layer gives when it is planted and written again.
func planted(t *testing.T, layer []byte, hardLinks bool) []byte {
	t.Helper()
	fs := scriptfs.New(time.Unix(5, 0))
	defer fs.Close()
	must(t, fs.Mkdir("/tree", 0o700))
	must(t, changeset.Plant(fs, "/tree", nil, bytes.NewReader(layer)))
	return written(t, fs, "/tree", hardLinks)
}

// TestOracle: whatever happens to a base and what lies over it, the base with
// the layer is what was seen in the end; looking does not change the layer, and
// planting the layer gives it back.
func TestOracle(t *testing.T) {
	for seed := range uint64(400) {
		base, layer, want, log := outcome(t, seed, true)
		got := listing(t, append(base, layerFrom(layer))...)
		if got != want {
			t.Fatalf("seed %d:\n%s\nbase\n%s\nlayer %s\ngot\n%s\nwant\n%s", seed, strings.Join(log, "\n"), listing(t, base...), entries(t, layer), got, want)
		}
		if _, blind, _, _ := outcome(t, seed, false); !bytes.Equal(blind, layer) {
			t.Fatalf("seed %d:\n%s\nthe layer has %s when nobody looks, and %s when somebody does", seed, strings.Join(log, "\n"), entries(t, blind), entries(t, layer))
		}
		if again := planted(t, layer, seed%2 == 0); !bytes.Equal(again, layer) {
			t.Fatalf("seed %d: %s, planted %s", seed, entries(t, layer), entries(t, again))
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
