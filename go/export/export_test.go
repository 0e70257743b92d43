package export_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/export"
)

// entry is an entry of a layer; data is the content of a file.
type entry struct {
	tar.Header
	data string
}

func dir(name string, mode int64) entry {
	return entry{Header: tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: mode, ModTime: time.Unix(7, 0)}}
}

func file(name, data string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(data)), ModTime: time.Unix(8, 0)}, data}
}

func link(typ byte, name, target string) entry {
	return entry{Header: tar.Header{Name: name, Typeflag: typ, Linkname: target, Mode: 0o777, ModTime: time.Unix(9, 0)}}
}

func (e entry) with(change func(*tar.Header)) entry {
	change(&e.Header)
	return e
}

// layer is a layer of entries.
func layer(t testing.TB, entries ...entry) archive.Layer {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, e := range entries {
		e.Format = tar.FormatPAX
		if err := w.WriteHeader(&e.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Layer{
		DiffID: fmt.Sprintf("sha256:%x", sha256.Sum256(data.Bytes())), Size: int64(data.Len()),
		Write: func(_ context.Context, w io.Writer) error {
			_, err := w.Write(data.Bytes())
			return err
		},
	}
}

// write exports layers and gives the tar.
func write(t testing.TB, layers ...archive.Layer) []byte {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := export.Write(t.Context(), out, layers); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// list has a line for each entry: "drwxr-xr-x 0:0 7 ./bin/", and what a file
// holds or a link leads to.
func list(t testing.TB, data []byte) string {
	t.Helper()
	var lines []string
	in := tar.NewReader(bytes.NewReader(data))
	for {
		hdr, err := in.Next()
		if err == io.EOF {
			return strings.Join(lines, "\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if hdr.Uname != "" || hdr.Gname != "" {
			t.Errorf("%s has the owner %s:%s", hdr.Name, hdr.Uname, hdr.Gname)
		}
		line := fmt.Sprintf("%c%04o %d:%d %d %s", hdr.Typeflag, hdr.Mode, hdr.Uid, hdr.Gid, hdr.ModTime.Unix(), hdr.Name)
		switch hdr.Typeflag {
		case tar.TypeReg:
			line += fmt.Sprintf(" = %s", content)
		case tar.TypeSymlink, tar.TypeLink:
			line += " -> " + hdr.Linkname
		case tar.TypeChar, tar.TypeBlock:
			line += fmt.Sprintf(" %d,%d", hdr.Devmajor, hdr.Devminor)
		}
		for _, key := range slices.Sorted(maps.Keys(hdr.PAXRecords)) {
			if strings.HasPrefix(key, "SCHILY.xattr.") {
				line += fmt.Sprintf(" %s=%q", key, hdr.PAXRecords[key])
			}
		}
		lines = append(lines, line)
	}
}

// TestWrite: what a container would see, in order.
func TestWrite(t *testing.T) {
	owned := func(h *tar.Header) { h.Uid, h.Gid, h.Uname, h.Mode = 1000, 5_000_000, "alice", 0o4750 }
	for _, test := range []struct {
		name   string
		layers []archive.Layer
		want   string
	}{
		{"nothing", nil, "50755 0:0 1 ./"},
		{"an empty layer", []archive.Layer{layer(t)}, "50755 0:0 1 ./"},
		{"the root's own entry", []archive.Layer{layer(t, dir("./", 0o711))}, "50711 0:0 7 ./"},
		{"order by bytes, folders before what is in them",
			[]archive.Layer{layer(t, file("b", "1"), file("a-b", "2"), file("a/z", "3"), file("a.b", "4"), file("a/b/c", ""), file("A", "6"), dir("a/b", 0o700))},
			"50755 0:0 1 ./\n00644 0:0 8 ./A = 6\n50755 0:0 1 ./a/\n50700 0:0 7 ./a/b/\n00644 0:0 8 ./a/b/c = \n00644 0:0 8 ./a/z = 3\n" +
				"00644 0:0 8 ./a-b = 2\n00644 0:0 8 ./a.b = 4\n00644 0:0 8 ./b = 1"},
		{"whiteouts and opaque folders", []archive.Layer{
			layer(t, file("gone", "x"), file("dir/gone", "x"), file("dir/kept", "k"), file("opaque/old/deep", "x"), file("opaque/new", "old")),
			layer(t, file(".wh.gone", ""), file("dir/.wh.gone", ""), file("opaque/new", "new"), file("opaque/.wh..wh..opq", "")),
		}, "50755 0:0 1 ./\n50755 0:0 1 ./dir/\n00644 0:0 8 ./dir/kept = k\n50755 0:0 1 ./opaque/\n00644 0:0 8 ./opaque/new = new"},
		{"a file where a folder was, and the other way round", []archive.Layer{
			layer(t, file("a/b", "x"), file("c", "x")),
			layer(t, file("a", "file"), dir("c", 0o755), file("c/d", "in")),
		}, "50755 0:0 1 ./\n00644 0:0 8 ./a = file\n50755 0:0 7 ./c/\n00644 0:0 8 ./c/d = in"},
		{"the names of one file", []archive.Layer{
			layer(t, file("m", "shared"), link(tar.TypeLink, "z", "m"), link(tar.TypeLink, "a/x", "/m")),
			layer(t, link(tar.TypeLink, "b", "./z")),
		}, "50755 0:0 1 ./\n50755 0:0 1 ./a/\n00644 0:0 8 ./a/x = shared\n10644 0:0 8 ./b -> ./a/x\n10644 0:0 8 ./m -> ./a/x\n10644 0:0 8 ./z -> ./a/x"},
		{"one of two names is replaced", []archive.Layer{
			layer(t, file("a", "old"), link(tar.TypeLink, "b", "a")),
			layer(t, file("a", "new")),
		}, "50755 0:0 1 ./\n00644 0:0 8 ./a = new\n00644 0:0 8 ./b = old"},
		{"owners, modes, attributes, devices, links", []archive.Layer{
			layer(t, file("suid", "s").with(owned),
				file("ping", "p").with(func(h *tar.Header) {
					h.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02", "SCHILY.xattr.user.a": "b"}
				}),
				dir("tmp", 0o1777), link(tar.TypeSymlink, "sh", "../bin/bash"),
				entry{Header: tar.Header{Name: "null", Typeflag: tar.TypeChar, Mode: 0o666, Devmajor: 1, Devminor: 3}},
				entry{Header: tar.Header{Name: "disk", Typeflag: tar.TypeBlock, Mode: 0o660, Devmajor: 8, Devminor: 1}},
				entry{Header: tar.Header{Name: "pipe", Typeflag: tar.TypeFifo, Mode: 0o600}}),
		}, "50755 0:0 1 ./\n40660 0:0 0 ./disk 8,1\n30666 0:0 0 ./null 1,3\n" +
			`00644 0:0 8 ./ping = p SCHILY.xattr.security.capability="\x01\x00\x00\x02" SCHILY.xattr.user.a="b"` +
			"\n60600 0:0 0 ./pipe\n20777 0:0 9 ./sh -> ../bin/bash\n04750 1000:5000000 8 ./suid = s\n51777 0:0 7 ./tmp/"},
		{"times in whole seconds", []archive.Layer{
			layer(t, file("before", "").with(func(h *tar.Header) { h.ModTime = time.Unix(-5, 0) }),
				file("late", "").with(func(h *tar.Header) { h.ModTime = time.Unix(1<<34, 0) }),
				file("parts", "").with(func(h *tar.Header) { h.ModTime = time.Unix(3, 999) })),
		}, "50755 0:0 1 ./\n00644 0:0 -5 ./before = \n00644 0:0 17179869184 ./late = \n00644 0:0 3 ./parts = "},
		{"long names, and bytes that are no text", []archive.Layer{
			layer(t, file(strings.Repeat("long/", 60)+"ü", "1").with(func(h *tar.Header) { h.Name = strings.TrimPrefix(h.Name, "long/") })),
		}, "50755 0:0 1 ./\n" + long() + "00644 0:0 8 ./" + strings.Repeat("long/", 59) + "ü = 1"},
		{"one layer twice", []archive.Layer{layer(t, file("a", "1")), layer(t, file("a", "2")), layer(t, file("a", "1"))}, "50755 0:0 1 ./\n00644 0:0 8 ./a = 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := write(t, test.layers...)
			if got := list(t, data); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if again := write(t, test.layers...); !bytes.Equal(again, data) {
				t.Error("the second time other bytes were written")
			}
			if len(data)%10240 != 0 {
				t.Errorf("%d bytes are no multiple of a record", len(data))
			}
		})
	}
}

// long are the lines of nested folders.
func long() string {
	var lines strings.Builder
	for n := range 59 {
		fmt.Fprintf(&lines, "50755 0:0 1 ./%s\n", strings.Repeat("long/", n+1))
	}
	return lines.String()
}

// TestContents: files of all sizes, from several layers in an order that is not
// theirs.
func TestContents(t *testing.T) {
	want := map[string]string{}
	var layers []archive.Layer
	for l := range 3 {
		var entries []entry
		for n, size := range []int{0, 1, 511, 512, 513, 1<<20 + 7, 3 << 20} {
			name := fmt.Sprintf("%d/%c", n%2, 'z'-byte(n*3+l))
			want["./"+name] = strings.Repeat(fmt.Sprintf("%d-%d,", l, n), size/4+1)[:size]
			entries = append(entries, file(name, want["./"+name]))
		}
		slices.Reverse(entries)
		layers = append(layers, layer(t, entries...))
	}
	in := tar.NewReader(bytes.NewReader(write(t, layers...)))
	for {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if hdr.Typeflag == tar.TypeReg && want[hdr.Name] != string(content) {
			t.Errorf("%s has %d other bytes", hdr.Name, len(content))
		}
		delete(want, hdr.Name)
	}
	if len(want) > 0 {
		t.Errorf("missing: %q", slices.Collect(maps.Keys(want)))
	}
}
