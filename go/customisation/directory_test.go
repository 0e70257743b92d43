package customisation

import (
	"archive/tar"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

var (
	directoryTree = []symlinkjoin.Entry{{}, {Path: "home"}, {Path: "home/a"}, {Path: "link", Target: "/x"}, {Path: "tmp"}}
	directoryList = []Directory{
		{Path: "tmp", Mode: 0o1777, Label: "//:tmp"},
		{Path: "home/a", Mode: 0o700, UID: 1000, GID: 4294967294, Label: "//:a"},
	}
	directoryWant = []string{"./ 755 0:0", "./home/ 755 0:0", "./home/a/ 700 1000:4294967294", "./link 777 0:0", "./tmp/ 1777 0:0"}
)

// headersOf are lines about the entries of a tar.
func headersOf(t *testing.T, data *bytes.Buffer) []string {
	t.Helper()
	var lines []string
	r := tar.NewReader(data)
	for {
		h, err := r.Next()
		if err != nil {
			return lines
		}
		lines = append(lines, fmt.Sprintf("%s %o %d:%d", h.Name, h.Mode, h.Uid, h.Gid))
	}
}

// TestDirectories: with and without scripts.
func TestDirectories(t *testing.T) {
	var plain, scripted bytes.Buffer
	_, err := Write(&plain, directoryTree, 1, directoryList...)
	must(t, err)
	if got := headersOf(t, &plain); !slices.Equal(got, directoryWant) {
		t.Errorf("got %q, want %q", got, directoryWant)
	}
	fs := newTree(t)
	must(t, Plant(fs, "/tree", directoryTree))
	must(t, SetDirectories(fs, "/tree", directoryList))
	_, err = WriteTree(&scripted, fs, "/tree", Options{StoreDir: "/nix/store", MTime: 1})
	must(t, err)
	if got := headersOf(t, &scripted); !slices.Equal(got, directoryWant) {
		t.Errorf("with scripts: got %q, want %q", got, directoryWant)
	}
}

func TestDirectoriesThatAreSomethingElse(t *testing.T) {
	for _, test := range []struct{ path, err string }{
		{"link", `/link: //:tmp gives a directory of mode 1777, and there is a link to "/x": take out of the contents`},
		{"absent", "/absent: //:tmp gives a directory of mode 1777, and there is nothing"},
	} {
		d := Directory{Path: test.path, Mode: 0o1777, Label: "//:tmp"}
		_, err := Write(&bytes.Buffer{}, directoryTree, 1, d)
		fs := newTree(t)
		must(t, Plant(fs, "/tree", directoryTree))
		for _, err := range []error{err, SetDirectories(fs, "/tree", []Directory{d})} {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error %v, want %q", test.path, err, test.err)
			}
		}
	}
}

// TestOwned: what has an owner of its own keeps it.
func TestOwned(t *testing.T) {
	fs := newTree(t)
	must(t, Plant(fs, "/tree", directoryTree))
	must(t, SetDirectories(fs, "/tree", directoryList))
	var out bytes.Buffer
	_, err := WriteTree(&out, fs, "/tree", Options{StoreDir: "/nix/store", Owner: &Owner{UID: 5, GID: 6}, Owned: Owned(directoryList)})
	must(t, err)
	want := []string{"./ 755 5:6", "./home/ 755 5:6", "./home/a/ 700 1000:4294967294", "./link 777 5:6", "./tmp/ 1777 0:0"}
	if got := headersOf(t, &out); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDirectoryFlags(t *testing.T) {
	for _, test := range []struct {
		text string
		want Directory
		err  string
	}{
		{"1777:0:0:tmp", Directory{Path: "tmp", Mode: 0o1777}, ""},
		{"0700:1000:100:home/a:b", Directory{Path: "home/a:b", Mode: 0o700, UID: 1000, GID: 100}, ""},
		{"1777:0:0:", Directory{}, "is not MODE:UID:GID:PATH"},
		{"1777:0:tmp", Directory{}, "is not MODE:UID:GID:PATH"},
		{"1888:0:0:tmp", Directory{}, "mode of"},
		{"17777:0:0:tmp", Directory{}, "mode of"},
		{"1777:x:0:tmp", Directory{}, "owner of"},
		{"1777:0:-1:tmp", Directory{}, "group of"},
	} {
		var d Directory
		err := d.UnmarshalText([]byte(test.text))
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) || d != test.want {
			t.Errorf("%s: got %+v, error %v, want %+v, %q", test.text, d, err, test.want, test.err)
		}
	}
	labelled, err := Directories([]Directory{{Path: "tmp"}}, []string{"//:tmp"})
	if err != nil || labelled[0].Label != "//:tmp" {
		t.Errorf("got %+v, error %v", labelled, err)
	}
	if _, err := Directories(nil, []string{"//:tmp"}); err == nil {
		t.Error("no error of a label without a directory")
	}
}
