package layer

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// ownTree is a tar as a customisation layer's is: headers, with text as the
// content of regular files.
func ownTree(t *testing.T, entries ...Header) io.ReadSeeker {
	t.Helper()
	var buf bytes.Buffer
	w := NewTarWriter(&buf)
	for _, h := range entries {
		if h.Type == 0 {
			h.Type = tar.TypeDir
		}
		h.MTime = 1
		content := ""
		if h.Type == tar.TypeReg {
			content = "text"
		}
		h.Size = int64(len(content))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(buf.Bytes())
}

// entriesOf lists a tar: names, "=" and contents, ">" and targets.
func entriesOf(t *testing.T, r io.Reader) []string {
	t.Helper()
	var list []string
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		text := h.Name
		switch h.Typeflag {
		case tar.TypeReg:
			content, err := io.ReadAll(tr)
			if err != nil {
				t.Fatal(err)
			}
			text += "=" + string(content)
		case tar.TypeSymlink:
			text += ">" + h.Linkname
		case tar.TypeLink:
			text += ">>" + h.Linkname
		}
		list = append(list, text)
	}
}

func TestAppend(t *testing.T) {
	one := func() *object.Object {
		return dir(map[string]tree{"bin": dir(map[string]tree{"run": file("text"), "more": file("more")}), "l": link("bin")}).open(t, onePath)
	}
	two := func() *object.Object { return file("two").open(t, twoPath) }
	root, bin, run := Header{Name: "./"}, Header{Name: "./bin"}, Header{Name: "./bin/run", Type: tar.TypeReg}
	long := Header{Name: "./" + strings.Repeat("n", 150), Type: tar.TypeReg}
	inOne := "." + onePath
	for _, test := range []struct {
		name    string
		tree    []Header
		objects []*object.Object
		add     Additions
		want    string
	}{
		{name: "nothing", tree: []Header{root}, want: "./"},
		{name: "no objects", tree: []Header{root, bin, run}, want: "./ ./bin/ ./bin/run=text"},
		{
			name: "two objects", tree: []Header{root, bin, run}, objects: []*object.Object{two(), one()},
			want: "./ ./bin/ ./bin/run=text ./nix/ ./nix/store/ ." + twoPath + "=two " +
				inOne + "/ " + inOne + "/bin/ " + inOne + "/bin/more=more " + inOne + "/bin/run=text " + inOne + "/l>bin",
		},
		{
			name: "directories that are there", tree: []Header{root, {Name: "./nix"}, {Name: "./nix/var"}}, objects: []*object.Object{two()},
			want: "./ ./nix/ ./nix/var/ ./nix/store/ ." + twoPath + "=two",
		},
		{
			name: "copies", tree: []Header{root, bin, run, long}, objects: []*object.Object{one()},
			add: Additions{Copies: map[string]string{onePath + "/bin/run": "./bin/run", onePath + "/bin/more": long.Name, twoPath: "./bin/run"}},
			want: "./ ./bin/ ./bin/run=text " + long.Name + "=text ./nix/ ./nix/store/ " +
				inOne + "/ " + inOne + "/bin/ " + inOne + "/bin/more>>" + long.Name + " " + inOne + "/bin/run>>./bin/run " + inOne + "/l>bin",
		},
		{
			name: "replaced", tree: []Header{root}, objects: []*object.Object{two(), one()},
			add: Additions{Replaced: []store.Path{onePath, twoPath}},
			want: "./ ./nix/ ./nix/store/ ." + twoPath + "=two " + inOne + "/ " + inOne + "/.wh..wh..opq= " +
				inOne + "/bin/ " + inOne + "/bin/more=more " + inOne + "/bin/run=text " + inOne + "/l>bin",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			meta, err := Append(&buf, ownTree(t, test.tree...), test.objects, DefaultOptions(), test.add)
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("sha256:%x", sha256.Sum256(buf.Bytes())); meta.DiffID != want || meta.Size != int64(buf.Len()) {
				t.Errorf("got %+v, want %s of %d bytes", meta, want, buf.Len())
			}
			if err := meta.check(); err != nil {
				t.Error(err)
			}
			if len(meta.StorePaths) != len(test.objects) || meta.StorePaths == nil {
				t.Errorf("store paths %q", meta.StorePaths)
			}
			entries := entriesOf(t, &buf)
			if got := strings.Join(entries, " "); got != test.want || meta.Entries != len(entries) {
				t.Errorf("got  %s of %d entries\nwant %s", got, meta.Entries, test.want)
			}
		})
	}
}

// TestAppendNothing: a tar without additions stays as it is, byte for byte.
func TestAppendNothing(t *testing.T) {
	tree := ownTree(t, Header{Name: "./"}, Header{Name: "./f", Type: tar.TypeReg})
	var buf bytes.Buffer
	if _, err := Append(&buf, tree, nil, DefaultOptions(), Additions{}); err != nil {
		t.Fatal(err)
	}
	_, err := tree.Seek(0, io.SeekStart)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := io.ReadAll(tree); err != nil || !bytes.Equal(buf.Bytes(), want) {
		t.Errorf("%v: the bytes differ", err)
	}
}

func TestAppendErrors(t *testing.T) {
	objects := []*object.Object{file("1").open(t, onePath)}
	for _, test := range []struct {
		name, want string
		tree       io.ReadSeeker
	}{
		{"an object's path", onePath + " is a file of the layer's own, and " + onePath + " a store object", ownTree(t, Header{Name: "./"}, Header{Name: "." + onePath})},
		{"a file above", "/nix is no directory", ownTree(t, Header{Name: "./nix", Type: tar.TypeReg})},
		{"a link above", "/nix/store is no directory", ownTree(t, Header{Name: "./nix/store", Type: tar.TypeSymlink, Linkname: "/x"})},
		{"in an object", onePath + " a store object", ownTree(t, Header{Name: "." + onePath + "/x"})},
		{"in an object of the base", twoPath + " a store object", ownTree(t, Header{Name: "." + twoPath + "/x"})},
		{"the store moved", "/nix/store, which has store objects of the image, was removed", ownTree(t, Header{Name: "./nix/.wh.store", Type: tar.TypeReg})},
		{"all moved", "/nix, which has store objects", ownTree(t, Header{Name: "./.wh.nix", Type: tar.TypeReg})},
		{"an object of the base removed", twoPath + ", which has store objects", ownTree(t, Header{Name: "./nix/store/.wh." + twoPath[len("/nix/store/"):], Type: tar.TypeReg})},
		{"the store emptied", "/nix/store, which has store objects", ownTree(t, Header{Name: "./nix/store/.wh..wh..opq", Type: tar.TypeReg})},
		{"no tar", "the tar of the layer's own files", strings.NewReader(strings.Repeat("x", 2048))},
		{"a cut tar", "the tar of the layer's own files", strings.NewReader("x")},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Append(io.Discard, test.tree, objects, DefaultOptions(), Additions{LeftOut: []store.Path{twoPath}})
			wantError(t, err, test.want)
		})
	}
	_, err := Append(io.Discard, ownTree(t), []*object.Object{file("1").open(t, otherPath)}, DefaultOptions(), Additions{})
	wantError(t, err, otherPath, "store directory")
	full := errors.New("disk full")
	if _, err := Append(&fullWriter{full}, ownTree(t, Header{Name: "./"}), objects, DefaultOptions(), Additions{}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

// fullWriter takes nothing.
type fullWriter struct{ err error }

func (f *fullWriter) Write([]byte) (int, error) { return 0, f.err }
