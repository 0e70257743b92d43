package mtree_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagetree"
	"github.com/rules-strata/rules_strata/go/mtree"
)

// entry is an entry of a tar with the usual mode and time.
func entry(name string, typ byte, change ...func(*tar.Header)) *tar.Header {
	hdr := &tar.Header{Name: name, Typeflag: typ, Mode: 0o644, ModTime: time.Unix(1, 0), Format: tar.FormatPAX}
	if typ == tar.TypeDir {
		hdr.Mode = 0o755
	}
	for _, c := range change {
		c(hdr)
	}
	return hdr
}

func link(target string) func(*tar.Header) {
	return func(h *tar.Header) { h.Linkname, h.Mode = target, 0o777 }
}

// write writes the tree of layers of entries; files hold zeros.
func write(t *testing.T, layers ...[]*tar.Header) string {
	t.Helper()
	root, err := imagetree.Flatten(context.Background(), tars(t, layers...))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := mtree.Write(&out, root); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func tars(t *testing.T, layers ...[]*tar.Header) (list []archive.Layer) {
	t.Helper()
	for _, entries := range layers {
		var data bytes.Buffer
		w := tar.NewWriter(&data)
		for _, hdr := range entries {
			if err := w.WriteHeader(hdr); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(make([]byte, hdr.Size)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		list = append(list, archive.Layer{
			DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(data.Bytes())), Size: int64(data.Len()),
			Write: func(_ context.Context, w io.Writer) error {
				_, err := w.Write(data.Bytes())
				return err
			},
		})
	}
	return list
}

// example has everything that a line can say.
func example() []*tar.Header {
	return []*tar.Header{
		entry("./", tar.TypeDir),
		entry("./share/a file", tar.TypeReg),
		entry("./bin/", tar.TypeDir, func(h *tar.Header) { h.Mode, h.Uid, h.Gid = 0o1777, 1000, 100 }),
		entry("./bin/ping", tar.TypeReg, func(h *tar.Header) {
			h.Size, h.Mode, h.ModTime = 8, 0o4555, time.Unix(1700000000, 5)
			h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00 \x00\x00", "SCHILY.xattr.security.a": ""}
		}),
		entry("./bin/sh", tar.TypeSymlink, link("pi ng")),
		entry("./bin/hard", tar.TypeLink, link("bin/ping")),
		entry("./dev/null", tar.TypeChar, func(h *tar.Header) { h.Devmajor, h.Devminor = 1, 3 }),
		entry("./dev/sda", tar.TypeBlock, func(h *tar.Header) { h.Devmajor = 8 }),
		entry("./dev/log", tar.TypeFifo),
		entry("./old", tar.TypeReg, func(h *tar.Header) { h.ModTime = time.Unix(-1, 0) }),
	}
}

const exampleText = `#mtree
. type=dir mode=0755 uid=0 gid=0 time=1.000000000
./bin type=dir mode=1777 uid=1000 gid=100 time=1.000000000
./bin/hard type=file mode=4555 uid=0 gid=0 size=8 time=1700000000.000000005 xattr.security.a= xattr.security.capability=AQAAAgAgAAA=
./bin/ping type=file mode=4555 uid=0 gid=0 size=8 time=1700000000.000000005 xattr.security.a= xattr.security.capability=AQAAAgAgAAA=
./bin/sh type=link mode=0777 uid=0 gid=0 time=1.000000000 link=pi\040ng
./dev type=dir mode=0755 uid=0 gid=0
./dev/log type=fifo mode=0644 uid=0 gid=0 time=1.000000000
./dev/null type=char mode=0644 uid=0 gid=0 time=1.000000000 device=linux,1,3
./dev/sda type=block mode=0644 uid=0 gid=0 time=1.000000000 device=linux,8,0
./old type=file mode=0644 uid=0 gid=0 size=0 time=-1.000000000
./share type=dir mode=0755 uid=0 gid=0
./share/a\040file type=file mode=0644 uid=0 gid=0 size=0 time=1.000000000
`

func TestWrite(t *testing.T) {
	if got := write(t, example()); got != exampleText {
		t.Errorf("got\n%swant\n%s", got, exampleText)
	}
}

func TestEmpty(t *testing.T) {
	if got, want := write(t), "#mtree\n. type=dir mode=0755 uid=0 gid=0\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLayers: whiteouts are applied, and are not in the tree; upper layers win.
func TestLayers(t *testing.T) {
	lower := []*tar.Header{
		entry("a/", tar.TypeDir), entry("a/gone", tar.TypeReg), entry("a/stays", tar.TypeReg), entry("b/", tar.TypeDir), entry("b/x", tar.TypeReg),
		entry("c", tar.TypeReg),
	}
	upper := []*tar.Header{
		entry("a/.wh.gone", tar.TypeReg), entry("b/.wh..wh..opq", tar.TypeReg), entry("b/y", tar.TypeReg),
		entry("c", tar.TypeReg, func(h *tar.Header) { h.Size, h.Uid = 3, 7 }),
	}
	const want = `#mtree
. type=dir mode=0755 uid=0 gid=0
./a type=dir mode=0755 uid=0 gid=0 time=1.000000000
./a/stays type=file mode=0644 uid=0 gid=0 size=0 time=1.000000000
./b type=dir mode=0755 uid=0 gid=0 time=1.000000000
./b/y type=file mode=0644 uid=0 gid=0 size=0 time=1.000000000
./c type=file mode=0644 uid=7 gid=0 size=3 time=1.000000000
`
	if got := write(t, lower, upper); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestOrder: by bytes of names, whatever the order of the entries, and each
// directory right before what is in it.
func TestOrder(t *testing.T) {
	names := []string{"a", "a/b", "a/z", "a-", "a.b", "B", "\xff", "é", "z"}
	want := []string{".", "./B", "./a", "./a/b", "./a/z", "./a-", "./a.b", "./z", `./\303\251`, `./\377`}
	for range len(names) {
		names = append(names[1:], names[0])
		var entries []*tar.Header
		for _, name := range names {
			typ := byte(tar.TypeReg)
			if name == "a" {
				typ = tar.TypeDir
			}
			entries = append(entries, entry(name, typ))
		}
		var got []string
		for line := range strings.Lines(write(t, entries)) {
			if name, _, ok := strings.Cut(line, " "); ok {
				got = append(got, name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAppendEscaped(t *testing.T) {
	for name, want := range map[string]string{
		"plain-1.2_3+x=y~": "plain-1.2_3+x=y~",
		"a b\tc\nd":        `a\040b\011c\012d`,
		`back\slash#`:      `back\134slash\043`,
		"é\x80\xff\x7f":    `\303\251\200\377\177`,
		"*?[]":             "*?[]",
		"":                 "",
	} {
		if got := string(mtree.AppendEscaped([]byte("x"), name)); got != "x"+want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

// TestSecondOpinion: libarchive reads it, if it is there.
func TestSecondOpinion(t *testing.T) {
	bsdtar, err := exec.LookPath("bsdtar")
	if err != nil {
		t.Skip("no bsdtar on this machine")
	}
	cmd := exec.Command(bsdtar, "-tvf", "-")
	cmd.Stdin = strings.NewReader(strings.NewReplacer(" xattr.security.a=", "", " xattr.security.capability=AQAAAgAgAAA=", "").Replace(exampleText))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"drwxrwxrwt  0 1000   100", "./bin/sh -> pi ng", "./share/a file", "1,3", "8,0"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestWriteError(t *testing.T) {
	root, err := imagetree.Flatten(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := mtree.Write(failing{}, root); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}

var errFull = errors.New("full")

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errFull }
