package storeview_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/storeview"
)

const (
	app = "/nix/store/a00000000000000000000000000000aa-app"
	lib = "/nix/store/b00000000000000000000000000000bb-lib"
	bad = "/nix/store/d00000000000000000000000000000dd-bad"
	top = "/nix/store/f00000000000000000000000000000ff-top"
)

func entry(at string, kind nar.Type, target string) object.Entry {
	return object.Entry{Path: at, Type: kind, Target: target}
}

var listings = map[store.Path][]object.Entry{
	app: {
		entry("", nar.Directory, ""),
		entry("bin", nar.Directory, ""),
		entry("bin/loop", nar.Symlink, "loop"),
		entry("bin/run", nar.Regular, ""),
		entry("bin/sh", nar.Symlink, "../../b00000000000000000000000000000bb-lib/lib64/dash"),
		entry("gone", nar.Symlink, "/nix/store/c00000000000000000000000000000cc-gone"),
		entry("outside", nar.Symlink, "/etc/passwd"),
		entry("sbin", nar.Symlink, "bin"),
		entry("up", nar.Symlink, "../../.."),
	},
	lib: {
		entry("", nar.Directory, ""),
		entry("lib", nar.Directory, ""),
		entry("lib/dash", nar.Regular, ""),
		entry("lib64", nar.Symlink, lib+"/lib"),
	},
	top: {entry("", nar.Symlink, app)},
}

func list(p store.Path) ([]object.Entry, error) {
	if p == bad {
		return nil, errors.New("unreadable")
	}
	return listings[p], nil
}

func TestResolve(t *testing.T) {
	for _, test := range []struct{ at, want, err string }{
		{app, app, ""},
		{app + "/bin/run", app + "/bin/run", ""},
		{app + "/bin/./../bin//run/", app + "/bin/run", ""},
		{app + "/sbin/run", app + "/bin/run", ""},
		{app + "/bin/sh", lib + "/lib/dash", ""},
		{top + "/bin/sh", lib + "/lib/dash", ""},
		{app + "/up/nix/store/b00000000000000000000000000000bb-lib/lib", lib + "/lib", ""},
		{app + "/bin/run/x", "", "nothing that is known"},
		{app + "/bin/loop", "", "nothing that is known"},
		{app + "/bin/absent", "", "nothing that is known"},
		{app + "/gone/bin", "", "nothing that is known"},
		{app + "/outside", "", "nothing that is known"},
		{"/nix/store", "", "nothing that is known"},
		{"/nix/store/x", "", "nothing that is known"},
		{bad, "", "unreadable"},
	} {
		p, err := storeview.New("/nix/store", list).Resolve(test.at)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error %v, want %q", test.at, err, test.err)
			}
			continue
		}
		if err != nil || p.Path != test.want || string(p.Object)+strings.TrimSuffix("/"+p.Within(), "/") != test.want {
			t.Errorf("%s: got %q (%s, %+v), error %v, want %q", test.at, p.Path, p.Object, p.Node, err, test.want)
		}
	}
}

func TestStand(t *testing.T) {
	v := storeview.New("/nix/store", list)
	for _, test := range []struct{ at, want, target string }{
		{app + "/bin/run", app + "/bin/run", ""},
		{app + "/sbin", app + "/sbin", "bin"},
		{app + "/sbin/loop", app + "/bin/loop", "loop"},
		{top + "/outside", app + "/outside", "/etc/passwd"},
		{app + "/bin/absent", "", ""},
		{app + "/absent/run", "", ""},
	} {
		p, err := v.Stand(test.at)
		if test.want == "" {
			if !errors.Is(err, storeview.ErrUnknown) {
				t.Errorf("%s: error %v", test.at, err)
			}
			continue
		}
		if err != nil || p.Path != test.want || p.Node.Target != test.target {
			t.Errorf("%s: got %q, %+v, error %v", test.at, p.Path, p.Node, err)
		}
	}
}

func TestNames(t *testing.T) {
	p, err := storeview.New("/nix/store", list).Resolve(app + "/sbin")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(p.Node.Names(), " "), "loop run sh"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBadListing(t *testing.T) {
	v := storeview.New("/nix/store", func(store.Path) ([]object.Entry, error) {
		return []object.Entry{entry("", nar.Regular, ""), entry("x", nar.Regular, "")}, nil
	})
	if _, err := v.Resolve(app); err == nil || !strings.Contains(err.Error(), app+`: listing: "x" is not in a directory`) {
		t.Errorf("error %v", err)
	}
}
