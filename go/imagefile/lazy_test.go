package imagefile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
	// wrong are other bytes that are given for blobs.
	wrong map[string][]byte
	// fail is what every read ends with, if not nil.
	fail error
	// slots bound how many blobs are read at once, if not nil.
	slots chan struct{}

	mu        sync.Mutex
	read      []string
	now, most int
}

func (s *storage) Open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	if s.slots != nil {
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.blobs[d.SHA256]
	if !ok || int64(len(data)) != d.Size {
		return nil, fmt.Errorf("no blob %s", d)
	}
	s.read = append(s.read, fmt.Sprintf("%s@%d", s.name(d), offset))
	s.now++
	s.most = max(s.most, s.now)
	r := &stored{Reader: bytes.NewReader(data[offset:]), storage: s}
	if wrong, ok := s.wrong[d.SHA256]; ok {
		r.Reader = bytes.NewReader(wrong[offset:])
		if offset == 0 {
			r.end = errWrong
		}
	}
	return r, s.fail
}

// errWrong is at the end of other bytes than those of the digest.
var errWrong = errors.New("digest mismatch")

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
	// end takes the place of the end, if not nil.
	end error
}

func (s *stored) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF && s.end != nil {
		err = s.end
	}
	return n, err
}

func (s *stored) Close() error {
	s.storage.mu.Lock()
	defer s.storage.mu.Unlock()
	s.storage.now--
	if s.storage.slots != nil {
		<-s.storage.slots
	}
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
	l.list(t, o, "@exec/"+name+".manifest")
	l.evict(t, name)
}

// addRecords adds an object of records as Bazel writes them, with the exec paths
// of outputs that are there, and gives the object. Evicted, they are in the cache
// alone.
func (l *lazyTree) addRecords(t *testing.T, path store.Path, records []string) *object.Object {
	t.Helper()
	o, err := object.FromRecords(path, records, l.built)
	if err != nil {
		t.Fatal(err)
	}
	var run strings.Builder
	for _, r := range records {
		run.WriteString(strings.Replace(r, "\x00"+outputs, "\x00"+outputPrefix+outputs, 1) + "\n")
	}
	writeAt(t, filepath.Join(l.dir, "exec", path.Name()+".manifest"), run.String())
	l.list(t, o, "@exec/"+path.Name()+".manifest")
	return o
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
	l.list(t, o, "exec/"+source)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	l.evict(t, path.Name())
}

func (l *lazyTree) list(t *testing.T, o *object.Object, source string) {
	t.Helper()
	var files bytes.Buffer
	if err := objectfiles.Write(&files, o); err != nil {
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
// one, source files, and some whose names are not ASCII, or not even UTF-8.
func manyFiles() map[string]string {
	files := map[string]string{
		"empty": "", "long": "long\n" + strings.Repeat("x", aheadSize), "source:text": "source\n",
		"für alle/a \\ #": "umlaut\n", "\xff/\u2028": "bytes\n", "source:dort/\xfe ü": "source, too\n",
	}
	maps.Copy(files, manySmall())
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
	want := []string{"\r\x00\x00\x00\x00\x00\x00\x00nix-@0", "long@0", "umlaut@0", "bytes@0"}
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
	for file, text := range manyFiles() {
		if !strings.HasPrefix(file, "source:") {
			writeAt(t, filepath.Join(l.built, outputs, lib.Name(), file), text)
		}
	}
	for hash, data := range l.storage.blobs {
		if bytes.HasPrefix(data, []byte("\r")) {
			writeAt(t, filepath.Join(l.built, outputs, app.Name(), "object.nar"), string(l.storage.blobs[hash]))
		}
	}
	local, err := layerOf(t.Context(), l.sources(t), lib, app)
	if err != nil || local != remote {
		t.Errorf("with the files here: %s, %v, want %s", local, err, remote)
	}
	// A file of another size is that of another build.
	writeAt(t, filepath.Join(l.built, outputs, lib.Name(), "small/01"), "another\n")
	if got, err := layerOf(t.Context(), l.sources(t, WithBlobs(l.storage)), lib, app); err != nil || got != remote {
		t.Errorf("with an older file: %s, %v, want %s", got, err, remote)
	}
	if got := l.storage.asked(); !slices.Equal(got, []string{"small 01@0"}) {
		t.Errorf("read %q, want the one that is not here", got)
	}
}

// TestLazyProgram: the runfiles of a program are files and links that a build
// made, at a place of their own.
func TestLazyProgram(t *testing.T) {
	l := newLazyTree(t)
	bin := outputs + lib.Name() + "/"
	for name, text := range map[string]string{"program": "program\n", "data": "data\n"} {
		writeAt(t, filepath.Join(l.built, bin+name), text)
		l.storage.add(text)
	}
	if err := os.Symlink("../data", filepath.Join(l.built, bin+"link")); err != nil {
		t.Fatal(err)
	}
	built := l.addRecords(t, lib, []string{
		"root\x00\x00\x00/srv/app",
		"file\x000444\x00bin/program\x00" + bin + "program",
		"executable\x00\x00bin/*\x00",
		"output\x000555\x00app.runfiles/_main/data\x00" + bin + "data",
		"output\x000555\x00app.runfiles/_main/link\x00" + bin + "link",
		"symlink\x00\x00app.runfiles/_main/other\x00data",
		"directory\x000555\x00app.runfiles/_main/empty\x00",
	})
	want, err := layer.Write(io.Discard, []*object.Object{built}, layer.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	l.evict(t, lib.Name())
	s := l.sources(t, WithBlobs(l.storage))
	if got, err := layerOf(t.Context(), s, lib); err != nil || got != want.DiffID {
		t.Errorf("got %s, %v, want %s", got, err, want.DiffID)
	}
	if got := l.storage.asked(); !slices.Equal(got, []string{"data@0", "program@0"}) {
		t.Errorf("read %q", got)
	}
	o, err := s.Open(lib)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if o.Root() != "/srv/app" {
		t.Errorf("root %q", o.Root())
	}
	if link := o.Entries()[slices.IndexFunc(o.Entries(), func(e object.Entry) bool { return strings.HasSuffix(e.Path, "/link") })]; link.Target != "../data" {
		t.Errorf("link: %+v", link)
	}
}

// imageOf is an image of one layer, whose diff ID nobody knows yet.
func (l *lazyTree) imageOf(t *testing.T, paths ...store.Path) *Image {
	t.Helper()
	img, err := New(Parts{
		Config: []byte(`{"os":"linux","rootfs":{"diff_ids":[""]}}`), Objects: l.sources(t, WithBlobs(l.storage)), Options: layer.DefaultOptions(),
		Layers: []image.Layer{{Kind: image.StoreLayer, StorePaths: paths}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestLazyOtherBuild: of an output that is here the size is compared, and what it
// holds is not. The layer's diff ID tells where there is one. An image whose files
// have the time of the run has none: like one that is not lazy, it is made of
// what is here.
func TestLazyOtherBuild(t *testing.T) {
	l := newLazyTree(t)
	l.add(t, lib, map[string]string{"one": "one\n", "two": "two\n"})
	l.addNAR(t, app, []string{"a"}, map[string]string{"a": "one\n"})
	img := l.imageOf(t, lib, app)
	diffID, size, err := img.measure(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	img.Layers[0].DiffID, img.Layers[0].Size = diffID, size
	if err := img.Archive().Layers[0].WriteChecked(t.Context(), io.Discard); err != nil {
		t.Error(err)
	}
	l.storage.asked()
	writeAt(t, filepath.Join(l.built, outputs, lib.Name(), "one"), "ONE\n")
	err = img.Archive().Layers[0].WriteChecked(t.Context(), io.Discard)
	if err == nil || !strings.Contains(err.Error(), diffID) {
		t.Errorf("got %v, want that the layer is not %s", err, diffID)
	}
	want := []string{"\r\x00\x00\x00\x00\x00\x00\x00nix-@0", "two@0"}
	if got := l.storage.asked(); !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
	if err := img.setMTime(t.Context(), time.Unix(1_700_000_000, 0)); err != nil {
		t.Error(err)
	}
	var tar bytes.Buffer
	if err := img.Archive().Layers[0].WriteChecked(t.Context(), &tar); err != nil || !strings.Contains(tar.String(), "ONE\n") {
		t.Errorf("the layer is not of the file that is here: %v", err)
	}
}

// TestLazyWrongBytes: an error in the middle of a file names its target, too.
func TestLazyWrongBytes(t *testing.T) {
	for name, text := range map[string]string{"small": "small\n", "long": strings.Repeat("x", aheadSize+1)} {
		t.Run(name, func(t *testing.T) {
			l := newLazyTree(t)
			l.add(t, lib, map[string]string{"file": text})
			for hash, data := range l.storage.blobs {
				l.storage.wrong = map[string][]byte{hash: append([]byte("X"), data[1:]...)}
			}
			_, err := layerOf(t.Context(), l.sources(t, WithBlobs(l.storage)), lib)
			if !errors.Is(err, errWrong) || !strings.Contains(err.Error(), outputs+"lib/file of //:lib: ") {
				t.Errorf("got %v", err)
			}
		})
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
		{"a manifest that is none", func(t *testing.T, l *lazyTree) { writeAt(t, filepath.Join(l.dir, "exec/lib.manifest"), "file\n") }, nil, []string{"exec/lib.manifest: line 1: ", "1 fields, want 4"}},
		{"a manifest that is cut", func(t *testing.T, l *lazyTree) {
			writeAt(t, filepath.Join(l.dir, "exec/lib.manifest"), "file\x000444\x00one\x00exec/bazel-out/on")
		}, nil, []string{"exec/lib.manifest: line 1 ", "truncated"}},
		{"a manifest with a root that is none", func(t *testing.T, l *lazyTree) {
			writeAt(t, filepath.Join(l.dir, "exec/lib.manifest"), "file\x000444\x00one\x00exec/bazel-out/one\nroot\x00\x00\x00srv\n")
		}, nil, []string{"exec/lib.manifest: line 2: ", `the root "srv": want an absolute path`}},
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
	s.wrong = map[string][]byte{strings.TrimPrefix(img.Layers[top].DiffID, "sha256:"): append([]byte("X"), want[1:]...)}
	if err := img.WriteLayer(t.Context(), top, io.Discard); !errors.Is(err, errWrong) || !strings.Contains(err.Error(), "bazel-out/top.tar: ") {
		t.Errorf("got %v", err)
	}
}
