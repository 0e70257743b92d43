package image

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// folder is a set of objects, each of one file with the object's name in it.
type folder string

func (f folder) Open(path store.Path) (*object.Object, error) {
	source := filepath.Join(string(f), path.Name())
	if err := os.WriteFile(source, []byte(path.Name()), 0o644); err != nil {
		return nil, err
	}
	return object.ReadManifest(path, strings.NewReader("file\x000444\x00name\x00"+source+"\n"), "")
}

// missing has no objects.
type missing struct{}

var errMissing = errors.New("no such object")

func (missing) Open(store.Path) (*object.Object, error) { return nil, errMissing }

func TestDescribeShared(t *testing.T) {
	plan := planOf([]store.Path{lib}, []store.Path{other, app}, []store.Path{"/nix/store/dddddddddddddddddddddddddddddddd-d"})
	shared, err := DescribeShared(plan, folder(t.TempDir()), layer.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if len(shared.Layers) != 1 || shared.Version != 1 || !slices.Equal(shared.Layers[0].StorePaths, []store.Path{other, app}) {
		t.Errorf("got %+v", shared)
	}
	var tar bytes.Buffer
	written, err := WriteStoreLayer(&tar, []store.Path{other, app}, folder(t.TempDir()), layer.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := shared.Layers[0].DiffID, fmt.Sprintf("sha256:%x", sha256.Sum256(tar.Bytes())); got != want || written.DiffID != want {
		t.Errorf("got %s and %s, the tar is %s", got, written.DiffID, want)
	}
	for _, test := range []struct {
		name  string
		paths []store.Path
		ok    bool
	}{
		{"the layer", []store.Path{other, app}, true},
		{"another order", []store.Path{app, other}, false},
		{"a part of it", []store.Path{other}, false},
		{"more than it", []store.Path{other, app, lib}, false},
	} {
		m, ok := shared.find(test.paths)
		if ok != test.ok || ok && m.DiffID != written.DiffID {
			t.Errorf("%s: got %v, %v", test.name, m, ok)
		}
	}
}

func TestDescribeSharedOfNothing(t *testing.T) {
	shared, err := DescribeShared(planOf([]store.Path{lib}, []store.Path{app}), missing{}, layer.DefaultOptions())
	if err != nil || shared.Layers == nil || len(shared.Layers) != 0 {
		t.Errorf("got %+v, %v, want an empty list: no object is opened", shared, err)
	}
}

func TestDescribeSharedErrors(t *testing.T) {
	two := planOf([]store.Path{lib, app})
	if _, err := DescribeShared(two, missing{}, layer.DefaultOptions()); !errors.Is(err, errMissing) {
		t.Errorf("missing object: got %v", err)
	}
	wrong := layer.DefaultOptions()
	wrong.StoreDir = "/opt/store"
	_, err := DescribeShared(two, folder(t.TempDir()), wrong)
	if want := "layer of " + string(lib) + ": "; err == nil || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "/opt/store") {
		t.Errorf("another store directory: got %v, want %s", err, want)
	}
	full := errors.New("disk full")
	if _, err := WriteStoreLayer(failing{full}, []store.Path{lib}, folder(t.TempDir()), layer.DefaultOptions()); !errors.Is(err, full) {
		t.Errorf("no room: got %v", err)
	}
	if _, err := WriteStoreLayer(io.Discard, []store.Path{lib, lib}, folder(t.TempDir()), layer.DefaultOptions()); err == nil || !strings.Contains(err.Error(), "is given twice") {
		t.Errorf("the same object twice: got %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
