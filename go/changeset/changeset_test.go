package changeset_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/rules-strata/rules_strata/go/changeset"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tarOf is a tar of entries; every file has its name as content.
func tarOf(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var data bytes.Buffer
	w := tar.NewWriter(&data)
	for _, hdr := range entries {
		text := ""
		if hdr.Typeflag == tar.TypeReg {
			text = hdr.Name
		}
		hdr.Format = tar.FormatPAX
		if hdr.Typeflag == tar.TypeXGlobalHeader {
			must(t, w.WriteHeader(&tar.Header{Typeflag: hdr.Typeflag, PAXRecords: hdr.PAXRecords, Format: hdr.Format}))
			continue
		}
		hdr.Size, hdr.ModTime = int64(len(text)), time.Unix(7, 0)
		if hdr.Mode == 0 {
			hdr.Mode = 0o750
		}
		must(t, w.WriteHeader(&hdr))
		_, err := io.WriteString(w, text)
		must(t, err)
	}
	must(t, w.Close())
	return data.Bytes()
}

func plant(t *testing.T, data []byte) (*scriptfs.FS, error) {
	t.Helper()
	fs := scriptfs.New(time.Unix(1, 0))
	t.Cleanup(func() { fs.Close() })
	must(t, fs.Mkdir("/tree", 0o700))
	return fs, changeset.Plant(fs, "/tree", []string{"/dev", "/nix/store"}, bytes.NewReader(data))
}

func TestPlant(t *testing.T) {
	fs, err := plant(t, tarOf(t,
		tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "x"}},
		tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o755},
		tar.Header{Typeflag: tar.TypeDir, Name: "./etc/", Mode: 0o2755, Uid: 5, Gid: 6},
		tar.Header{Typeflag: tar.TypeReg, Name: "./etc/.wh.gone"},
		tar.Header{Typeflag: tar.TypeReg, Name: "./etc/file", Mode: 0o4711, Uid: 1000, Gid: 100, PAXRecords: map[string]string{"SCHILY.xattr.user.x": "y\x00"}},
		tar.Header{Typeflag: tar.TypeLink, Name: "./etc/hard", Linkname: "./etc/file"},
		tar.Header{Typeflag: tar.TypeSymlink, Name: "./etc/link", Linkname: "/nowhere", Uid: 3, Mode: 0o777},
		tar.Header{Typeflag: tar.TypeReg, Name: "/absolute/deep/file"},
		tar.Header{Typeflag: tar.TypeDir, Name: "again"},
		tar.Header{Typeflag: tar.TypeReg, Name: "again/.wh..wh..opq"},
		tar.Header{Typeflag: tar.TypeReg, Name: "again/.wh..wh.plnk"},
		tar.Header{Typeflag: tar.TypeReg, Name: ".wh.made"},
		tar.Header{Typeflag: tar.TypeDir, Name: "made"},
		tar.Header{Typeflag: tar.TypeReg, Name: ".wh.changed"},
		tar.Header{Typeflag: tar.TypeReg, Name: "changed"},
		tar.Header{Typeflag: tar.TypeDir, Name: "late"},
		tar.Header{Typeflag: tar.TypeReg, Name: ".wh.late"},
		tar.Header{Typeflag: tar.TypeReg, Name: ".wh.absolute2"},
		tar.Header{Typeflag: tar.TypeChar, Name: "null", Devmajor: 1, Devminor: 3},
		tar.Header{Typeflag: tar.TypeBlock, Name: "disk", Devmajor: 8},
		tar.Header{Typeflag: tar.TypeFifo, Name: "pipe"},
		tar.Header{Typeflag: tar.TypeDir, Name: "dev"},
		tar.Header{Typeflag: tar.TypeReg, Name: "dev/x"},
		tar.Header{Typeflag: tar.TypeReg, Name: "dev/.wh..wh..opq"},
		tar.Header{Typeflag: tar.TypeReg, Name: ".wh.dev"},
		tar.Header{Typeflag: tar.TypeReg, Name: "nix/store/x"},
		tar.Header{Typeflag: tar.TypeReg, Name: "nix/.wh.store"},
		tar.Header{Typeflag: tar.TypeReg, Name: "device"},
	))
	must(t, err)
	var got []string
	must(t, fs.Walk("/tree", func(at string, i scriptfs.Info) error {
		line := fmt.Sprintf("%s %s %o %d:%d %d", strings.TrimPrefix(at, "/tree"), i.Type, i.Mode, i.UID, i.GID, i.MTime.Unix())
		switch i.Type {
		case scriptfs.Symlink:
			line += " -> " + i.Target
		case scriptfs.CharDevice, scriptfs.BlockDevice:
			line += fmt.Sprintf(" %d,%d", i.Major, i.Minor)
		case scriptfs.Regular:
			f, err := fs.Open(at)
			must(t, err)
			text, err := io.ReadAll(f)
			must(t, err)
			line += fmt.Sprintf(" %s %d", text, i.Nlink)
			if x, err := fs.Getxattr(at, "user.x"); err == nil {
				line += fmt.Sprintf(" %q", x)
			}
		}
		got = append(got, line)
		return nil
	}))
	want := []string{
		" directory 755 0:0 7",
		"/absolute directory 755 0:0 1",
		"/absolute/deep directory 755 0:0 1",
		"/absolute/deep/file regular file 750 0:0 7 /absolute/deep/file 1",
		"/again directory 750 0:0 7",
		"/changed regular file 750 0:0 7 changed 1",
		"/device regular file 750 0:0 7 device 1",
		"/disk block special file 750 0:0 7 8,0",
		"/etc directory 2755 5:6 7",
		`/etc/file regular file 4711 1000:100 7 ./etc/file 2 "y\x00"`,
		`/etc/hard regular file 4711 1000:100 7 ./etc/file 2 "y\x00"`,
		"/etc/link symbolic link 777 3:0 1 -> /nowhere",
		"/late directory 750 0:0 7",
		"/made directory 750 0:0 7",
		"/null character special file 750 0:0 7 1,3",
		"/pipe fifo 750 0:0 7",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	names, opaque, err := fs.Hidden("/tree")
	must(t, err)
	if got, want := fmt.Sprint(names, opaque), "[absolute2 etc/gone] [again late made]"; got != want {
		t.Errorf("hidden %s, want %s", got, want)
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		entries []tar.Header
		want    string
	}{
		{"out of the image", []tar.Header{{Typeflag: tar.TypeReg, Name: "a/../../b"}}, `entry "a/../../b": its path has ".."`},
		{"below a file", []tar.Header{{Typeflag: tar.TypeReg, Name: "a"}, {Typeflag: tar.TypeReg, Name: "a/b"}}, "it is below /a, which is a regular file"},
		{"through a link", []tar.Header{{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "/"}, {Typeflag: tar.TypeReg, Name: "a/b"}}, "it is below /a, which is a symbolic link"},
		{"a whiteout through a link", []tar.Header{{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "/"}, {Typeflag: tar.TypeReg, Name: "a/.wh.b"}}, "it is below /a"},
		{"twice", []tar.Header{{Typeflag: tar.TypeReg, Name: "a"}, {Typeflag: tar.TypeReg, Name: "a"}}, `entry "a": open /tree/a: file exists`},
		{"a directory over a file", []tar.Header{{Typeflag: tar.TypeReg, Name: "a"}, {Typeflag: tar.TypeDir, Name: "a"}}, `entry "a": mkdir /tree/a: file exists`},
		{"a hard link to nothing", []tar.Header{{Typeflag: tar.TypeLink, Name: "a", Linkname: "b"}}, `entry "a": link /tree/b /tree/a: no such file or directory`},
		{"a hard link out of the image", []tar.Header{{Typeflag: tar.TypeLink, Name: "a", Linkname: "../b"}}, `its path has ".."`},
		{"a whiteout of no name", []tar.Header{{Typeflag: tar.TypeReg, Name: "a/.wh."}}, `it is a whiteout of ""`},
		{"a whiteout of its directory", []tar.Header{{Typeflag: tar.TypeReg, Name: "a/.wh.."}}, `it is a whiteout of "."`},
		{"a type", []tar.Header{{Typeflag: tar.TypeCont, Name: "a"}}, `its type '7' is unknown`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := plant(t, tarOf(t, test.entries...)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestBrokenStream: what ends too early or is no tar is an error.
func TestBrokenStream(t *testing.T) {
	good := tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "file"})
	failed := errors.New("the other side failed")
	for name, r := range map[string]io.Reader{
		"cut":               bytes.NewReader(good[:514]),
		"no tar":            strings.NewReader(strings.Repeat("x", 1024)),
		"fails":             io.MultiReader(bytes.NewReader(good[:512]), iotest.ErrReader(failed)),
		"fails at the end":  io.MultiReader(bytes.NewReader(good), iotest.ErrReader(failed)),
		"fails at the head": iotest.ErrReader(failed),
	} {
		fs := scriptfs.New(time.Unix(1, 0))
		must(t, fs.Mkdir("/tree", 0o755))
		if err := changeset.Plant(fs, "/tree", nil, r); err == nil || !strings.Contains(err.Error(), "read the changes: ") || strings.HasPrefix(name, "fails") && !errors.Is(err, failed) {
			t.Errorf("%s: %v", name, err)
		}
		must(t, fs.Close())
	}
}

// FuzzPlant: whatever is read, nothing is made outside of the directory, and
// what was planted can be walked.
func FuzzPlant(f *testing.F) {
	for _, names := range [][]string{{"a", "a/.wh.b", ".wh..wh..opq"}, {"../x", "/dev/y", "./.wh."}, {"a/b/c", "a/b"}} {
		var data bytes.Buffer
		w := tar.NewWriter(&data)
		for _, name := range names {
			if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name}); err != nil {
				f.Fatal(err)
			}
		}
		w.Close()
		f.Add(data.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fs := scriptfs.New(time.Unix(1, 0))
		defer fs.Close()
		must(t, fs.Mkdir("/tree", 0o755))
		fs.Bound(1<<20, errors.New("too big"))
		_ = changeset.Plant(fs, "/tree", []string{"/dev"}, bytes.NewReader(data))
		list, err := fs.ReadDir("/")
		must(t, err)
		if len(list) != 1 || list[0].Type != scriptfs.Directory {
			t.Errorf("made %v", list)
		}
		must(t, fs.Walk("/tree", func(string, scriptfs.Info) error { return nil }))
		_, _, err = fs.Hidden("/tree")
		must(t, err)
	})
}
