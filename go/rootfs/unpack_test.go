package rootfs

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestUnpack(t *testing.T) {
	nonUTF8 := "caf\xe9"
	for _, test := range []struct {
		name   string
		layers [][]entry
		want   []string
		warn   []string
	}{
		{
			name: "nothing",
			want: []string{". drwxr-xr-x"},
		},
		{
			name: "names, modes, implied directories",
			layers: [][]entry{{
				dir("./", 0o755), dir("./a/", 0o750), file("./a/f", "1").with(func(h *tar.Header) { h.Mode = 0o400 }),
				file("/nix/store/x/bin", "2"), file("plain", "3"), dir("tmp", 0o1777), link("l", "../../etc/passwd"),
				file(nonUTF8, "4"), file("empty", ""),
			}},
			want: []string{
				". drwxr-xr-x", "a drwxr-x---", "a/f -r-------- 1", nonUTF8 + " -rw-r--r-- 4", "empty -rw-r--r-- ", "l -> ../../etc/passwd",
				"nix drwxr-xr-x", "nix/store drwxr-xr-x", "nix/store/x drwxr-xr-x", "nix/store/x/bin -rw-r--r-- 2", "plain -rw-r--r-- 3", "tmp dtrwxrwxrwx",
			},
		},
		{
			name: "read-only directories get children",
			layers: [][]entry{
				{dir("/", 0o555), dir("d", 0o555), dir("d/e", 0o500), file("d/e/f", "1")},
				{file("d/e/g", "2"), file("d/e/f", "3")},
			},
			want: []string{". dr-xr-xr-x", "d dr-xr-xr-x", "d/e dr-x------", "d/e/f -rw-r--r-- 3", "d/e/g -rw-r--r-- 2"},
		},
		{
			name: "a later layer replaces",
			layers: [][]entry{
				{file("f", "1"), dir("d", 0o755), file("d/x", "1"), link("l", "d"), file("g", "1"), dir("same", 0o700), file("same/x", "1")},
				{dir("f", 0o755), file("d", "2"), dir("l", 0o755), file("l/y", "2"), link("g", "f"), dir("same", 0o755)},
			},
			want: []string{". drwxr-xr-x", "d -rw-r--r-- 2", "f drwxr-xr-x", "g -> f", "l drwxr-xr-x", "l/y -rw-r--r-- 2", "same drwxr-xr-x", "same/x -rw-r--r-- 1"},
		},
		{
			name:   "the later of two files in one layer stays",
			layers: [][]entry{{file("f", "1"), file("./f", "2"), link("l", "a"), link("l", "b"), dir("d", 0o700), file("d/f", "1"), dir("d", 0o755)}},
			want:   []string{". drwxr-xr-x", "d drwxr-xr-x", "d/f -rw-r--r-- 1", "f -rw-r--r-- 2", "l -> b"},
		},
		{
			name: "hard links",
			layers: [][]entry{
				{file("a", "1"), hard("b", "/a"), hard("d/c", "./b"), link("s", "a"), hard("t", "s"), hard("a", "a")},
				{hard("e", "a"), file("a", "2")},
			},
			want: []string{". drwxr-xr-x", "a -rw-r--r-- 2", "b -rw-r--r-- 1", "d drwxr-xr-x", "d/c -rw-r--r-- 1", "e -rw-r--r-- 1", "s -> a", "t -> a"},
		},
		{
			name: "whiteouts",
			layers: [][]entry{
				{file("a", "1"), file("b", "1"), file("d/x", "1"), file("d/y", "1"), file("e/x/deep", "1"), file("keep", "1")},
				{file(".wh.a", ""), file("d/.wh.x", ""), file(".wh.e", ""), file(".wh.absent", ""), file("new/.wh.z", "")},
			},
			want: []string{". drwxr-xr-x", "b -rw-r--r-- 1", "d drwxr-xr-x", "d/y -rw-r--r-- 1", "keep -rw-r--r-- 1", "new drwxr-xr-x"},
		},
		{
			name: "whiteouts keep what is in their own layer, before and after",
			layers: [][]entry{
				{file("d/low", "1"), file("e/low", "1"), file("f", "1"), file("g", "1"), file("d/sub/low", "1")},
				{file("d/before", "2"), file("d/sub/before", "2"), file("d/.wh..wh..opq", ""), file("d/after", "2"), file("e/x", "2"), file(".wh.e", ""), file("f", "2"), file(".wh.f", ""), file(".wh.g", ""), file("g", "2")},
			},
			want: []string{
				". drwxr-xr-x", "d drwxr-xr-x", "d/after -rw-r--r-- 2", "d/before -rw-r--r-- 2", "d/sub drwxr-xr-x", "d/sub/before -rw-r--r-- 2",
				"e drwxr-xr-x", "e/x -rw-r--r-- 2", "f -rw-r--r-- 2", "g -rw-r--r-- 2",
			},
		},
		{
			name: "an opaque whiteout of the root, one of a new directory, AUFS's own files",
			layers: [][]entry{
				{file("a", "1"), file("d/x", "1")},
				{file(".wh..wh..opq", ""), file("new/.wh..wh..opq", ""), dir(".wh..wh.plnk", 0o700), file(".wh..wh.plnk/1.2", ""), file(".wh..wh.aufs", "")},
			},
			want: []string{". drwxr-xr-x", "new drwxr-xr-x"},
		},
		{
			name: "devices and pipes",
			layers: [][]entry{{
				other(tar.TypeChar, "dev/null"), other(tar.TypeBlock, "dev/sda"), other(tar.TypeFifo, "p"), file("f", "1"),
				entry{Header: tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}}},
			}},
			want: []string{". drwxr-xr-x", "f -rw-r--r-- 1"},
			warn: []string{`the device node "dev/null" is left out`, `the device node "dev/sda" is left out`, `the named pipe "p" is left out`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, warnings, err := unpack(t, test.layers...)
			if err != nil {
				t.Fatal(err)
			}
			if os.Geteuid() != 0 && strings.HasPrefix(test.name, "names") {
				t.Log("checked as another user than root")
			}
			if got := listing(t, root); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if !reflect.DeepEqual(warnings, test.warn) {
				t.Errorf("warnings %q", warnings)
			}
		})
	}
}

func TestUnpackFromAPipe(t *testing.T) {
	data := tarOf(t, file("f", "1"))
	root := scratch(t)
	open := Pipe(func(_ context.Context, w io.Writer) error { _, err := w.Write(data); return err })
	if err := Unpack(background, root, []Layer{{Open: open}}, UnpackOptions{}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(root + "/f"); err != nil || string(got) != "1" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestUnpackNeedsAnEmptyFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/f", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	wantError(t, Unpack(background, dir, nil, UnpackOptions{}), dir, "not empty")
	wantError(t, Unpack(background, dir+"/f", nil, UnpackOptions{}), dir+"/f", "not a directory")
}

func TestUnpackStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	cancel()
	err := Unpack(ctx, scratch(t), []Layer{layerOf(tarOf(t, file("f", "")))}, UnpackOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestUnpackTimes(t *testing.T) {
	at := func(e entry, sec int64) entry {
		return e.with(func(h *tar.Header) { h.ModTime = time.Unix(sec, 0); h.Format = tar.FormatPAX })
	}
	root, _, err := unpack(t, []entry{
		at(dir("d", 0o755), 5), at(file("d/f", "1"), 7), at(file("d/g", "1"), 1<<34), at(file("d/far", ""), 1<<40), at(dir("/", 0o755), 9),
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{"d": 5, "d/f": 7, "": 9} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil || info.ModTime().Unix() != want {
			t.Errorf("%q: %v, %v", name, info.ModTime(), err)
		}
	}
}

func TestExplainFullDisk(t *testing.T) {
	u := &unpacker{dir: t.TempDir()}
	wantError(t, u.explain(&fs.PathError{Op: "write", Path: "f", Err: syscall.ENOSPC}, 12345), "write f", "12345 bytes are needed in "+u.dir, "are free", "TMPDIR")
	if err := u.explain(fs.ErrExist, 1); err != fs.ErrExist {
		t.Errorf("got %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(tarOf(f, file("a/b", "1"), link("l", "/etc"), file("l/x", ""), hard("h", "a/b"), file("../x", ""), file(".wh.a", "")))
	f.Fuzz(func(t *testing.T, data []byte) {
		above := t.TempDir()
		dir := above + "/root"
		_ = Unpack(background, dir, []Layer{layerOf(data), layerOf(data)}, UnpackOptions{})
		if err := RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if names, _ := os.ReadDir(above); len(names) > 0 {
			t.Fatalf("%s is beside the root folder", names[0])
		}
	})
}

func BenchmarkUnpack(b *testing.B) {
	var entries []entry
	for i := range 5000 {
		entries = append(entries, file(fmt.Sprintf("nix/store/object-%d/share/doc/%d", i/50, i), "content"))
	}
	data := tarOf(b, entries...)
	b.ReportAllocs()
	for b.Loop() {
		dir := b.TempDir() + "/root"
		if err := Unpack(background, dir, []Layer{layerOf(data)}, UnpackOptions{}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		_ = RemoveAll(dir)
		b.StartTimer()
	}
}
