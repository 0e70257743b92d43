package nixlock_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

var update = flag.Bool("update", false, "write the golden files")

func newResolver(t testing.TB) *nixlock.Resolver {
	t.Helper()
	client := nixcache.New(
		nixcache.WithTimeouts(nixcache.Timeouts{Connect: time.Second, Headers: time.Second, Idle: time.Second}),
		nixcache.WithBackoff(nixcache.Backoff{Base: time.Millisecond, Max: 4 * time.Millisecond}),
		nixcache.WithNetrc(filepath.Join(t.TempDir(), "netrc")),
	)
	t.Cleanup(client.Close)
	return &nixlock.Resolver{Client: client}
}

func wantError(t *testing.T, err error, phrases ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", phrases)
	}
	for _, phrase := range phrases {
		if !strings.Contains(err.Error(), phrase) {
			t.Errorf("got the error %q, want one with %q", err, phrase)
		}
	}
}

func packages(paths ...store.Path) []nixlock.Package {
	var out []nixlock.Package
	for _, p := range paths {
		out = append(out, nixlock.Package{Path: p})
	}
	return out
}

// lab is a cache with a closure: app refers to lib and itself, lib to libc.
type lab struct {
	*locktest.Cache
	app, lib, libc store.Path
}

func newLab() lab {
	c := locktest.New("lab-1")
	libc := c.Add("libc-2.36", locktest.Path("libc-2.36"))
	lib := c.Add("lib-1.0", libc)
	return lab{c, c.Add("app-1.0", lib, libc, locktest.Path("app-1.0")), lib, libc}
}

func (l lab) lock(url string) *nixlock.Lock {
	return nixlock.New(store.DefaultDir, []string{url}, []string{l.Key.String()})
}

func marshal(t testing.TB, l *nixlock.Lock) []byte {
	t.Helper()
	data, err := l.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// golden is a lock with a package for two systems, a content-addressed object
// and an object without a version.
func golden(t *testing.T) *nixlock.Lock {
	t.Helper()
	c := newLab()
	settings := c.AddText("settings", "greeting = hello\n", c.libc)
	arm := c.Add("app-2.0")
	l := c.lock(c.Serve(t).URL)
	err := newResolver(t).Add(context.Background(), l, []nixlock.Package{
		{System: "x86_64-linux", Path: c.app}, {System: "aarch64-linux", Path: arm}, {Path: settings}, {Name: "other", Path: c.lib},
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestGolden(t *testing.T) {
	l := golden(t)
	got := marshal(t, l)
	got = bytes.ReplaceAll(got, []byte(l.Caches[0]), []byte("https://cache.example.org"))
	const file = "testdata/golden.lock.json"
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got %s", got)
	}
	again, err := nixlock.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(marshal(t, again), want) {
		t.Error("what was read is written in another way")
	}
	if err := again.Verify(); err != nil {
		t.Error(err)
	}
}

func TestSkipsWhatIsThere(t *testing.T) {
	c := newLab()
	server := c.Serve(t)
	l := c.lock(server.URL)
	r := newResolver(t)
	ctx := context.Background()
	if err := r.Add(ctx, l, packages(c.lib)); err != nil {
		t.Fatal(err)
	}
	if err := r.Add(ctx, l, packages(c.app)); err != nil {
		t.Fatal(err)
	}
	for _, p := range []store.Path{c.app, c.lib, c.libc} {
		if n := server.Requests(locktest.NARInfo(p)); n != 1 {
			t.Errorf("%s: %d requests", p, n)
		}
	}
	if err := r.Update(ctx, l); err != nil {
		t.Fatal(err)
	}
	if n := server.Requests(locktest.NARInfo(c.libc)); n != 2 {
		t.Errorf("update made %d requests in all", n)
	}
	if n := server.Requests(c.URL(c.libc)); n != 0 {
		t.Errorf("%d downloads", n)
	}
}

func TestReplacesAndPrunes(t *testing.T) {
	c := newLab()
	next := c.Add("app-2.0", c.libc)
	l := c.lock(c.Serve(t).URL)
	r := newResolver(t)
	ctx := context.Background()
	for _, p := range []store.Path{c.app, next} {
		if err := r.Add(ctx, l, []nixlock.Package{{Name: "app", System: "x86_64-linux", Path: p}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.Packages["app"]["x86_64-linux"]; got != next || len(l.Packages) != 1 {
		t.Errorf("got %v", l.Packages)
	}
	if got := slices.Sorted(maps.Keys(l.Objects)); !slices.Equal(got, slices.Sorted(slices.Values([]store.Path{next, c.libc}))) {
		t.Errorf("got %q", got)
	}
}

func TestFirstCacheWins(t *testing.T) {
	first, second := locktest.New("first-1"), locktest.New("second-1")
	libc := first.Add("libc-2.36")
	second.Add("libc-2.36")
	app := second.Add("app-1.0", libc)
	one, two := first.Serve(t).URL, second.Serve(t).URL
	l := nixlock.New(store.DefaultDir, []string{one, two, one}, []string{second.Key.String(), first.Key.String()})
	if err := newResolver(t).Add(context.Background(), l, packages(app)); err != nil {
		t.Fatal(err)
	}
	if l.Objects[libc].Cache != one || l.Objects[app].Cache != two || len(l.Caches) != 2 {
		t.Errorf("got %+v", l)
	}
}

// No Nix store has objects that refer to one another in a circle, but nothing
// keeps a cache from signing such objects.
func TestCycle(t *testing.T) {
	c := locktest.New("lab-1")
	ring := func(n int) store.Path {
		for i := range n {
			name := fmt.Sprintf("ring%d-%d", n, i)
			c.Add(name, locktest.Path(fmt.Sprintf("ring%d-%d", n, (i+1)%n)), locktest.Path(name), locktest.Path("leaf"))
		}
		return locktest.Path(fmt.Sprintf("ring%d-0", n))
	}
	leaf := c.Add("leaf", locktest.Path("leaf"))
	for _, test := range []struct {
		name  string
		root  store.Path
		names []string // of the circle; nil: there is none
		more  string
	}{
		{name: "object that refers to itself", root: leaf},
		{name: "two objects", root: ring(2), names: []string{"ring2-0", "ring2-1"}},
		{name: "further away", root: c.Add("app-1.0", leaf, ring(3)), names: []string{"ring3-0", "ring3-1", "ring3-2"}},
		{name: "five objects", root: ring(5), names: []string{"ring5-0", "ring5-1", "ring5-2", "ring5-3", "ring5-4"}},
		{name: "many objects", root: ring(8), more: " and 3 more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := nixlock.New(store.DefaultDir, []string{c.Serve(t).URL}, []string{c.Key.String()})
			err := newResolver(t).Add(context.Background(), l, packages(test.root))
			if test.names == nil && test.more == "" {
				if err != nil || len(l.Objects) != 1 {
					t.Errorf("got %v, %+v", err, l)
				}
				return
			}
			wantError(t, err, "objects: these refer to one another in a circle: ", test.more+": ")
			for _, name := range test.names {
				wantError(t, err, string(locktest.Path(name)))
			}
			if n := strings.Count(err.Error(), store.DefaultDir); n > 5 || strings.Contains(err.Error(), "-app-1.0") || strings.Contains(err.Error(), "-leaf") {
				t.Errorf("got %v", err)
			}
			if len(l.Objects) != 0 {
				t.Errorf("the lock changed: %+v", l)
			}
		})
	}
}

func TestRefuses(t *testing.T) {
	evil := locktest.New("evil-1")
	for _, test := range []struct {
		name string
		edit func(c lab)
		want func(c lab) []string
	}{
		{"not signed", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "Sig"), "") },
			func(c lab) []string { return []string{string(c.lib), "not signed", `trusted are "lab-1"`} }},
		{"signed by another key", func(c lab) {
			evil.Add("lib-1.0", c.libc)
			c.Files[locktest.NARInfo(c.lib)] = evil.Files[locktest.NARInfo(c.lib)]
		},
			func(c lab) []string { return []string{string(c.lib), `signed by "evil-1"`, `trusted are "lab-1"`} }},
		{"signed by another key of that name", func(c lab) {
			evil.Add("lib-1.0", c.libc)
			c.Edit(c.lib, c.Line(c.lib, "Sig"), strings.Replace(evil.Line(c.lib, "Sig"), "evil-1", "lab-1", 1))
		}, func(c lab) []string { return []string{string(c.lib), `the signature by "lab-1" does not match`} }},
		{"references changed", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "References"), "References: \n") },
			func(c lab) []string { return []string{string(c.lib), `the signature by "lab-1" does not match`} }},
		{"NAR size changed", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "NarSize"), "NarSize: 1\n") },
			func(c lab) []string { return []string{string(c.lib), `the signature by "lab-1" does not match`} }},
		{"content address of something else", func(c lab) { c.Edit(c.lib, "Sig: ", "CA: text:sha256:"+strings.Repeat("0", 52)+"\nSig: ") },
			func(c lab) []string { return []string{string(c.lib), "makes another store path"} }},
		{"missing object", func(c lab) { delete(c.Files, locktest.NARInfo(c.libc)) },
			func(c lab) []string {
				return []string{string(c.libc) + " is in none of the caches", "; it is needed by " + string(c.app)}
			}},
		{"missing object further away", func(c lab) { c.Add("app-1.0", c.lib); delete(c.Files, locktest.NARInfo(c.libc)) },
			func(c lab) []string {
				return []string{"; it is needed by " + string(c.lib) + ", that one by " + string(c.app)}
			}},
		{"missing package", func(c lab) { delete(c.Files, locktest.NARInfo(c.app)) },
			func(c lab) []string { return []string{string(c.app) + " is in none of the caches (http://"} }},
		{"several problems", func(c lab) {
			delete(c.Files, locktest.NARInfo(c.libc))
			c.Edit(c.lib, c.Line(c.lib, "Sig"), "")
		}, func(c lab) []string { return []string{string(c.libc) + " is in none", string(c.lib) + ": not signed"} }},
		{"another object", func(c lab) { c.Files[locktest.NARInfo(c.lib)] = c.Files[locktest.NARInfo(c.libc)] },
			func(c lab) []string { return []string{"describes " + string(c.libc) + ", want " + string(c.lib)} }},
		{"no narinfo", func(c lab) { c.Files[locktest.NARInfo(c.lib)] = []byte("<html>\n") },
			func(c lab) []string { return []string{string(c.lib), "HTML"} }},
		{"compression", func(c lab) { c.Edit(c.lib, "Compression: zstd", "Compression: br") },
			func(c lab) []string { return []string{string(c.lib), `"br" is not supported`} }},
		{"no hash of the file, and no file", func(c lab) {
			url := c.URL(c.lib)
			c.Edit(c.lib, c.Line(c.lib, "FileHash"), "")
			delete(c.Files, url)
		}, func(c lab) []string {
			return []string{string(c.lib), "it does not have the file nar/", "that its narinfo names"}
		}},
		{"no hash of the file, and another file", func(c lab) {
			c.Edit(c.lib, c.Line(c.lib, "FileHash"), "")
			c.Files[c.URL(c.lib)] = c.Files[c.URL(c.libc)]
			c.Edit(c.lib, c.Line(c.lib, "FileSize"), "")
		}, func(c lab) []string { return []string{string(c.lib), "NAR"} }},
		{"no hash of the file, and a file that goes on", func(c lab) {
			c.Edit(c.lib, c.Line(c.lib, "FileHash"), "")
			c.Files[c.URL(c.lib)] = append(c.Files[c.URL(c.lib)], make([]byte, 3<<20)...)
		}, func(c lab) []string { return []string{string(c.lib), "file nar/"} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newLab()
			test.edit(c)
			url := c.Serve(t).URL
			l := c.lock(url)
			before := marshal(t, l)
			err := newResolver(t).Add(context.Background(), l, packages(c.app))
			wantError(t, err, append(test.want(c), url)...)
			if !bytes.Equal(before, marshal(t, l)) {
				t.Error("the lock changed")
			}
		})
	}
}

func TestServerErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		want   string
	}{
		{"forbidden", 403, "403 Forbidden: no login was sent"},
		{"server error", 500, "500 Internal Server Error (tried 5 times)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newLab()
			server := c.Serve(t)
			server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
				fault := r.URL.Path == "/"+locktest.NARInfo(c.libc)
				if fault {
					w.WriteHeader(test.status)
				}
				return fault
			})
			err := newResolver(t).Add(context.Background(), c.lock(server.URL), packages(c.app))
			wantError(t, err, string(c.libc), server.URL, test.want)
		})
	}
}

func TestContentAddressed(t *testing.T) {
	c := locktest.New("lab-1")
	first := c.AddText("first", "1")
	second := c.AddText("second", "2", first)
	server := c.Serve(t)
	l := nixlock.New(store.DefaultDir, []string{server.URL}, nil)
	if err := newResolver(t).Add(context.Background(), l, packages(second)); err != nil {
		t.Fatal(err)
	}
	if l.Objects[second].ContentAddress == "" || len(l.Objects[second].Signatures) != 0 || len(l.Objects) != 2 {
		t.Errorf("got %+v", l.Objects)
	}
	if n := server.Requests(c.URL(first)); n != 1 {
		t.Errorf("%d downloads: what is not signed must be checked", n)
	}
	// The narinfo is right about its path, but the file is another one.
	lie := locktest.NAR("3")
	c.Files[c.URL(first)] = locktest.Compress(lie)
	c.Edit(first, c.Line(first, "FileSize"), "")
	c.Edit(first, c.Line(first, "FileHash"), "")
	err := newResolver(t).Update(context.Background(), l)
	wantError(t, err, server.URL, string(first))
}

func TestFileHashIsFoundOut(t *testing.T) {
	c := newLab()
	server := c.Serve(t)
	want := c.lock(server.URL)
	if err := newResolver(t).Add(context.Background(), want, packages(c.app)); err != nil {
		t.Fatal(err)
	}
	for _, p := range []store.Path{c.app, c.libc} {
		c.Edit(p, c.Line(p, "FileHash"), "")
	}
	c.Edit(c.libc, c.Line(c.libc, "FileSize"), "")
	got := c.lock(server.URL)
	if err := newResolver(t).Add(context.Background(), got, packages(c.app)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(marshal(t, got), marshal(t, want)) {
		t.Errorf("got %s", marshal(t, got))
	}
	if n := server.Requests(c.URL(c.libc)); n != 1 {
		t.Errorf("%d downloads", n)
	}
}

// A file that is not compressed is the NAR: there is nothing to find out.
func TestUncompressed(t *testing.T) {
	c := locktest.New("lab-1")
	p := c.Add("app-1.0")
	c.Edit(p, c.Line(p, "FileHash"), "")
	c.Edit(p, c.Line(p, "FileSize"), "")
	c.Edit(p, "Compression: zstd", "Compression: none")
	server := c.Serve(t)
	l := nixlock.New(store.DefaultDir, []string{server.URL}, []string{c.Key.String()})
	if err := newResolver(t).Add(context.Background(), l, packages(p)); err != nil {
		t.Fatal(err)
	}
	if o := l.Objects[p]; o.FileHash != o.NARHash || o.FileSize != o.NARSize || server.Requests(c.URL(p)) != 0 {
		t.Errorf("got %+v", o)
	}
}

func TestNames(t *testing.T) {
	c := locktest.New("lab-1")
	add := func(name string) store.Path { return c.Add(name) }
	for _, test := range []struct {
		name     string
		packages []nixlock.Package
		want     string
		wantErr  string
	}{
		{name: "version", packages: packages(add("hello-2.12")), want: "hello"},
		{name: "dash in the version", packages: packages(add("bash-5.2-p15")), want: "bash"},
		{name: "dash in the name", packages: packages(add("nix-lock-1")), want: "nix-lock"},
		{name: "underscore", packages: packages(add("x-_y")), want: "x"},
		{name: "no version", packages: packages(add("settings.json")), want: "settings.json"},
		{name: "ends in a dash", packages: packages(add("x-")), want: "x-"},
		{name: "begins with a version", packages: packages(add("-1")), want: "-1"},
		{name: "all packages", packages: packages(add("closure-1")), want: "closure-1"},
		{name: "two versions", packages: packages(add("hello-2.12"), add("hello-2.13")), want: "hello hello-2.13"},
		{name: "the same again", packages: packages(add("hello-2.12"), add("hello-2.12")), want: "hello"},
		{name: "a chosen name comes first", packages: []nixlock.Package{{Path: add("hello-2.12")}, {Name: "hello", Path: add("x-1")}}, want: "hello hello-2.12"},
		{name: "two systems", packages: []nixlock.Package{{System: "x86_64-linux", Path: add("hello-2.12")}, {System: "aarch64-linux", Path: add("hello-2.13")}}, want: "hello"},
		{name: "no name is left", packages: []nixlock.Package{{Path: add("closure")}}, wantErr: "choose a name: NAME="},
		{name: "closure", packages: []nixlock.Package{{Name: "closure", Path: add("x")}}, wantErr: "choose a name"},
		{name: "another store", packages: packages("/gnu/store/" + store.Path(locktest.Path("x").Base())), wantErr: "not in the store directory /nix/store"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := nixlock.New(store.DefaultDir, []string{c.Serve(t).URL}, []string{c.Key.String()})
			err := newResolver(t).Add(context.Background(), l, test.packages)
			if test.wantErr != "" {
				wantError(t, err, test.wantErr)
				return
			}
			if got := strings.Join(slices.Sorted(maps.Keys(l.Packages)), " "); err != nil || got != test.want {
				t.Errorf("got %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestSystem(t *testing.T) {
	for _, test := range []struct {
		name, given, named, want, wantErr string
	}{
		{name: "named by the cache", named: "aarch64-darwin", want: "aarch64-darwin"},
		{name: "named by nobody", want: "any"},
		{name: "built by Nix itself", named: "builtin", want: "any"},
		{name: "given", given: "x86_64-linux", named: "aarch64-darwin", want: "x86_64-linux"},
		{name: "given as any", given: "any", named: "aarch64-darwin", want: "any"},
		{name: "given against another one", given: "x86_64-linux", named: "i686-linux", want: "x86_64-linux"},
		{name: "another one is named", named: "i686-linux",
			wantErr: `"i686-linux" is not a system that packages are locked for: want one of aarch64-darwin, aarch64-linux, any, x86_64-darwin, x86_64-linux: give it with --system`},
		{name: "another one is given", given: "i686-linux", wantErr: `"i686-linux" is not a system that packages are locked for`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := locktest.New("lab-1")
			p := c.Add("hello-2.12")
			if test.named != "" {
				c.Edit(p, "Sig: ", "System: "+test.named+"\nSig: ")
			}
			l := nixlock.New(store.DefaultDir, []string{c.Serve(t).URL}, []string{c.Key.String()})
			err := newResolver(t).Add(context.Background(), l, []nixlock.Package{{System: test.given, Path: p}})
			if test.wantErr != "" {
				wantError(t, err, "hello", test.wantErr)
				return
			}
			if err != nil || l.Packages["hello"][test.want] != p || len(l.Packages["hello"]) != 1 {
				t.Errorf("got %v, %v", l.Packages, err)
			}
		})
	}
}

// "any" stands alone: what the package is on a system would be unclear.
func TestAnyAndSystems(t *testing.T) {
	c := locktest.New("lab-1")
	hello, next := c.Add("hello-2.12"), c.Add("hello-2.13")
	for _, test := range []struct {
		name         string
		first, then  nixlock.Package
		wantSystems  string
		wantPackages string
	}{
		{name: "a system after any", first: nixlock.Package{Path: hello}, then: nixlock.Package{System: "aarch64-linux", Path: hello}, wantSystems: "aarch64-linux, any"},
		{name: "any after a system", first: nixlock.Package{System: "aarch64-linux", Path: hello}, then: nixlock.Package{System: "any", Path: hello}, wantSystems: "aarch64-linux, any"},
		{name: "another version for any", first: nixlock.Package{System: "aarch64-linux", Path: hello}, then: nixlock.Package{Path: next}, wantSystems: "aarch64-linux, any"},
		{name: "the system again", first: nixlock.Package{System: "aarch64-linux", Path: hello}, then: nixlock.Package{Path: hello}, wantPackages: "hello"},
		{name: "another version", first: nixlock.Package{Path: hello}, then: nixlock.Package{System: "aarch64-linux", Path: next}, wantSystems: "aarch64-linux, any"},
		{name: "any again", first: nixlock.Package{Path: hello}, then: nixlock.Package{Path: hello}, wantPackages: "hello"},
		{name: "another name", first: nixlock.Package{Path: hello}, then: nixlock.Package{Name: "tool", System: "aarch64-linux", Path: hello}, wantPackages: "hello tool"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := nixlock.New(store.DefaultDir, []string{c.Serve(t).URL}, []string{c.Key.String()})
			r := newResolver(t)
			if err := r.Add(context.Background(), l, []nixlock.Package{test.first}); err != nil {
				t.Fatal(err)
			}
			before := marshal(t, l)
			err := r.Add(context.Background(), l, []nixlock.Package{test.then})
			if test.wantSystems != "" {
				wantError(t, err, `packages: hello: "any" stands alone, and the systems are `+test.wantSystems+`: lock it again with --system for each of its systems`)
				if !bytes.Equal(before, marshal(t, l)) {
					t.Error("the lock changed")
				}
			} else if got := strings.Join(slices.Sorted(maps.Keys(l.Packages)), " "); err != nil || got != test.wantPackages {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestSchemaFieldIsKept(t *testing.T) {
	c := newLab()
	l := c.lock(c.Serve(t).URL)
	l.Schema = "docs/nix-lock.schema.json"
	r := newResolver(t)
	for name, change := range map[string]func() error{
		"add":    func() error { return r.Add(context.Background(), l, packages(c.app)) },
		"update": func() error { return r.Update(context.Background(), l) },
	} {
		if err := change(); err != nil || !strings.HasPrefix(string(marshal(t, l)), "{\n  \"$schema\": \"docs/nix-lock.schema.json\",\n") {
			t.Errorf("%s: got %v, %s", name, err, marshal(t, l))
		}
	}
}

// large is a cache with a thousand objects, each of which refers to some of
// those before it.
func large() (*locktest.Cache, store.Path) {
	c := locktest.New("lab-1")
	var paths []store.Path
	for i := range 1000 {
		var references []store.Path
		for _, back := range []int{1, 7, 100} {
			if i >= back {
				references = append(references, paths[i-back])
			}
		}
		paths = append(paths, c.Add(fmt.Sprintf("object-%d", i), references...))
	}
	return c, c.Add("all-1.0", paths...)
}

func TestThousandObjects(t *testing.T) {
	c, root := large()
	server := c.Serve(t)
	var first []byte
	for i := range 2 {
		l := nixlock.New(store.DefaultDir, []string{server.URL}, []string{c.Key.String()})
		r := newResolver(t)
		var last nixlock.Progress
		r.Progress = func(p nixlock.Progress) {
			if p.Done <= last.Done || p.Done > p.Known || p.Known < last.Known {
				t.Errorf("progress %+v after %+v", p, last)
			}
			last = p
		}
		start := time.Now()
		if err := r.Add(context.Background(), l, packages(root)); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d objects in %s", len(l.Objects), time.Since(start).Round(time.Millisecond))
		if len(l.Objects) != 1001 || last.Done != 1001 || last.Known != 1001 {
			t.Fatalf("%d objects, %+v", len(l.Objects), last)
		}
		if got := marshal(t, l); i == 0 {
			first = got
		} else if !bytes.Equal(got, first) {
			t.Error("the lock is another one")
		}
	}
	delete(c.Files, locktest.NARInfo(locktest.Path("object-500")))
	delete(c.Files, locktest.NARInfo(locktest.Path("object-20")))
	var message string
	for i := range 2 {
		l := nixlock.New(store.DefaultDir, []string{server.URL}, []string{c.Key.String()})
		err := newResolver(t).Add(context.Background(), l, packages(root))
		wantError(t, err, "object-500 is in none", "object-20 is in none")
		if i > 0 && err.Error() != message {
			t.Errorf("got %v, then %s", err, message)
		}
		message = err.Error()
	}
}

// The cache answers nobody until sixteen ask at a time.
func TestParallel(t *testing.T) {
	c := locktest.New("lab-1")
	var paths []store.Path
	for i := range 40 {
		paths = append(paths, c.Add(fmt.Sprintf("object-%d", i)))
	}
	server := c.Serve(t)
	var now, most atomic.Int32
	var once sync.Once
	all := make(chan bool)
	server.SetFault(func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.HasSuffix(r.URL.Path, ".narinfo") {
			return false
		}
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if n == 16 {
			once.Do(func() { close(all) })
		}
		select {
		case <-all:
		case <-r.Context().Done():
		}
		return false
	})
	l := nixlock.New(store.DefaultDir, []string{server.URL}, []string{c.Key.String()})
	if err := newResolver(t).Add(context.Background(), l, packages(paths...)); err != nil {
		t.Fatal(err)
	}
	if n := most.Load(); n != 16 {
		t.Errorf("%d requests at a time", n)
	}
}

func TestCancel(t *testing.T) {
	c, root := large()
	server := c.Serve(t)
	ctx, cancel := context.WithCancel(context.Background())
	server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
		if server.Total() > 50 {
			cancel()
			<-r.Context().Done()
			return true
		}
		return false
	})
	l := nixlock.New(store.DefaultDir, []string{server.URL}, []string{c.Key.String()})
	if err := newResolver(t).Add(ctx, l, packages(root)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if len(l.Objects) != 0 {
		t.Errorf("%d objects", len(l.Objects))
	}
}
