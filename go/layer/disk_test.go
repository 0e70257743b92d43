package layer

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
)

// comparedFolders is how many layers TestPythonOnDisk compares.
const comparedFolders = 100

// TestPythonOnDisk compares with tars that Python makes of trees on disk, as
// dockerTools does: the order, the types, the modes and the sizes are what
// Python finds there. Files with the same content are hard links there.
func TestPythonOnDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("other systems cannot store every name, and give links other modes")
	}
	question := pythonRequest(0, 0)
	var layers []generated
	var folders []map[string]any
	for seed := range uint64(comparedFolders) {
		l := newGenerator(1_000_000 + seed).layer()
		l.options.StoreDir = filepath.Join(t.TempDir(), "store")
		var paths []string
		for i := range l.objects {
			o := &l.objects[i]
			o.path = filepath.Join(l.options.StoreDir, filepath.Base(o.path))
			o.tree.unpack(t, o.path)
			paths = append(paths, o.path)
		}
		layers = append(layers, l)
		folders = append(folders, pythonLayer(l.options, paths))
	}
	question["folders"] = folders
	for seed, want := range askPython(t, question).Folders {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			var objects []*object.Object
			for _, o := range layers[seed].objects {
				objects = append(objects, o.tree.open(t, o.path))
			}
			checkLayer(t, "NAR", objects, layers[seed].options, want.DiffID, want.Size)
		})
	}
}

// unpack puts the tree on disk, with the modes that a store has.
func (t tree) unpack(tb testing.TB, path string) {
	tb.Helper()
	check := func(err error) {
		if err != nil {
			tb.Helper()
			tb.Fatal(err)
		}
	}
	check(os.MkdirAll(filepath.Dir(path), 0o755))
	var directories []string
	links := map[string]string{}
	t.walk("", func(at string, t tree) {
		name := strings.TrimSuffix(path+"/"+at, "/")
		switch t.Type {
		case "directory":
			check(os.Mkdir(name, 0o755))
			directories = append(directories, name)
		case "symlink":
			check(os.Symlink(t.Target, name))
		case "regular":
			key := fmt.Sprint(t.Executable, t.content())
			if links[key] != "" {
				check(os.Link(links[key], name))
				return
			}
			links[key] = name
			mode := os.FileMode(0o444)
			if t.Executable {
				mode = 0o555
			}
			check(os.WriteFile(name, []byte(t.content()), mode))
			check(os.Chmod(name, mode))
		}
	})
	for _, name := range directories {
		check(os.Chmod(name, 0o555))
	}
	tb.Cleanup(func() {
		for _, name := range directories {
			check(os.Chmod(name, 0o755)) // so that it can be removed
		}
	})
}
