package copytree

import (
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	storeDir = "/nix/store"
	image    = "/image"
)

var clock = time.Unix(315532800, 0)

// A tree is a list of "file=content", "program*=content", "link -> target" and
// "directory/". A tree of the single item "=content" or " -> target" is a file
// or a link itself. $A to $D in targets are the store paths of objects.
type tree []string

// item is one of a tree.
type item struct{ path, kind, text string }

func (t tree) items() []item {
	var list []item
	for _, text := range t {
		var i item
		if name, target, ok := strings.Cut(text, " -> "); ok {
			i = item{name, "symlink", expand(target)}
		} else if name, content, ok := strings.Cut(text, "="); ok {
			i = item{name, "file", content}
		} else {
			i = item{strings.TrimSuffix(text, "/"), "directory", ""}
		}
		list = append(list, i)
	}
	return list
}

func storePath(number int) store.Path {
	return store.Path(fmt.Sprintf("%s/%s-%c", storeDir, strings.Repeat(string(rune('0'+number)), 32), 'a'+number))
}

func expand(text string) string {
	for i := range 4 {
		text = strings.ReplaceAll(text, "$"+string(rune('A'+i)), string(storePath(i)))
	}
	return text
}

// open is the tree as an object.
func (t tree) open(tb testing.TB, number int) *object.Object {
	tb.Helper()
	dir := tb.TempDir()
	manifest := "directory\x000555\x00\x00\n"
	for i, e := range t.items() {
		record := []string{e.kind, "0555", e.path, e.text}
		switch e.kind {
		case "file":
			if record[2] = strings.TrimSuffix(e.path, "*"); record[2] == e.path {
				record[1] = "0444"
			}
			record[3] = fmt.Sprint(i)
			must(tb, os.WriteFile(filepath.Join(dir, record[3]), []byte(e.text), 0o600))
		case "symlink":
			record[1] = ""
		}
		line := strings.Join(record, "\x00") + "\n"
		if e.path == "" {
			manifest = line
		} else {
			manifest += line
		}
	}
	o, err := object.ReadManifest(storePath(number), strings.NewReader(manifest), dir)
	must(tb, err)
	return o
}

// mounted is a file system with the trees in the store and an empty image.
func mounted(tb testing.TB, trees []tree) *scriptfs.FS {
	tb.Helper()
	fs := scriptfs.New(clock)
	tb.Cleanup(func() { must(tb, fs.Close()) })
	for i, t := range trees {
		o := t.open(tb, i)
		must(tb, fs.MountLazily(storePath(i), func() (*object.Object, error) { return o, nil }))
	}
	must(tb, fs.Mkdir(image, 0o755))
	return fs
}

// sources are the first objects, as targets //:a, //:b and so on.
func sources(count int) []Source {
	var list []Source
	for i := range count {
		list = append(list, Source{string(storePath(i)), fmt.Sprintf("//:%c", 'a'+i)})
	}
	return list
}

// show is what is in the image: "name mode content" of files, "name -> target"
// of links, "name/ mode" of directories.
func show(tb testing.TB, fs *scriptfs.FS) []string {
	tb.Helper()
	var list []string
	must(tb, fs.Walk(image, func(at string, i scriptfs.Info) error {
		name := strings.TrimPrefix(strings.TrimPrefix(at, image), "/")
		if i.UID != 0 || i.GID != 0 || !i.MTime.Equal(clock) {
			tb.Errorf("%s: owner %d:%d, time %v", name, i.UID, i.GID, i.MTime)
		}
		switch i.Type {
		case scriptfs.Symlink:
			list = append(list, name+" -> "+i.Target)
		case scriptfs.Directory:
			list = append(list, fmt.Sprintf("%s/ %o", name, i.Mode))
		default:
			list = append(list, fmt.Sprintf("%s %o %s", name, i.Mode, contentOf(tb, fs, at)))
		}
		return nil
	}))
	slices.Sort(list)
	return list
}

func contentOf(tb testing.TB, fs *scriptfs.FS, at string) string {
	tb.Helper()
	f, err := fs.Open(at)
	must(tb, err)
	defer f.Close()
	data, err := io.ReadAll(f)
	must(tb, err)
	return string(data)
}

// write writes the tree into a directory of the host, as Nix would, with a time
// of its own.
func (t tree) write(tb testing.TB, dir string, modified time.Time) {
	tb.Helper()
	must(tb, os.MkdirAll(dir, 0o755))
	for _, e := range t.items() {
		at := filepath.Join(dir, e.path)
		must(tb, os.MkdirAll(path.Dir(at), 0o755))
		switch e.kind {
		case "directory":
			must(tb, os.MkdirAll(at, 0o755))
		case "symlink":
			must(tb, os.Symlink(e.text, at))
		default:
			mode := os.FileMode(0o444)
			if name := strings.TrimSuffix(at, "*"); name != at {
				at, mode = name, 0o555
			}
			must(tb, os.WriteFile(at, []byte(e.text), mode))
			must(tb, os.Chtimes(at, modified, modified))
		}
	}
	must(tb, filepath.WalkDir(dir, func(at string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return os.Chmod(at, 0o555)
	}))
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
