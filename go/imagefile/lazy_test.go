package imagefile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectfiles"
	"github.com/rules-strata/rules_strata/go/store"
)

// storage is a cache that notes what is read.
type storage struct {
	blobs map[string][]byte
	// fail is what every read ends with, if not nil.
	fail error

	mu        sync.Mutex
	read      []string
	now, most int
}

func (s *storage) Open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.blobs[d.SHA256]
	if !ok || int64(len(data)) != d.Size {
		return nil, fmt.Errorf("no blob %s", d)
	}
	s.read = append(s.read, fmt.Sprintf("%s@%d", s.name(d), offset))
	s.now++
	s.most = max(s.most, s.now)
	return &stored{Reader: bytes.NewReader(data[offset:]), storage: s}, s.fail
}

// name is the beginning of a blob's content.
func (s *storage) name(d cas.Digest) string {
	text, _, _ := strings.Cut(string(s.blobs[d.SHA256]), "\n")
	return text[:min(len(text), 12)]
}

func (s *storage) add(text string) {
	s.blobs[fmt.Sprintf("%x", sha256.Sum256([]byte(text)))] = []byte(text)
}

// asked is what was read since the last call, sorted.
func (s *storage) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	read := s.read
	s.read = nil
	slices.Sort(read)
	return read
}

type stored struct {
	io.Reader
	storage *storage
}

func (s *stored) Close() error {
	s.storage.mu.Lock()
	defer s.storage.mu.Unlock()
	s.storage.now--
	return nil
}

// lazyTree is a workspace as Bazel leaves it for a lazy image.
type lazyTree struct {
	storage *storage
	// dir is the runfiles, built the folder of exec paths.
	dir, built string
	lines      []string
}

const outputs = "bazel-out/k8-fastbuild/bin/"

func newLazyTree(t *testing.T) *lazyTree {
	t.Helper()
	root := filepath.Join(t.TempDir(), "execroot/_main")
	return &lazyTree{storage: &storage{blobs: map[string][]byte{}}, built: root, dir: filepath.Join(root, outputs, "hello.runfiles")}
}

func writeAt(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// add adds an object of outputs, which are in the cache alone, and of source
// files, "source:NAME", which are among the runfiles.
func (l *lazyTree) add(t *testing.T, path store.Path, files map[string]string) {
	t.Helper()
	name := path.Name()
	var exec, run strings.Builder
	for file, text := range files {
		destination, isSource := strings.CutPrefix(file, "source:")
		source := outputs + name + "/" + destination
		at, runPath := filepath.Join(l.built, source), outputPrefix+source
		if isSource {
			runPath = "_main/" + destination
			at = filepath.Join(l.dir, runPath)
		}
		writeAt(t, at, text)
		if !isSource {
			l.storage.add(text)
		}
		fmt.Fprintf(&exec, "file\x000444\x00%s\x00%s\n", destination, at)
		fmt.Fprintf(&run, "file\x000444\x00%s\x00%s\n", destination, runPath)
	}
	o, err := object.ReadManifest(path, strings.NewReader(exec.String()), "")
	if err != nil {
		t.Fatal(err)
	}
	writeAt(t, filepath.Join(l.dir, "exec", name+".manifest"), run.String())
	l.list(t, o, "", "@exec/"+name+".manifest")
	l.evict(t, name)
}

// evict takes away what a build made.
func (l *lazyTree) evict(t *testing.T, name string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(l.built, outputs, name)); err != nil {
		t.Fatal(err)
	}
}

// addNAR adds an object in a NAR, which is in the cache alone.
func (l *lazyTree) addNAR(t *testing.T, path store.Path, names []string, texts map[string]string) {
	t.Helper()
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	if err := w.WriteHeader(nar.Entry{Type: nar.Directory}); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		err := w.WriteHeader(nar.Entry{Path: name, Type: nar.Regular, Size: int64(len(texts[name]))})
		if err == nil {
			_, err = io.WriteString(w, texts[name])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	l.storage.add(buf.String())
	source := outputs + path.Name() + "/object.nar"
	file := filepath.Join(l.built, source)
	writeAt(t, file, buf.String())
	o, err := object.Open(path, file)
	if err != nil {
		t.Fatal(err)
	}
	l.list(t, o, file, "exec/"+source)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	l.evict(t, path.Name())
}

func (l *lazyTree) list(t *testing.T, o *object.Object, archive, source string) {
	t.Helper()
	var files bytes.Buffer
	if err := objectfiles.Write(&files, o, archive); err != nil {
		t.Fatal(err)
	}
	listed := "exec/" + o.Path().Name() + ".files.mtree"
	writeAt(t, filepath.Join(l.dir, listed), files.String())
	l.lines = append(l.lines, fmt.Sprintf("%s\x00%s\x00//:%s\x00//\x00%s\n", o.Path(), source, o.Path().Name(), listed))
}

func (l *lazyTree) sources(t *testing.T, opts ...Option) *sources {
	t.Helper()
	list := filepath.Join(l.dir, "objects")
	writeAt(t, list, strings.Join(l.lines, ""))
	s, err := readSources(list, placesOf(l.dir, opts))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// layer is the diff ID of a layer of the objects, and its size.
func layerOf(ctx context.Context, s *sources, paths ...store.Path) (string, error) {
	m, err := image.WriteStoreLayer(io.Discard, paths, sourcesUntil{ctx, s}, layer.DefaultOptions())
	return m.DiffID, err
}

// manyFiles are more files than are read ahead, among them an empty one, a long
// one and a source file.
func manyFiles() map[string]string {
	files := map[string]string{
		"empty": "", "long": "long\n" + strings.Repeat("x", aheadSize), "source:text": "source\n",
	}
	for n := range 3 * aheadFiles {
		files[fmt.Sprintf("small/%02d", n)] = fmt.Sprintf("small %02d\n", n)
	}
	return files
}

// TestLazyObjects: what is read is what is not on the machine, once, and makes
// the layer that the files themselves make.
func TestLazyObjects(t *testing.T) {
	l := newLazyTree(t)
	l.add(t, lib, manyFiles())
	l.addNAR(t, app, []string{"a", "b"}, map[string]string{"a": strings.Repeat("a", 3<<20), "b": "b\n"})
	s := l.sources(t, WithBlobs(l.storage))
	remote, err := layerOf(t.Context(), s, lib, app)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"\r\x00\x00\x00\x00\x00\x00\x00nix-@0", "long@0"}
	for n := range 3 * aheadFiles {
		want = append(want, fmt.Sprintf("small %02d@0", n))
	}
	slices.Sort(want)
	if got := l.storage.asked(); !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
	if l.storage.most > aheadFiles+2 {
		t.Errorf("%d blobs were read at once", l.storage.most)
	}
	if l.storage.now != 0 {
		t.Errorf("%d blobs are still open", l.storage.now)
	}

	// The same with all that was built.
	here := newLazyTree(t)
	here.lines, here.storage = l.lines, l.storage
	if err := os.CopyFS(here.dir, os.DirFS(l.dir)); err != nil {
		t.Fatal(err)
	}
	for file, text := range manyFiles() {
		if !strings.HasPrefix(file, "source:") {
			writeAt(t, filepath.Join(here.built, outputs, lib.Name(), file), text)
		}
	}
	for hash, data := range l.storage.blobs {
		if bytes.HasPrefix(data, []byte("\r")) {
			writeAt(t, filepath.Join(here.built, outputs, app.Name(), "object.nar"), string(l.storage.blobs[hash]))
		}
	}
	local, err := layerOf(t.Context(), here.sources(t), lib, app)
	if err != nil || local != remote {
		t.Errorf("with the files here: %s, %v, want %s", local, err, remote)
	}
	// A file of another size is that of another build.
	writeAt(t, filepath.Join(here.built, outputs, lib.Name(), "small/01"), "another\n")
	if got, err := layerOf(t.Context(), here.sources(t, WithBlobs(l.storage)), lib, app); err != nil || got != remote {
		t.Errorf("with an older file: %s, %v, want %s", got, err, remote)
	}
	if got := l.storage.asked(); !slices.Equal(got, []string{"small 01@0"}) {
		t.Errorf("read %q, want the one that is not here", got)
	}
}

// TestLazyNAROrder: names that are not UTF-8 are in another order in a layer
// than in a NAR, so that it is read again from where they are.
func TestLazyNAROrder(t *testing.T) {
	l := newLazyTree(t)
	names := []string{"\xf0\x90\x80\x80", "\xff\xf0\x90\x80\x80", "\xff\xff"} // U+10000 comes after U+DCFF.
	texts := map[string]string{names[0]: strings.Repeat("1", 2<<20), names[1]: "2\n", names[2]: "3\n"}
	l.addNAR(t, app, names, texts)
	o, err := l.sources(t, WithBlobs(l.storage)).open(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, e := range o.Entries()[1:] {
		r, err := o.OpenFile(&e)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(r); err != nil || string(data) != texts[e.Path] {
			t.Errorf("%q: %d bytes, %v", e.Path, len(data), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		order = append(order, e.Path)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
	if !slices.Equal(order, []string{names[2], names[1], names[0]}) {
		t.Errorf("order %q", order)
	}
	if got := l.storage.asked(); len(got) != 3 || l.storage.now != 0 {
		t.Errorf("read %q, %d are open: want three reads of the NAR", got, l.storage.now)
	}
}

func TestLazyErrors(t *testing.T) {
	files := map[string]string{"one": "one\n"}
	for _, test := range []struct {
		name   string
		change func(t *testing.T, l *lazyTree)
		opts   func(l *lazyTree) []Option
		want   []string
	}{
		{"no cache", nil, func(*lazyTree) []Option { return nil }, []string{outputs + "lib/one of //:lib", "lazy = True", "STRATA_REMOTE_CACHE", "--remote_download_outputs=all"}},
		{"not in the cache", func(_ *testing.T, l *lazyTree) { clear(l.storage.blobs) }, nil, []string{outputs + "lib/one of //:lib", "no blob"}},
		{"the cache fails", func(_ *testing.T, l *lazyTree) { l.storage.fail = errors.New("broken") }, nil, []string{outputs + "lib/one of //:lib", "broken"}},
		{"no list", func(t *testing.T, l *lazyTree) { remove(t, filepath.Join(l.dir, "exec/lib.files.mtree")) }, nil, []string{"//:lib", "no such file"}},
		{"a list of another object", func(t *testing.T, l *lazyTree) {
			writeAt(t, filepath.Join(l.dir, "exec/lib.manifest"), "file\x000444\x00two\x00exec/two\n")
		}, nil, []string{`does not name the file "one"`}},
		{"a manifest that is none", func(t *testing.T, l *lazyTree) { writeAt(t, filepath.Join(l.dir, "exec/lib.manifest"), "file\n") }, nil, []string{"is no record"}},
		{"a list of a NAR", func(t *testing.T, l *lazyTree) {
			writeAt(t, filepath.Join(l.dir, "exec/lib.files.mtree"), "#mtree\n#version=1 size=9 sha256digest="+strings.Repeat("0", 64)+"\n. type=dir\n")
		}, nil, []string{"does not describe"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLazyTree(t)
			l.add(t, lib, files)
			if test.change != nil {
				test.change(t, l)
			}
			opts := []Option{WithBlobs(l.storage)}
			if test.opts != nil {
				opts = test.opts(l)
			}
			_, err := layerOf(t.Context(), l.sources(t, opts...), lib)
			for _, want := range test.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
			}
		})
	}
}

func remove(t *testing.T, file string) {
	t.Helper()
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
}

// TestLazyTopLayer: the tar of the top layer is read by its diff ID where it is
// not on the machine.
func TestLazyTopLayer(t *testing.T) {
	b := build(t)
	b.describe(t, func(d map[string]any) { d["lazy"], d["customisation"] = true, "exec/bazel-out/top.tar" })
	want := string(make([]byte, 10240))
	s := &storage{blobs: map[string][]byte{}}
	img, err := Open(filepath.Join(b.folder, "hello.image.json"), b.path(""), WithBlobs(s))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	top := len(img.Layers) - 1
	if err := img.WriteLayer(t.Context(), top, &got); err == nil || !strings.Contains(err.Error(), "bazel-out/top.tar: no blob") {
		t.Errorf("got %v", err)
	}
	s.add(want)
	if err := img.Archive().Layers[top].WriteChecked(t.Context(), &got); err != nil || got.String() != want {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	if len(s.read) != 1 {
		t.Errorf("read %q", s.read)
	}
}
