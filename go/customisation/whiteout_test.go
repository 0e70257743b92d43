package customisation

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

// TestWhiteouts: they come right after their directory, sorted.
func TestWhiteouts(t *testing.T) {
	fs := newTree(t)
	must(t, fs.Mkdir("/tree/a", 0o750))
	must(t, fs.Mkdir("/tree/a/b", 0o750))
	put(t, fs, "/tree/a/+", "x")
	var out bytes.Buffer
	result, err := WriteTree(&out, fs, "/tree", Options{
		MTime: 7, StoreDir: "/nix/store", Whiteouts: []string{"z", "a/b/z", "a/b/" + hashA + "-a", "y"}, Opaque: []string{"a/b", ""},
	})
	must(t, err)
	want := []string{
		"5 ./ 755 0:0", "0 ./.wh..wh..opq 644 0:0", "0 ./.wh.y 644 0:0", "0 ./.wh.z 644 0:0", "5 ./a/ 750 0:0", "0 ./a/+ 644 0:0 x",
		"5 ./a/b/ 750 0:0", "0 ./a/b/.wh..wh..opq 644 0:0", "0 ./a/b/.wh." + hashA + "-a 644 0:0", "0 ./a/b/.wh.z 644 0:0",
	}
	if got := entries(t, out.Bytes()); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if result.Metadata.Entries != len(want) || len(result.References.StorePaths) != 0 {
		t.Errorf("%+v", result)
	}
}

func TestWhiteoutErrors(t *testing.T) {
	long := strings.Repeat("x", 252)
	deep := strings.Repeat("d/", 2045)
	for _, test := range []struct {
		name    string
		options Options
		want    string
	}{
		{"no directory", Options{Whiteouts: []string{"none/x"}}, "whiteouts in /none, which is no directory of the layer"},
		{"no directory to hide", Options{Opaque: []string{"file"}}, "whiteouts in /file, which is no directory of the layer"},
		{"long name", Options{Whiteouts: []string{long}}, "its name is too long for a layer to remove it, which takes a name of 256 bytes, and at most 255 are possible"},
		{"long path", Options{Whiteouts: []string{deep + "x"}}, "its path is too long for a layer to remove it, which takes a path of 4096 bytes, and at most 4095 are possible"},
	} {
		t.Run(test.name, func(t *testing.T) {
			fs := newTree(t)
			put(t, fs, "/tree/file", "x")
			at := "/tree"
			for strings.HasPrefix(test.name, "long path") && len(at) < len("/tree/"+deep)-1 {
				at += "/d"
				must(t, fs.Mkdir(at, 0o755))
			}
			test.options.StoreDir = "/nix/store"
			if _, err := WriteTree(io.Discard, fs, "/tree", test.options); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestOwner: it is everybody's, whatever the tree says.
func TestOwner(t *testing.T) {
	fs := newTree(t)
	put(t, fs, "/tree/file", "x")
	must(t, fs.Chown("/tree/file", 5, 6))
	must(t, fs.Symlink("x", "/tree/link"))
	var out bytes.Buffer
	_, err := WriteTree(&out, fs, "/tree", Options{MTime: 7, StoreDir: "/nix/store", Owner: &Owner{UID: 1000, GID: 100}})
	must(t, err)
	want := []string{"5 ./ 755 1000:100", "0 ./file 644 1000:100 x", "2 ./link 777 1000:100 -> x"}
	if got := entries(t, out.Bytes()); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestHardLinks: only if they are wanted.
func TestHardLinks(t *testing.T) {
	fs := newTree(t)
	put(t, fs, "/tree/a", "x")
	must(t, fs.Chown("/tree/a", 5, 6))
	must(t, fs.Setxattr("/tree/a", "security.capability", []byte{1}))
	must(t, fs.Link("/tree/a", "/tree/b"))
	must(t, fs.Link("/tree/a", "/other"))
	put(t, fs, "/tree/c", "x")
	must(t, fs.Link("/tree/c", "/other-c"))
	for wanted, want := range map[bool][]string{
		false: {"5 ./ 755 0:0", "0 ./a 644 5:6 x 01", "0 ./b 644 5:6 x 01", "0 ./c 644 0:0 x"},
		true:  {"5 ./ 755 0:0", "0 ./a 644 5:6 x 01", "1 ./b 644 5:6 -> ./a", "0 ./c 644 0:0 x"},
	} {
		var out bytes.Buffer
		_, err := WriteTree(&out, fs, "/tree", Options{MTime: 7, StoreDir: "/nix/store", HardLinks: wanted})
		must(t, err)
		if got := entries(t, out.Bytes()); !slices.Equal(got, want) {
			t.Errorf("%v: got %q, want %q", wanted, got, want)
		}
	}
}
