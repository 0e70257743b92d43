package layer

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
)

// placedObject is an object of records, one a string with fields separated by
// blanks ("-" for an empty one), in the directory root of images.
func placedObject(t *testing.T, path, root string, records ...string) *object.Object {
	t.Helper()
	name := filepath.Join(t.TempDir(), "manifest")
	var text strings.Builder
	for _, record := range append(records, "root - - "+root) {
		fields := strings.Fields(record)
		for i, field := range fields {
			if field == "-" {
				fields[i] = ""
			}
		}
		text.WriteString(strings.Join(fields, "\x00") + "\n")
	}
	if err := os.WriteFile(name, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return openObject(t, path, "@"+name)
}

func TestPlaced(t *testing.T) {
	folder := t.TempDir()
	source := func(content string) string {
		name := filepath.Join(folder, content)
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	a, b, same := source("a"), source("b"), source("same")
	one := func() *object.Object {
		return placedObject(t, onePath, "/srv/app", "file 0555 lib/a "+a, "file 0444 lib/same "+same, "symlink - l lib/a")
	}
	two := func() *object.Object {
		return placedObject(t, twoPath, "/srv/app", "file 0444 lib/b "+b, "file 0444 lib/same "+same, "symlink - l lib/a")
	}
	elsewhere := func() *object.Object {
		return placedObject(t, "/nix/store/cccccccccccccccccccccccccccccccc-c", "/srv/www", "file 0444 b "+b)
	}
	stored := func() *object.Object { return file("stored").open(t, twoPath) }
	for _, test := range []struct {
		name    string
		objects []*object.Object
		want    string
	}{
		{"one", []*object.Object{one()}, "/srv/ /srv/app/ /srv/app/l>lib/a /srv/app/lib/ /srv/app/lib/a=a /srv/app/lib/same=same"},
		{
			"two in one directory", []*object.Object{one(), two()},
			"/srv/ /srv/app/ /srv/app/l>lib/a /srv/app/lib/ /srv/app/lib/a=a /srv/app/lib/same=same /srv/app/lib/b=b",
		},
		{
			"two directories", []*object.Object{one(), elsewhere()},
			"/srv/ /srv/app/ /srv/www/ /srv/app/l>lib/a /srv/app/lib/ /srv/app/lib/a=a /srv/app/lib/same=same /srv/www/b=b",
		},
		{
			"one in the store", []*object.Object{one(), stored()},
			"/nix/ /nix/store/ /srv/ /srv/app/ /srv/app/l>lib/a /srv/app/lib/ /srv/app/lib/a=a /srv/app/lib/same=same " + twoPath + "=stored",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			meta, err := Write(&buf, test.objects, DefaultOptions())
			if err != nil {
				t.Fatal(err)
			}
			entries := entriesOf(t, &buf)
			if got := strings.Join(entries, " "); got != test.want || meta.Entries != len(entries) || len(meta.StorePaths) != len(test.objects) {
				t.Errorf("got  %s, %+v\nwant %s", got, meta, test.want)
			}
		})
	}
}

func TestPlacedDifferently(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a", "bb"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const first = "file 0444 x "
	for _, test := range []struct{ name, record, want string }{
		{"another file", first + folder + "/bb", "/app/x (a file of 1 bytes and a file of 2 bytes)"},
		{"another mode", "file 0555 x " + folder + "/a", "/app/x (a file of 1 bytes"},
		{"a link", "symlink - x y", `/app/x (a file of 1 bytes and a symlink to "y")`},
		{"a directory", "directory 0555 x -", "/app/x (a file of 1 bytes and a directory)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			one := placedObject(t, onePath, "/app", first+folder+"/a")
			two := placedObject(t, twoPath, "/app", test.record)
			_, err := Write(io.Discard, []*object.Object{one, two}, DefaultOptions())
			wantError(t, err, twoPath, test.want, "one configuration")
		})
	}
}

func TestAppendPlaced(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(name, []byte("a"), 0o644); err != nil {
		t.Fatal(err)
	}
	placed := func() []*object.Object {
		return []*object.Object{placedObject(t, onePath, "/app", "file 0444 x "+name)}
	}
	var buf bytes.Buffer
	_, err := Append(&buf, ownTree(t, Header{Name: "./"}, Header{Name: "./app"}), placed(), DefaultOptions(), Additions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(entriesOf(t, &buf), " "), "./ ./app/ ./app/x=a"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err = Append(io.Discard, ownTree(t, Header{Name: "./app"}, Header{Name: "./app/y"}), placed(), DefaultOptions(), Additions{})
	wantError(t, err, "/app/y is a file of the layer's own, and /app the place of programs")
	_, err = Append(io.Discard, ownTree(t, Header{Name: "./.wh.app"}), placed(), DefaultOptions(), Additions{})
	wantError(t, err, "/app, which has store objects of the image, was removed")
}
