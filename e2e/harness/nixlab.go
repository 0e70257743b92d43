package harness

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// NixLab is a small Nix store of real programs, made by e2e/nixlab.
type NixLab struct {
	// Dir has a link to each object that e2e/nixlab/default.nix names, and NARs.
	Dir string
	// Objects are all store objects by their store paths.
	Objects map[string]NixObject
}

// NixObject is one store object as Nix describes it.
type NixObject struct {
	Path       string   `json:"path"`
	References []string `json:"references"`
	NARSize    int64    `json:"narSize"`
}

// Nix is the store, made by the first test that asks for it.
func Nix(t testing.TB) *NixLab {
	t.Helper()
	Need(t, NixStore)
	lab, err := nixLab()
	if err != nil {
		t.Fatal(err)
	}
	return lab
}

var nixLab = sync.OnceValues(func() (*NixLab, error) {
	lab := &NixLab{Dir: filepath.Join(cacheFolder(), "nixlab"), Objects: map[string]NixObject{}}
	if err := works(filepath.Join(Root(), "e2e/nixlab/make.sh"), lab.Dir); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(filepath.Join(lab.Dir, "objects.json"))
	if err != nil {
		return nil, err
	}
	var objects []NixObject
	if err := json.Unmarshal(data, &objects); err != nil {
		return nil, err
	}
	for _, object := range objects {
		lab.Objects[object.Path] = object
	}
	return lab, nil
})

// cacheFolder is where bazelw keeps what it sets up.
func cacheFolder() string {
	if dir := os.Getenv("BAZELW_HOME"); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_CACHE_HOME"); dir != "" {
		return filepath.Join(dir, "bazelw")
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(home, ".cache/bazelw")
}

// Path is the store path of an object by its name in default.nix.
func (l *NixLab) Path(t testing.TB, name string) string {
	t.Helper()
	path, err := os.Readlink(filepath.Join(l.Dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Closure is the object and all that it refers to, sorted.
func (l *NixLab) Closure(path string) []string {
	closure := []string{path}
	for i := 0; i < len(closure); i++ {
		for _, reference := range l.Objects[closure[i]].References {
			if !slices.Contains(closure, reference) {
				closure = append(closure, reference)
			}
		}
	}
	slices.Sort(closure)
	return closure
}

// NAR is the file with an object's NAR.
func (l *NixLab) NAR(path string) string {
	return filepath.Join(l.Dir, "nar", filepath.Base(path)+".nar")
}

// OnDisk is where the host sees the object: the store is a folder of the cache.
func (l *NixLab) OnDisk(path string) string { return filepath.Join(cacheFolder(), path) }
