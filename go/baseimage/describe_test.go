package baseimage

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// storePath is a store path of a digit and a name.
func storePath(dir, digit, name string) store.Path {
	return store.Path(dir + "/" + strings.Repeat(digit, store.HashLen) + "-" + name)
}

// writeObject makes a store object of random content.
func writeObject(t testing.TB, r *rand.Rand, path store.Path) *object.Object {
	t.Helper()
	var buf bytes.Buffer
	w := nar.NewWriter(&buf)
	var node func(path string, depth int)
	node = func(path string, depth int) {
		e := nar.Entry{Path: path}
		switch kind := r.IntN(6); {
		case kind < 2+depth && depth > 0:
			e.Type, e.Size, e.Executable = nar.Regular, int64(r.IntN(2000)), r.IntN(2) == 0
		case kind == 5:
			e.Type, e.Target = nar.Symlink, "../"+strings.Repeat("t", 1+r.IntN(150))
		default:
			e.Type = nar.Directory
		}
		if err := w.WriteHeader(e); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, rand.NewChaCha8([32]byte{byte(depth)}), e.Size); err != nil {
			t.Fatal(err)
		}
		if e.Type != nar.Directory {
			return
		}
		names := []string{"a", "a-b", "a.b", "ab", "z\xff", "ü", strings.Repeat("long", 30)}
		slices.Sort(names)
		for _, name := range names {
			if r.IntN(2) == 0 {
				node(strings.TrimPrefix(path+"/"+name, "/"), depth+1)
			}
		}
	}
	node("", 0)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.nar")
	if err := os.WriteFile(name, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	obj, err := object.Open(path, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { obj.Close() })
	return obj
}

// describe opens and describes an image of layers.
func describe(t testing.TB, storeDir string, layers ...string) (baseinfo.Info, error) {
	t.Helper()
	s := sample{layers: layers}.withConfig(t, obj{"os": "linux", "architecture": "amd64"})
	img, err := Open(archive(t, legacy(t, s)), Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	return img.Describe(storeDir)
}

func mustDescribe(t testing.TB, storeDir string, layers ...string) baseinfo.Info {
	t.Helper()
	info, err := describe(t, storeDir, layers...)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// layerOf is the layer of some objects.
func layerOf(t testing.TB, o layer.Options, objects ...*object.Object) (string, layer.Metadata) {
	t.Helper()
	var buf bytes.Buffer
	m, err := layer.Write(&buf, objects, o)
	if err != nil {
		t.Fatal(err)
	}
	return buf.String(), m
}

// TestAlone: the diff ID that an object has alone is found, whichever layer it
// is in and with whichever options.
func TestAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 40 {
		o := layer.DefaultOptions()
		o.MTime = []int64{1, 0, -5, 1_700_000_000, 1 << 40}[i%5]
		o.UID, o.GID = []int64{0, 1000, 1 << 30}[i%3], []int64{0, 100}[i%2]
		o.UName, o.GName = []string{"root", "", "ü\xff", strings.Repeat("u", 40)}[i%4], []string{"root", "users"}[i%2]
		o.StoreDir = []string{"/nix/store", "/opt/a/store", "/s"}[i%3]
		var objects []*object.Object
		want := map[store.Path]string{}
		for n := range 3 {
			obj := writeObject(t, r, storePath(o.StoreDir, fmt.Sprint(n), "object"))
			objects = append(objects, obj)
			_, m := layerOf(t, o, obj)
			want[obj.Path()] = m.DiffID
		}
		joined, m := layerOf(t, o, objects...)
		single, _ := layerOf(t, o, objects[0])
		pair, _ := layerOf(t, o, objects[2], objects[1])
		for _, layers := range [][]string{{joined}, {single, pair}, {pair, single}, {joined, single, joined}} {
			info := mustDescribe(t, o.StoreDir, layers...)
			if !maps.Equal(info.StorePaths, want) {
				t.Errorf("%d layers, options %+v: got %v, want %v", len(layers), o, info.StorePaths, want)
			}
		}
		info := mustDescribe(t, o.StoreDir, joined)
		if got := info.Layers[0]; got != (baseinfo.Layer{DiffID: m.DiffID, Entries: m.Entries, Size: m.Size}) {
			t.Errorf("got %+v, want %+v", got, m)
		}
	}
}

// entry is an entry of a layer as other tools may write it.
type entry struct {
	name string
	// kind is "dir", "file", "exec", "fifo", "white", "link TARGET" or "hard
	// TARGET".
	kind   string
	change func(*tar.Header)
}

const content = "content"

func entries(t testing.TB, list ...entry) string {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, e := range list {
		kind, target, _ := strings.Cut(e.kind, " ")
		h := &tar.Header{Name: e.name, ModTime: time.Unix(1, 0), Uname: "root", Gname: "root", Linkname: target, Format: tar.FormatPAX}
		switch kind {
		case "dir":
			h.Typeflag, h.Mode = tar.TypeDir, 0o555
		case "file", "exec":
			h.Typeflag, h.Mode, h.Size = tar.TypeReg, map[string]int64{"file": 0o444, "exec": 0o555}[kind], int64(len(content))
		case "link":
			h.Typeflag, h.Mode = tar.TypeSymlink, 0o777
		case "hard":
			h.Typeflag, h.Mode = tar.TypeLink, 0o444
		case "fifo":
			h.Typeflag = tar.TypeFifo
		case "white":
			h.Typeflag = tar.TypeReg
		}
		if e.change != nil {
			e.change(h)
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			io.WriteString(w, content)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

const (
	base = "/nix/store/00000000000000000000000000000000-a"
	rel  = "nix/store/00000000000000000000000000000000-a"
	wh   = "nix/store/.wh.00000000000000000000000000000000-a"
)

// TestAloneOfOtherTools: members may be spelled in other ways, with other
// owners of what is around; what package layer cannot have written has no diff
// ID.
func TestAloneOfOtherTools(t *testing.T) {
	plain := []entry{{name: rel, kind: "dir"}, {name: rel + "/bin", kind: "dir"}, {name: rel + "/bin/a", kind: "exec"}, {name: rel + "/bin-b", kind: "link a"}}
	change := func(i int, f func(*entry)) []entry {
		list := slices.Clone(plain)
		f(&list[i])
		return list
	}
	header := func(i int, f func(*tar.Header)) []entry {
		return change(i, func(e *entry) { e.change = f })
	}
	for _, test := range []struct {
		name string
		list []entry
		same bool
	}{
		{"as it is", plain, true},
		{"with ./", change(1, func(e *entry) { e.name = "./" + e.name }), true},
		{"with /", change(1, func(e *entry) { e.name = "/" + e.name + "//" }), true},
		{"beside others", append([]entry{{name: "etc", kind: "fifo"}, {name: "nix/", kind: "dir", change: func(h *tar.Header) { h.Uid = 5 }}}, plain...), true},
		{"objects interleaved", []entry{plain[0], {name: rel + "b", kind: "dir"}, plain[1], plain[2], {name: rel + "b/x", kind: "file"}, plain[3]}, true},
		{"order of names", []entry{plain[0], plain[3], plain[1], plain[2]}, false},
		{"directory after its content", []entry{plain[1], plain[2], plain[3], plain[0]}, false},
		{"object without an entry", plain[1:], false},
		{"twice", append(slices.Clone(plain), plain[3]), false},
		{"another owner", header(2, func(h *tar.Header) { h.Uid = 1 }), false},
		{"another group", header(2, func(h *tar.Header) { h.Gid = 1 }), false},
		{"another owner's name", header(2, func(h *tar.Header) { h.Uname = "" }), false},
		{"another time", header(3, func(h *tar.Header) { h.ModTime = time.Unix(2, 0) }), false},
		{"a fraction of a second", header(3, func(h *tar.Header) { h.ModTime = time.Unix(1, 5) }), false},
		{"a writable file", header(2, func(h *tar.Header) { h.Mode = 0o755 }), false},
		{"a setuid file", header(2, func(h *tar.Header) { h.Mode = 0o4555 }), false},
		{"a writable directory", header(1, func(h *tar.Header) { h.Mode = 0o755 }), false},
		{"an extended attribute", header(2, func(h *tar.Header) { h.PAXRecords = map[string]string{"SCHILY.xattr.user.a": "b"} }), false},
		{"another PAX record", header(2, func(h *tar.Header) { h.PAXRecords = map[string]string{"VENDOR.x": "b"} }), true},
		{"hard link", append(slices.Clone(plain), entry{name: rel + "/z", kind: "hard " + rel + "/bin/a"}), false},
		{"named pipe", append(slices.Clone(plain), entry{name: rel + "/z", kind: "fifo"}), false},
		{"whiteout of nothing", append(slices.Clone(plain), entry{name: rel + "/.wh.z", kind: "white"}), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := mustDescribe(t, "/nix/store", entries(t, plain...)).StorePaths[base]
			if want == "" {
				t.Fatal("no diff ID for the plain one")
			}
			got, ok := mustDescribe(t, "/nix/store", entries(t, test.list...)).StorePaths[base]
			if !ok {
				t.Fatal("it is not there")
			}
			if test.same != (got == want) || !test.same && got != "" {
				t.Errorf("got %q, want %q: %v", got, want, test.same)
			}
		})
	}
}

func TestFlatten(t *testing.T) {
	object := []entry{{name: rel, kind: "dir"}, {name: rel + "/a", kind: "file"}}
	other := []entry{{name: rel, kind: "dir"}, {name: rel + "/b", kind: "file"}}
	link := []entry{{name: rel, kind: "link x"}}
	white := func(name string) []entry { return []entry{{name: name, kind: "white"}} }
	idOf := func(list []entry) string { return mustDescribe(t, "/nix/store", entries(t, list...)).StorePaths[base] }
	a, b, l := idOf(object), idOf(other), idOf(link)
	const absent = "absent"
	for _, test := range []struct {
		name   string
		layers [][]entry
		want   string
	}{
		{"once", [][]entry{object}, a},
		{"the same twice", [][]entry{object, object}, a},
		{"two on one another", [][]entry{object, other}, ""},
		{"a link on a directory", [][]entry{object, link}, l},
		{"a directory on a link", [][]entry{link, object}, a},
		{"removed", [][]entry{object, white(wh)}, absent},
		{"removed, and something else", [][]entry{object, white(wh), other}, b},
		{"replaced in one layer", [][]entry{object, append(white(wh), other...)}, b},
		{"replaced in one layer, whiteout last", [][]entry{object, append(slices.Clone(other), white(wh)...)}, b},
		{"whiteout below", [][]entry{white(wh), object}, a},
		{"another removed", [][]entry{object, white(wh + "a")}, a},
		{"store removed", [][]entry{object, white("nix/.wh.store")}, absent},
		{"store removed with its parent", [][]entry{object, white(".wh.nix")}, absent},
		{"something beside it removed", [][]entry{object, white(".wh.store"), white("nix/.wh.var"), white("var/.wh..wh..opq")}, a},
		{"opaque store", [][]entry{object, white("nix/store/.wh..wh..opq")}, absent},
		{"opaque parent", [][]entry{object, white("nix/.wh..wh..opq")}, absent},
		{"opaque root", [][]entry{object, white(".wh..wh..opq")}, absent},
		{"opaque store with the same", [][]entry{object, append(white("nix/store/.wh..wh..opq"), other...)}, b},
		{"opaque object", [][]entry{object, append(white(rel+"/.wh..wh..opq"), other...)}, b},
		{"opaque object without an entry", [][]entry{object, white(rel + "/.wh..wh..opq")}, ""},
		{"something in it removed", [][]entry{object, white(rel + "/.wh.a")}, ""},
		{"something in it replaced", [][]entry{object, append(slices.Clone(object), white(rel+"/.wh.z")...)}, ""},
		{"something added to it", [][]entry{object, {{name: rel + "/z", kind: "file"}}}, ""},
		{"opaque folder in it", [][]entry{object, append(slices.Clone(object), white(rel+"/d/.wh..wh..opq")...)}, ""},
		{"whiteout of nothing in nothing", [][]entry{white(rel + "/.wh.a")}, absent},
		{"the store becomes a link", [][]entry{object, {{name: "nix/store", kind: "link /x"}}}, absent},
		{"its parent becomes a file", [][]entry{object, {{name: "nix", kind: "file"}}}, absent},
		{"its parent becomes a directory again", [][]entry{object, {{name: "nix", kind: "dir"}, {name: "nix/store", kind: "dir"}}}, a},
	} {
		t.Run(test.name, func(t *testing.T) {
			var layers []string
			for _, list := range test.layers {
				layers = append(layers, entries(t, list...))
			}
			got, ok := mustDescribe(t, "/nix/store", layers...).StorePaths[base]
			if !ok {
				got = absent
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestOtherNames: what is no store path is not listed.
func TestOtherNames(t *testing.T) {
	info := mustDescribe(t, "/nix/store", entries(t,
		entry{name: "nix/store/.links", kind: "dir"}, entry{name: "nix/store/readme", kind: "file"}, entry{name: rel + "ü", kind: "file"},
		entry{name: "nix/store/" + strings.Repeat("e", 32) + "-a", kind: "file"}, entry{name: rel, kind: "file"},
		entry{name: "nix/other/00000000000000000000000000000000-a", kind: "file"}, entry{name: "opt" + base, kind: "file"}))
	if len(info.StorePaths) != 1 || info.StorePaths[base] == "" || info.Layers[0].Entries != 7 {
		t.Errorf("got %+v", info)
	}
}

// TestInfoIsReadAgain: what is written is base.json.
func TestInfoIsReadAgain(t *testing.T) {
	info := mustDescribe(t, "/nix/store", entries(t, entry{name: rel, kind: "file"}))
	name := filepath.Join(t.TempDir(), "base.json")
	if err := info.Write(name); err != nil {
		t.Fatal(err)
	}
	got, err := baseinfo.Read(name)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(info) {
		t.Errorf("got %v, %v, want %v", got, err, info)
	}
}
