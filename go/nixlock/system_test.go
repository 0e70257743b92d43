package nixlock_test

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

// withSystems is a cache that says what its objects are built on.
func withSystems() lab {
	c := newLab()
	for _, p := range []store.Path{c.app, c.lib} {
		c.Edit(p, "Sig: ", "System: x86_64-linux\nSig: ")
	}
	return c
}

// What is in the lock does not have its system there, and keeps it nevertheless.
func TestSystemOfLockedObject(t *testing.T) {
	for _, test := range []struct {
		name     string
		again    func(c lab) nixlock.Package
		want     map[string][]string // systems by name
		requests func(c lab) (string, int)
	}{
		{
			name:     "the same again",
			again:    func(c lab) nixlock.Package { return nixlock.Package{Path: c.app} },
			want:     map[string][]string{"app": {"x86_64-linux"}},
			requests: func(c lab) (string, int) { return locktest.NARInfo(c.app), 1 },
		},
		{
			name:  "what was a dependency",
			again: func(c lab) nixlock.Package { return nixlock.Package{Path: c.lib} },
			want:  map[string][]string{"app": {"x86_64-linux"}, "lib": {"x86_64-linux"}},
		},
		{
			name:  "a dependency of which no system is known",
			again: func(c lab) nixlock.Package { return nixlock.Package{Path: c.libc} },
			want:  map[string][]string{"app": {"x86_64-linux"}, "libc": {"any"}},
		},
		{
			name:  "by another name",
			again: func(c lab) nixlock.Package { return nixlock.Package{Name: "tool", Path: c.app} },
			want:  map[string][]string{"app": {"x86_64-linux"}, "tool": {"x86_64-linux"}},
		},
		{
			name:  "with a system",
			again: func(c lab) nixlock.Package { return nixlock.Package{System: "aarch64-linux", Path: c.lib} },
			want:  map[string][]string{"app": {"x86_64-linux"}, "lib": {"aarch64-linux"}},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := withSystems()
			server := c.Serve(t)
			l := c.lock(server.URL)
			r := newResolver(t)
			if err := r.Add(context.Background(), l, packages(c.app)); err != nil {
				t.Fatal(err)
			}
			before := maps.Clone(l.Objects)
			if err := r.Add(context.Background(), l, []nixlock.Package{test.again(c)}); err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for name, systems := range l.Packages {
				got[name] = slices.Sorted(maps.Keys(systems))
			}
			if !maps.EqualFunc(got, test.want, slices.Equal) {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if !bytes.Equal(marshal(t, l), marshal(t, &nixlock.Lock{Caches: l.Caches, Objects: before, Packages: l.Packages,
				StoreDir: l.StoreDir, TrustedPublicKeys: l.TrustedPublicKeys, Version: l.Version})) {
				t.Errorf("the objects changed: %s", marshal(t, l))
			}
			if test.requests != nil {
				if file, n := test.requests(c); server.Requests(file) != n {
					t.Errorf("%d requests for %s, want %d", server.Requests(file), file, n)
				}
			}
		})
	}
}

// A package keeps all systems that have its path, also under its longer name.
func TestSystemsThatAreKept(t *testing.T) {
	c := withSystems()
	old, next := c.Add("tool-1"), c.Add("tool-2")
	l := c.lock(c.Serve(t).URL)
	r := newResolver(t)
	for _, list := range [][]nixlock.Package{
		{{System: "x86_64-linux", Path: old}, {System: "x86_64-linux", Path: next}},
		{{System: "aarch64-linux", Name: "tool-2", Path: next}},
	} {
		if err := r.Add(context.Background(), l, list); err != nil {
			t.Fatal(err)
		}
	}
	before := marshal(t, l)
	if err := r.Add(context.Background(), l, packages(next)); err != nil || !bytes.Equal(marshal(t, l), before) {
		t.Errorf("got %v, %s", err, marshal(t, l))
	}
}

func TestSystemOfLockedObjectCannotBeFound(t *testing.T) {
	for _, test := range []struct {
		name string
		edit func(c lab)
		want string
	}{
		{"object is gone", func(c lab) { delete(c.Files, locktest.NARInfo(c.lib)) }, "it does not have this object any more, so that its system is not known: give it with --system"},
		{"another object", func(c lab) { c.Edit(c.lib, c.Line(c.lib, "NarHash"), c.Line(c.libc, "NarHash")) }, "its nar_hash is not the one in the lock"},
		{"no narinfo", func(c lab) { c.Files[locktest.NARInfo(c.lib)] = []byte("<html>\n") }, "HTML"},
		{"a system that has no name here", func(c lab) { c.Edit(c.lib, "System: x86_64-linux", "System: i686-linux") }, "system in the cache: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := withSystems()
			l := c.lock(c.Serve(t).URL)
			r := newResolver(t)
			if err := r.Add(context.Background(), l, packages(c.app)); err != nil {
				t.Fatal(err)
			}
			before := marshal(t, l)
			test.edit(c)
			wantError(t, r.Add(context.Background(), l, packages(c.lib)), string(c.lib), test.want)
			if !bytes.Equal(marshal(t, l), before) {
				t.Error("the lock changed")
			}
			if err := r.Add(context.Background(), l, []nixlock.Package{{System: "x86_64-linux", Path: c.lib}}); err != nil {
				t.Error(err)
			}
		})
	}
}
