package customisation

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

const (
	hello = "/nix/store/11111111111111111111111111111111-hello-2.12"
	glibc = "/nix/store/22222222222222222222222222222222-glibc"
)

// sample has names and targets of every kind.
var sample = []symlinkjoin.Entry{
	{},
	{Path: "bin"},
	{Path: "bin/hello", Target: hello + "/bin/hello"},
	{Path: "bin/sh", Target: "hello"},
	{Path: "empty"},
	{Path: "l\xff", Target: "\xfe"},
	{Path: strings.Repeat("d", 120)},
	{Path: strings.Repeat("d", 120) + "/f", Target: hello + "/" + strings.Repeat("t", 120)},
	{Path: "ü", Target: "/ü"},
}

func write(tb testing.TB, tree []symlinkjoin.Entry, mtime int64) ([]byte, layer.Metadata) {
	tb.Helper()
	var buf bytes.Buffer
	m, err := Write(&buf, tree, mtime)
	if err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes(), m
}

func TestWrite(t *testing.T) {
	for _, mtime := range []int64{1, 0, -1, 1700000000, 1<<33 - 1, 1 << 33} {
		t.Run(fmt.Sprint("mtime ", mtime), func(t *testing.T) {
			data, m := write(t, sample, mtime)
			if want := fmt.Sprintf("sha256:%x", sha256.Sum256(data)); m.DiffID != want || m.Size != int64(len(data)) || m.Entries != len(sample) || m.Version != 1 {
				t.Errorf("got %+v, want %s of %d bytes", m, want, len(data))
			}
			if m.StorePaths == nil || len(m.StorePaths) != 0 {
				t.Errorf("store paths %q, want an empty list", m.StorePaths)
			}
			if len(data)%10240 != 0 {
				t.Errorf("%d bytes, want a multiple of 10240", len(data))
			}
			checkTar(t, data, sample, mtime)
		})
	}
}

func checkTar(t *testing.T, data []byte, tree []symlinkjoin.Entry, mtime int64) {
	t.Helper()
	r := tar.NewReader(bytes.NewReader(data))
	for _, e := range tree {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		want := tar.Header{Typeflag: tar.TypeDir, Name: "./" + e.Path, Mode: 0o755}
		if e.Target != "" {
			want = tar.Header{Typeflag: tar.TypeSymlink, Name: "./" + e.Path, Mode: 0o777, Linkname: e.Target}
		} else if e.Path != "" {
			want.Name += "/"
		}
		if h.Typeflag != want.Typeflag || h.Name != want.Name || h.Mode != want.Mode || h.Linkname != want.Linkname {
			t.Errorf("got %c %q %o %q, want %c %q %o %q", h.Typeflag, h.Name, h.Mode, h.Linkname, want.Typeflag, want.Name, want.Mode, want.Linkname)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" || h.Size != 0 {
			t.Errorf("%s: owner %d:%d %q:%q, size %d", h.Name, h.Uid, h.Gid, h.Uname, h.Gname, h.Size)
		}
		if !h.ModTime.Equal(time.Unix(mtime, 0)) {
			t.Errorf("%s: time %v, want %v", h.Name, h.ModTime, time.Unix(mtime, 0))
		}
	}
	if h, err := r.Next(); err != io.EOF {
		t.Errorf("after the last entry: got %v, %v", h, err)
	}
}

// TestWriteGolden compares with what CPython's tarfile makes of the same
// entries.
func TestWriteGolden(t *testing.T) {
	for _, test := range []struct {
		name  string
		tree  []symlinkjoin.Entry
		mtime int64
		want  string
	}{
		{"root", sample[:1], 1, "sha256:d61b7e3990a88a3d5b577481b3393a994288ccfe1dd670f38dc29a03e07c00e1"},
		{"sample", sample, 1, "sha256:72f274893c9af8fe68d8befaf9908c51ee948d313a147d61af13ef189e62a40a"},
		{"sample, later", sample, 1 << 33, "sha256:1aeda7f1139ba21486423d0d4fd1b9fded73916676e42098f1033debf6041aaa"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, m := write(t, test.tree, test.mtime); m.DiffID != test.want {
				t.Errorf("got %s, want %s", m.DiffID, test.want)
			}
		})
	}
}

func TestWriteErrors(t *testing.T) {
	long := strings.Repeat("t", 4096)
	_, err := Write(io.Discard, []symlinkjoin.Entry{{}, {Path: "x", Target: long}}, 1)
	if want := `the link at "/x" leads to a path of 4096 bytes, at most 4095 are possible: shorten the path in the object`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := Write(io.Discard, []symlinkjoin.Entry{{}, {Path: "x", Target: long[1:]}}, 1); err != nil {
		t.Error(err)
	}
	if _, err := Write(io.Discard, []symlinkjoin.Entry{{}, {Path: "a\x00b"}}, 1); err == nil || !strings.Contains(err.Error(), "has a zero byte") {
		t.Errorf("got %v", err)
	}
	for n := range 3 {
		full := errors.New("disk full")
		if _, err := Write(&failing{left: n, err: full}, sample, 1); !errors.Is(err, full) {
			t.Errorf("%d writes: got %v", n, err)
		}
	}
}

// failing takes a few writes.
type failing struct {
	left int
	err  error
}

func (f *failing) Write(p []byte) (int, error) {
	if f.left == 0 {
		return 0, f.err
	}
	f.left--
	return len(p), nil
}

func TestReferencesOf(t *testing.T) {
	base := hello[len("/nix/store/"):]
	for _, test := range []struct {
		name     string
		storeDir string
		tree     []symlinkjoin.Entry
		want     []store.Path
	}{
		{name: "nothing", want: []store.Path{}},
		{name: "only directories", tree: []symlinkjoin.Entry{{}, {Path: "nix/store/" + base}}, want: []store.Path{}},
		{name: "a file in an object", tree: []symlinkjoin.Entry{{Path: "x", Target: hello + "/bin/hello"}}, want: []store.Path{hello}},
		{name: "an object", tree: []symlinkjoin.Entry{{Path: "x", Target: hello}}, want: []store.Path{hello}},
		{name: "trailing slashes", tree: []symlinkjoin.Entry{{Path: "x", Target: hello + "//"}}, want: []store.Path{hello}},
		{name: "more slashes and dots", tree: []symlinkjoin.Entry{{Path: "x", Target: "//nix/./store//" + base + "/."}}, want: []store.Path{hello}},
		{name: "up and down again", tree: []symlinkjoin.Entry{{Path: "x", Target: "/nix/store/../../usr/../nix/store/" + base}}, want: []store.Path{hello}},
		{name: "through one object to another", tree: []symlinkjoin.Entry{{Path: "x", Target: hello + "/../" + glibc[len("/nix/store/"):] + "/lib"}}, want: []store.Path{hello, glibc}},
		{name: "out of the object", tree: []symlinkjoin.Entry{{Path: "x", Target: hello + "/../../../etc"}}, want: []store.Path{hello}},
		{name: "relative", tree: []symlinkjoin.Entry{{Path: "usr/bin/x", Target: "../../nix/store/" + base + "/bin/x"}}, want: []store.Path{hello}},
		{name: "relative, beyond the root", tree: []symlinkjoin.Entry{{Path: "x", Target: "../../nix/store/" + base}}, want: []store.Path{hello}},
		{name: "relative, to elsewhere", tree: []symlinkjoin.Entry{{Path: "usr/bin/x", Target: "../nix/store"}, {Path: "y", Target: base}}, want: []store.Path{}},
		{name: "in the store directory", tree: []symlinkjoin.Entry{{Path: "nix/store/x", Target: base}}, want: []store.Path{hello}},
		{name: "below another root", tree: []symlinkjoin.Entry{{Path: "x", Target: "/proc/self/root" + hello + "/bin"}}, want: []store.Path{hello}},
		{name: "several in one text", tree: []symlinkjoin.Entry{{Path: "x", Target: glibc + "/lib:" + hello + ":" + glibc}}, want: []store.Path{hello, glibc}},
		{name: "sorted, each once", tree: []symlinkjoin.Entry{{Path: "a", Target: glibc + "/1"}, {Path: "b", Target: hello}, {Path: "c", Target: glibc + "/2"}}, want: []store.Path{hello, glibc}},
		{name: "the store directory itself", tree: []symlinkjoin.Entry{{Path: "x", Target: "/nix/store"}, {Path: "y", Target: "/nix/store/"}, {Path: "z", Target: "/nix"}}, want: []store.Path{}},
		{name: "no store paths", tree: []symlinkjoin.Entry{
			{Path: "1", Target: "/nix/store/.links/x"},
			{Path: "2", Target: "/nix/store/hello"},
			{Path: "3", Target: hello[:len("/nix/store/")+32]},
			{Path: "4", Target: hello[:len("/nix/store/")+33] + "/x"},
			{Path: "5", Target: "/nix/store/" + strings.Repeat("e", 32) + "-x"},
			{Path: "6", Target: "/nix/store2/" + base},
			{Path: "7", Target: "/nix/store/" + strings.Repeat("1", 31) + "-hello"},
		}, want: []store.Path{}},
		{name: "another store directory", storeDir: "/opt/store", tree: []symlinkjoin.Entry{{Path: "a", Target: hello}, {Path: "b", Target: "/opt/store/" + base + "/x"}}, want: []store.Path{store.Path("/opt/store/" + base)}},
		{name: "a slash after the store directory", storeDir: "/nix/store/", tree: []symlinkjoin.Entry{{Path: "a", Target: hello}}, want: []store.Path{hello}},
	} {
		t.Run(test.name, func(t *testing.T) {
			storeDir := test.storeDir
			if storeDir == "" {
				storeDir = store.DefaultDir
			}
			got := ReferencesOf(test.tree, storeDir)
			if got.Version != 1 || got.StorePaths == nil || !slices.Equal(got.StorePaths, test.want) {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
}
