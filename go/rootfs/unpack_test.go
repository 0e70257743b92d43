package rootfs

import (
	"archive/tar"
	"bytes"
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

var background = context.Background()

// entry is a tar entry: a file with its content, or what header says.
type entry struct {
	tar.Header
	content string
}

func file(name, content string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644}, content}
}

func dir(name string, mode int64) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: mode}}
}

func link(name, target string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target, Mode: 0o777}}
}

func hard(name, target string) entry {
	return entry{Header: tar.Header{Typeflag: tar.TypeLink, Name: name, Linkname: target, Mode: 0o644}}
}

func other(kind byte, name string) entry {
	return entry{Header: tar.Header{Typeflag: kind, Name: name, Mode: 0o644}}
}

func (e entry) with(change func(*tar.Header)) entry {
	change(&e.Header)
	return e
}

// tarOf is the tar of entries.
func tarOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		e.Size = int64(len(e.content))
		if e.ModTime.IsZero() && e.Typeflag != tar.TypeXGlobalHeader {
			e.ModTime = time.Unix(1, 0)
		}
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func layerOf(data []byte) Layer {
	return Layer{Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// scratch is a folder for an image that is removed at the test's end.
func scratch(t testing.TB) string {
	t.Helper()
	dir := t.TempDir() + "/root"
	t.Cleanup(func() {
		if err := RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// unpack unpacks layers of entries, and returns the folder and the warnings.
func unpack(t testing.TB, layers ...[]entry) (root string, warnings []string, err error) {
	t.Helper()
	root = scratch(t)
	var list []Layer
	for i, entries := range layers {
		l := layerOf(tarOf(t, entries...))
		l.Describe = fmt.Sprintf("number %d", i+1)
		list = append(list, l)
	}
	err = Unpack(background, root, list, UnpackOptions{Warn: func(s string) { warnings = append(warnings, s) }})
	return root, warnings, err
}

// listing shows a folder's content as path, mode and content or link target.
func listing(t *testing.T, dir string) []string {
	t.Helper()
	var lines []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		line := name + " " + info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += " " + string(data)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			line = name + " -> " + target
		}
		lines = append(lines, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

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

func TestUnpackRefuses(t *testing.T) {
	long := strings.Repeat("n", 256)
	for _, test := range []struct {
		name   string
		layers [][]entry
		want   []string
	}{
		{"dot dot", [][]entry{{file("../x", "")}}, []string{`entry "../x"`, `leads out of the image with ".."`}},
		{"dot dot inside", [][]entry{{file("a/../b", "")}}, []string{`entry "a/../b"`}},
		{"absolute dot dot", [][]entry{{dir("/../", 0o755)}}, []string{`"/../"`}},
		{"through a symlink", [][]entry{{link("bin", "usr/bin"), file("bin/x", "")}}, []string{`entry "bin/x"`, `through the symlink "bin" -> "usr/bin"`}},
		{"through an absolute symlink", [][]entry{{link("a/b", "/etc"), file("a/b/c/d", "")}}, []string{`entry "a/b/c/d"`, `through the symlink "a/b" -> "/etc"`}},
		{"through a lower layer's symlink", [][]entry{{link("bin", "/host")}, {file("bin/x", "")}}, []string{"layer 2 of 2 (number 2)", `"bin/x"`}},
		{"directory through a symlink", [][]entry{{link("bin", "/host"), dir("bin/x", 0o755)}}, []string{`"bin/x"`}},
		{"whiteout through a symlink", [][]entry{{link("bin", "/host"), file("bin/.wh.x", "")}}, []string{`"bin/.wh.x"`, "through the symlink"}},
		{"below a file", [][]entry{{file("a", ""), file("a/b", "")}}, []string{`entry "a/b"`, `below "a", which is a file`}},
		{"file, then directory", [][]entry{{file("a", ""), dir("a/", 0o755)}}, []string{`entry "a/"`, `it is a directory`, `makes "a" a file`}},
		{"symlink, then directory", [][]entry{{link("a", "b"), dir("a/", 0o755)}}, []string{`makes "a" a symlink`}},
		{"directory, then file", [][]entry{{dir("a/", 0o755), file("a", "")}}, []string{`entry "a"`, `it is a file`, `makes "a" a directory`}},
		{"implied directory, then file", [][]entry{{file("a/b", ""), file("a", "")}}, []string{`makes "a" a directory`}},
		{"lower directory with something new, then file", [][]entry{{dir("a", 0o755)}, {file("a/b", ""), file("a", "")}}, []string{`makes "a" a directory`}},
		{"hard link to nothing", [][]entry{{hard("a", "b")}}, []string{`entry "a"`, `hard link to "b"`, "no such file yet"}},
		{"hard link to a later file", [][]entry{{hard("a", "b"), file("b", "")}}, []string{`hard link to "b"`, "needs an earlier file"}},
		{"hard link out", [][]entry{{hard("a", "../../etc/passwd")}}, []string{`hard link to "../../etc/passwd"`, "leads out"}},
		{"hard link to an absolute path", [][]entry{{hard("a", "/etc/passwd")}}, []string{`hard link to "/etc/passwd"`, "no such file yet"}},
		{"hard link through a symlink", [][]entry{{link("e", "/etc"), hard("a", "e/passwd")}}, []string{`through the symlink "e" -> "/etc"`}},
		{"hard link to a directory", [][]entry{{dir("d", 0o755), hard("a", "d")}}, []string{"it is a directory"}},
		{"hard link to the root", [][]entry{{hard("a", "/")}}, []string{"it is a directory"}},
		{"hard link below a file", [][]entry{{file("f", ""), hard("a", "f/g")}}, []string{"no such file yet"}},
		{"hard link that replaces its target's folder", [][]entry{{file("d/f", "")}, {hard("d", "d/f")}}, []string{`hard link to "d/f"`}},
		{"root is a file", [][]entry{{file(".", "")}}, []string{"the root folder must be a directory"}},
		{"whiteout of nothing", [][]entry{{file(".wh.", "")}}, []string{`".wh."`, "no name"}},
		{"whiteout of dot dot", [][]entry{{file("d/.wh...", "")}}, []string{`whiteout of ".."`}},
		{"below a whiteout", [][]entry{{file(".wh.a/b", "")}}, []string{"below a whiteout"}},
		{"long name", [][]entry{{file("a/"+long, "")}}, []string{"has 256 bytes, at most 255", `nnn"..."nnn`}},
		{"long path", [][]entry{{file(strings.Repeat("d/", 2050)+"f", "")}}, []string{"has 4101 bytes, at most 4096"}},
		{"unknown type", [][]entry{{other('7', "x")}}, []string{`type '7' is unknown`}},
		{"big owner", [][]entry{{file("x", "").with(func(h *tar.Header) { h.Uid = 1 << 32 })}}, []string{"4294967296:0", "0 to 4294967294"}},
		{"symlink without a target", [][]entry{{link("x", "")}}, []string{`entry "x"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := unpack(t, test.layers...)
			wantError(t, err, append(test.want, "unpack layer ")...)
		})
	}
}

// wantError checks that err is there and has each of these in its text.
func wantError(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want one with %q", err, want)
		}
	}
}

func TestUnpackRefusesWhatIsNoTar(t *testing.T) {
	whole := tarOf(t, file("f", strings.Repeat("x", 2000)))
	broken := errors.New("its diff ID is wrong")
	for _, test := range []struct {
		name string
		open func(context.Context) (io.ReadCloser, error)
		want string
	}{
		{"gzip", layerOf([]byte("\x1f\x8b\x08" + strings.Repeat("x", 2000))).Open, "not an uncompressed tar"},
		{"cut in a header", layerOf(whole[:100]).Open, "unexpected EOF"},
		{"cut in a file", layerOf(whole[:1000]).Open, `entry "f": the layer is truncated`},
		{"cannot be opened", func(context.Context) (io.ReadCloser, error) { return nil, broken }, broken.Error()},
		{"fails after the tar", Pipe(func(_ context.Context, w io.Writer) error { _, _ = w.Write(whole); return broken }), broken.Error()},
		{"fails in the tar", Pipe(func(_ context.Context, w io.Writer) error { _, _ = w.Write(whole[:512]); return broken }), broken.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Unpack(background, scratch(t), []Layer{{Open: test.open, Describe: "base"}}, UnpackOptions{})
			wantError(t, err, "unpack layer 1 of 1 (base): ", test.want)
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

func TestRemoveAll(t *testing.T) {
	root, _, err := unpack(t, []entry{dir("/", 0o555), dir("d", 0o555), dir("d/e", 0o000), file("d/e/f", "1"), link("d/l", "/etc"), dir("x", 0o111), file("x/y/z", "1")})
	if err != nil {
		t.Fatal(err)
	}
	if err := RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := RemoveAll(root); err != nil {
		t.Errorf("a second time: %v", err)
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

func TestUnpackRefusesSparseFiles(t *testing.T) {
	// archive/tar writes no sparse files: this one is as GNU tar does, a type
	// and a size, the header's checksum set right.
	gnu := tarOf(t, file("sparse", ""))
	gnu[156] = tar.TypeGNUSparse
	copy(gnu[257:], "ustar  \x00")
	var sum int
	copy(gnu[148:156], "        ")
	for _, b := range gnu[:512] {
		sum += int(b)
	}
	copy(gnu[148:], fmt.Sprintf("%06o\x00 ", sum))
	err := Unpack(background, scratch(t), []Layer{layerOf(gnu)}, UnpackOptions{})
	wantError(t, err, `entry "sparse"`, "sparse file", "--sparse")
	if !sparse(&tar.Header{PAXRecords: map[string]string{"GNU.sparse.major": "1"}}) || sparse(&tar.Header{PAXRecords: map[string]string{"path": "x"}}) {
		t.Error("sparse files in PAX format are not recognised")
	}
}
