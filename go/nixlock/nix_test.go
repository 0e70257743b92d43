package nixlock_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

// compareWithNix compares a lock with what Nix says of the closure of a path.
func compareWithNix(t *testing.T, n *locktest.Nix, l *nixlock.Lock, path string) {
	t.Helper()
	closure := strings.Fields(n.Run("nix", "path-info", "--recursive", path))
	if len(closure) != len(l.Objects) {
		t.Errorf("%d objects, Nix has %d", len(l.Objects), len(closure))
	}
	for _, p := range closure {
		o, ok := l.Objects[store.Path(p)]
		if !ok {
			t.Errorf("%s is not in the lock", p)
			continue
		}
		hash, err := narinfo.ParseHash(n.Run("nix-store", "--query", "--hash", p))
		if err != nil || hash.SRI() != o.NARHash {
			t.Errorf("%s: NAR hash %s, Nix has %s (%v)", p, o.NARHash, hash.SRI(), err)
		}
		if size := n.Run("nix-store", "--query", "--size", p); size != strconv.FormatInt(o.NARSize, 10) {
			t.Errorf("%s: NAR size %d, Nix has %s", p, o.NARSize, size)
		}
		references := []store.Path{}
		for _, r := range strings.Fields(n.Run("nix-store", "--query", "--references", p)) {
			references = append(references, store.Path(r))
		}
		slices.Sort(references)
		if !slices.Equal(references, o.References) {
			t.Errorf("%s: references %q, Nix has %q", p, o.References, references)
		}
	}
}

func TestAgainstNix(t *testing.T) {
	n := locktest.NewNix(t)
	app := n.Build("app")
	ctx := context.Background()
	for _, compression := range []string{"xz", "zstd", "gzip", "bzip2", "none"} {
		t.Run(compression, func(t *testing.T) {
			url, key := n.Cache(compression, app)
			l := nixlock.New(n.StoreDir, []string{url}, []string{key})
			r := newResolver(t)
			if err := r.Add(ctx, l, packages(store.Path(app))); err != nil {
				t.Fatal(err)
			}
			compareWithNix(t, n, l, app)
			if errs := readSchema(t).check(marshal(t, l)); len(errs) > 0 {
				t.Errorf("the schema does not accept it: %q", errs)
			}
			if err := r.Compare(ctx, l); err != nil {
				t.Error(err)
			}
			fetchAll(t, n, l)
		})
	}
}

// fetchAll compares the NARs that come out with Nix's.
func fetchAll(t *testing.T, n *locktest.Nix, l *nixlock.Lock) {
	t.Helper()
	var keys []narinfo.PublicKey
	for _, text := range l.TrustedPublicKeys {
		k, err := narinfo.ParsePublicKey(text)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	for p, o := range l.Objects {
		data, err := os.ReadFile(strings.TrimPrefix(o.Cache, "file://") + "/" + locktest.NARInfo(p))
		if err != nil {
			t.Fatal(err)
		}
		info, err := narinfo.Parse(l.StoreDir, data)
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "nar")
		if err := nixlock.Fetch(context.Background(), newResolver(t).Client, []string{o.Cache + "/" + o.URL}, out, info, keys); err != nil {
			t.Error(err)
			continue
		}
		if got, err := os.ReadFile(out); err != nil || strings.TrimSpace(string(got)) != n.Run("nix-store", "--dump", string(p)) {
			t.Errorf("%s: the NAR is not Nix's: %v", p, err)
		}
	}
}

// Content-addressed objects, of which one refers to itself, need no key.
func TestContentAddressedAgainstNix(t *testing.T) {
	n := locktest.NewNix(t)
	app := n.Build("app")
	var answer struct{ Rewrites map[string]string }
	if err := json.Unmarshal([]byte(n.Run("nix", "store", "make-content-addressed", "--json", app)), &answer); err != nil {
		t.Fatal(err)
	}
	app = answer.Rewrites[app]
	url := "file://" + n.Folder + "/cache"
	n.Run("nix", "copy", "--to", url+"?compression=zstd", app)
	l := nixlock.New(n.StoreDir, []string{url}, nil)
	if err := newResolver(t).Add(context.Background(), l, packages(store.Path(app))); err != nil {
		t.Fatal(err)
	}
	compareWithNix(t, n, l, app)
	for p, o := range l.Objects {
		if o.ContentAddress == "" || len(o.Signatures) > 0 {
			t.Errorf("%s: %+v", p, o)
		}
	}
}

func TestUnsignedAgainstNix(t *testing.T) {
	n := locktest.NewNix(t)
	app := n.Build("app")
	url := "file://" + n.Folder + "/cache"
	n.Run("nix", "copy", "--to", url, app)
	_, key := n.Cache("none", app)
	l := nixlock.New(n.StoreDir, []string{url}, []string{key})
	wantError(t, newResolver(t).Add(context.Background(), l, packages(store.Path(app))), "cache "+url, app, "not signed", `trusted are "lab-none"`)
}
