package layer

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	onePath   = "/nix/store/11111111111111111111111111111111-one"
	twoPath   = "/nix/store/22222222222222222222222222222222-two"
	otherPath = "/opt/store/33333333333333333333333333333333-other"
)

func wantError(t *testing.T, err error, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if err == nil || !strings.Contains(err.Error(), phrase) {
			t.Errorf("got error %v, want one with %q", err, phrase)
		}
	}
}

// TestReadable reads a layer with another reader of tars.
func TestReadable(t *testing.T) {
	long := strings.Repeat("n", 200)
	root := dir(map[string]tree{"a": file("data"), long: link(long + "/\xff"), "d": dir(nil)})
	o := Options{MTime: 1 << 40, UID: MaxOwner, GID: 7, UName: strings.Repeat("u", 50), GName: "g", StoreDir: "/opt/my/store"}
	path := "/opt/my/store/11111111111111111111111111111111-one"
	var buf bytes.Buffer
	meta, err := Write(&buf, []*object.Object{root.open(t, path)}, o)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for r := tar.NewReader(&buf); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.ModTime.Unix() != o.MTime || h.Uid != MaxOwner || h.Gid != 7 || h.Uname != o.UName || h.Gname != "g" {
			t.Errorf("%s: got %+v", h.Name, h)
		}
		names = append(names, h.Name)
		if h.Typeflag == tar.TypeSymlink && h.Linkname != long+"/\xff" {
			t.Errorf("target %q", h.Linkname)
		}
	}
	want := []string{"/opt/", "/opt/my/", "/opt/my/store/", path + "/", path + "/a", path + "/d/", path + "/" + long}
	if !reflect.DeepEqual(names, want) || meta.Entries != len(want) {
		t.Errorf("got %d entries: %q", meta.Entries, names)
	}
	if !reflect.DeepEqual(meta.StorePaths, []store.Path{store.Path(path)}) || meta.Version != 1 {
		t.Errorf("got %+v", meta)
	}
}

func TestNoObjects(t *testing.T) {
	meta, err := Write(io.Discard, nil, DefaultOptions())
	if err != nil || meta.Entries != 2 || meta.Size != recordSize || meta.StorePaths == nil {
		t.Errorf("got %+v %v", meta, err)
	}
}

func TestWriteErrors(t *testing.T) {
	one, other := file("1").open(t, onePath), file("2").open(t, otherPath)
	with := func(change func(*Options)) Options {
		o := DefaultOptions()
		change(&o)
		return o
	}
	for _, test := range []struct {
		name    string
		objects []*object.Object
		options Options
		want    []string
	}{
		{"twice", []*object.Object{one, one}, DefaultOptions(), []string{onePath, "given twice"}},
		{"two store directories", []*object.Object{one, other}, DefaultOptions(), []string{otherPath, "/opt/store", "/nix/store"}},
		{"relative store directory", nil, with(func(o *Options) { o.StoreDir = "nix/store" }), []string{`"nix/store" is not a store directory`}},
		{"no store directory", nil, Options{}, []string{`"" is not a store directory`}},
		{"the root", nil, with(func(o *Options) { o.StoreDir = "/" }), []string{`"/" is not a store directory`}},
		{"slash at the end", nil, with(func(o *Options) { o.StoreDir = "/nix/store/" }), []string{"is not a store directory"}},
		{"dot dot", nil, with(func(o *Options) { o.StoreDir = "/nix/../store" }), []string{"is not a store directory"}},
		{"not UTF-8", nil, with(func(o *Options) { o.StoreDir = "/nix/\xff" }), []string{"UTF-8"}},
		{"uid over 32 bits", nil, with(func(o *Options) { o.UID = 1 << 33 }), []string{"uid 8589934592 is not between 0 and 4294967294"}},
		{"uid that means none", nil, with(func(o *Options) { o.UID = 1<<32 - 1 }), []string{"uid 4294967295"}},
		{"negative uid", nil, with(func(o *Options) { o.UID = -1 }), []string{"uid -1 is not between"}},
		{"gid", nil, with(func(o *Options) { o.GID = 1<<63 - 1 }), []string{"gid 9223372036854775807 is not between 0 and 4294967294"}},
		{"zero in a name", nil, with(func(o *Options) { o.UName = "a\x00" }), []string{`the user name "a\x00" has a zero byte`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Write(io.Discard, test.objects, test.options)
			wantError(t, err, test.want...)
		})
	}
}

// TestChangedSource changes a file after the object was opened.
func TestChangedSource(t *testing.T) {
	for _, test := range []struct {
		name string
		size int64
		want string
	}{
		{"shorter", 999, "it ends 1 bytes earlier now"},
		{"empty", 0, "it ends 1000 bytes earlier now"},
		{"longer", 1001, "it is longer now"},
		{"much longer", 1 << 22, "it is longer now"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			source, manifest := filepath.Join(folder, "source"), filepath.Join(folder, "manifest")
			for name, content := range map[string]string{
				source:   strings.Repeat("x", 1000),
				manifest: "file\x000444\x00bin/x\x00" + source + "\n",
			} {
				if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			o := openObject(t, onePath, "@"+manifest)
			if err := os.Truncate(source, test.size); err != nil {
				t.Fatal(err)
			}
			_, err := Write(io.Discard, []*object.Object{o}, DefaultOptions())
			wantError(t, err, onePath, `"bin/x" had 1000 bytes`, test.want)
		})
	}
}

func TestTruncatedNAR(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.nar")
	if err := os.WriteFile(name, file(strings.Repeat("x", 1<<20)).writeNAR(t), 0o644); err != nil {
		t.Fatal(err)
	}
	o := openObject(t, onePath, name)
	if err := os.Truncate(name, 1<<19); err != nil {
		t.Fatal(err)
	}
	_, err := Write(io.Discard, []*object.Object{o}, DefaultOptions())
	wantError(t, err, onePath, "bytes earlier now")
}

// full is a disk with room for n bytes.
type full struct{ n int }

func (f *full) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errors.New("no space left")
	}
	return len(p), nil
}

func TestWriteToFullDisk(t *testing.T) {
	o := file(strings.Repeat("x", 1<<20)).open(t, onePath)
	for _, room := range []int{0, 1 << 10, 1 << 17, 1<<20 + 3000} {
		_, err := Write(&full{room}, []*object.Object{o}, DefaultOptions())
		wantError(t, err, "no space left")
	}
}

// TestMemory writes a file much larger than what may be allocated.
func TestMemory(t *testing.T) {
	const size, limit = 64 << 20, 4 << 20
	folder := t.TempDir()
	source, manifest := filepath.Join(folder, "source"), filepath.Join(folder, "manifest")
	for _, name := range []string{source, manifest} {
		if err := os.WriteFile(name, []byte("file\x000444\x00\x00"+source+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Truncate(source, size); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o := openObject(t, onePath, "@"+manifest)
	options := DefaultOptions()
	options.ScanReferences = true
	if _, err := Write(io.Discard, []*object.Object{o}, options); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > limit {
		t.Errorf("allocated %d bytes for a file of %d, want at most %d", got, size, limit)
	}
}

func TestReadMetadata(t *testing.T) {
	const digest = "sha256:e83efd634fbcff7d25d32f3c8514377e8d437c7ec4b13d9b7cfffc79a49a858e"
	for _, test := range []struct{ name, data, wantErr string }{
		{"good", `{"version":1,"diff_id":"` + digest + `","size":10240,"entries":3,"store_paths":["` + onePath + `"]}`, ""},
		{"version", `{"version":2}`, "version 2"},
		{"diff ID", `{"version":1,"diff_id":"sha256:12","size":10240}`, `"diff_id" is "sha256:12"`},
		{"upper case", `{"version":1,"diff_id":"` + strings.ToUpper(digest) + `"}`, `"diff_id"`},
		{"size", `{"version":1,"diff_id":"` + digest + `","size":10241}`, "10241, want a multiple of 10240"},
		{"entries", `{"version":1,"diff_id":"` + digest + `","size":10240,"entries":-1}`, `"entries" is -1`},
		{"store path", `{"version":1,"diff_id":"` + digest + `","size":10240,"store_paths":["x"]}`, `"store_paths"`},
		{"unknown field", `{"version":1,"colour":1}`, "colour"},
	} {
		t.Run(test.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "layer.json")
			if err := os.WriteFile(name, []byte(test.data), 0o644); err != nil {
				t.Fatal(err)
			}
			m, err := ReadMetadata(name)
			if test.wantErr != "" {
				wantError(t, err, test.wantErr, name)
			} else if err != nil || m.DiffID != digest || m.Entries != 3 {
				t.Errorf("got %+v %v", m, err)
			}
		})
	}
}
