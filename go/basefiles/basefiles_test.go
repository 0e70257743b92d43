package basefiles_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/basefiles"
	"github.com/rules-strata/rules_strata/go/imagetree"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// counted is a layer whose files have their names, often, as contents. It counts how
// often it is written.
func counted(t *testing.T, writes *int, names ...string) archive.Layer {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, name := range names {
		text := strings.Repeat(name, 1000)
		must(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(text)), Mode: 0o644}))
		_, err := io.WriteString(w, text)
		must(t, err)
		must(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name + ".link", Linkname: name}))
	}
	must(t, w.Close())
	return archive.Layer{
		DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(data.Bytes())), Size: int64(data.Len()), Describe: names[0],
		Write: func(_ context.Context, w io.Writer) error {
			*writes++
			_, err := w.Write(data.Bytes())
			return err
		},
	}
}

func flatten(t *testing.T, layers []archive.Layer) *imagetree.Node {
	t.Helper()
	root, err := imagetree.Flatten(context.Background(), layers)
	must(t, err)
	return root
}

func read(t *testing.T, files *basefiles.Files, n *imagetree.Node) string {
	t.Helper()
	r, err := files.Open(n.Inode)
	must(t, err)
	defer r.Close()
	text, err := io.ReadAll(r)
	must(t, err)
	return string(text)
}

// TestOpen: only layers that somebody reads are read, each once, also when the image
// has one twice.
func TestOpen(t *testing.T) {
	var first, second int
	layers := []archive.Layer{counted(t, &first, "a", "b", "c"), counted(t, &second, "d", "e")}
	layers = append(layers, layers[0])
	root := flatten(t, layers)
	first, second = 0, 0
	var reserved int64
	var mu sync.Mutex
	files := basefiles.New(context.Background(), layers, func(n int64) error {
		mu.Lock()
		defer mu.Unlock()
		reserved += n
		return nil
	})
	var wait sync.WaitGroup
	for _, name := range []string{"c", "a", "b", "c"} {
		wait.Go(func() {
			if got := read(t, files, root.Children[name]); got != strings.Repeat(name, 1000) {
				t.Errorf("%s is %.20q", name, got)
			}
		})
	}
	wait.Wait()
	if first != 1 || second != 0 || reserved != 3000 {
		t.Errorf("the first layer was read %d times, the second %d times, %d bytes", first, second, reserved)
	}
	lower := *root.Children["a"].Inode
	lower.Layer = 0
	if got := read(t, files, &imagetree.Node{Inode: &lower}); got != strings.Repeat("a", 1000) || first != 1 {
		t.Errorf("%.20q, read %d times", got, first)
	}
	must(t, files.Close())
	if _, err := files.Open(root.Children["a"].Inode); err == nil {
		t.Error("closed files can be opened")
	}
}

func TestErrors(t *testing.T) {
	full, broken := errors.New("no space"), errors.New("disk on fire")
	var writes int
	good := []archive.Layer{counted(t, &writes, "base"), counted(t, &writes, "top", "other")}
	root := flatten(t, good)
	fails := func(change func(l *archive.Layer)) []archive.Layer {
		layers := []archive.Layer{good[0], good[1]}
		change(&layers[1])
		return layers
	}
	for _, test := range []struct {
		name    string
		layers  []archive.Layer
		reserve error
		want    string
	}{
		{"refused", good, full, `read the base image's files: layer 2 of 2 (top): entry "top": no space`},
		{"a layer that cannot be read", fails(func(l *archive.Layer) { l.Write = func(context.Context, io.Writer) error { return broken } }), nil,
			"read the base image's files: layer 2 of 2 (top): disk on fire"},
		{"a layer that changed", fails(func(l *archive.Layer) { l.DiffID = "sha256:" + strings.Repeat("0", 64) }), nil, "layer 2 of 2 (top): its diff ID is"},
		{"another layer", fails(func(l *archive.Layer) { *l = counted(t, &writes, "x") }), nil, "entry 2 of layer 2 has no content of 5000 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := basefiles.New(context.Background(), test.layers, func(int64) error { return test.reserve })
			defer files.Close()
			_, err := files.Open(root.Children["other"].Inode)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestNoFileLeft: what is put aside has no name.
func TestNoFileLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var writes int
	layers := []archive.Layer{counted(t, &writes, "a")}
	root := flatten(t, layers)
	files := basefiles.New(context.Background(), layers, func(int64) error { return nil })
	defer files.Close()
	read(t, files, root.Children["a"])
	if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
		t.Errorf("%v %v", list, err)
	}
	t.Setenv("TMPDIR", dir+"/missing")
	others := basefiles.New(context.Background(), layers, func(int64) error { return nil })
	defer others.Close()
	if _, err := others.Open(root.Children["a"].Inode); err == nil || !strings.Contains(err.Error(), "make a temporary file") {
		t.Errorf("%v", err)
	}
}

// TestMemory: what is allocated for a layer of many files and a big one is less
// than the files have.
func TestMemory(t *testing.T) {
	const count, size, limit = 5000, 64 << 20, 48 << 20
	write := func(_ context.Context, w io.Writer) error {
		out := tar.NewWriter(w)
		piece := make([]byte, 1<<20)
		for i := range count {
			hdr := tar.Header{Typeflag: tar.TypeReg, Name: fmt.Sprint(i), Size: 10}
			if i == 0 {
				hdr.Size = size
			}
			if err := out.WriteHeader(&hdr); err != nil {
				return err
			}
			for left := hdr.Size; left > 0; left -= min(left, 1<<20) {
				if _, err := out.Write(piece[:min(left, 1<<20)]); err != nil {
					return err
				}
			}
		}
		return out.Close()
	}
	digest, length := sha256.New(), new(counter)
	must(t, write(context.Background(), io.MultiWriter(digest, length)))
	layers := []archive.Layer{{DiffID: fmt.Sprintf("sha256:%x", digest.Sum(nil)), Size: int64(*length), Write: write}}
	root := flatten(t, layers)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	opened := basefiles.New(context.Background(), layers, func(int64) error { return nil })
	defer opened.Close()
	if got := read(t, opened, root.Children["4999"]); got != strings.Repeat("\x00", 10) {
		t.Errorf("%q", got)
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > limit {
		t.Errorf("%d bytes were allocated, at most %d should be", n, limit)
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
