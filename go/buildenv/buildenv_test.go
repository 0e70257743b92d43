package buildenv_test

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/buildenv"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/storeview"
)

// storePath is the store path of a package: one letter.
func storePath(name string) store.Path {
	return store.Path("/nix/store/" + strings.Repeat(name, 32) + "-" + name)
}

// listing is what a package holds: words of PATH for a file, PATH* for a
// program, PATH/ for a directory and PATH=TARGET for a link, in which @x is the
// store path of x.
func listing(words string) []object.Entry {
	found := map[string]object.Entry{"": {Type: nar.Directory}}
	for word := range strings.FieldsSeq(words) {
		at, target, isLink := strings.Cut(word, "=")
		e := object.Entry{Type: nar.Regular}
		switch {
		case isLink:
			if strings.HasPrefix(target, "@") {
				target = string(storePath(target[1:2])) + target[2:]
			}
			e.Type, e.Target = nar.Symlink, target
		case strings.HasSuffix(at, "/"):
			at, e.Type = strings.TrimSuffix(at, "/"), nar.Directory
		case strings.HasSuffix(at, "*"):
			at, e.Executable = strings.TrimSuffix(at, "*"), true
		}
		e.Path = at
		found[at] = e
		for dir := path.Dir(at); dir != "."; dir = path.Dir(dir) {
			found[dir] = object.Entry{Path: dir, Type: nar.Directory}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b object.Entry) int { return object.Compare(a.Path, b.Path) })
}

// env are the links of an environment, as in listing but with @x for store
// paths, and the warnings.
func env(packages map[string]string, change func(*buildenv.Options)) (tree, warnings string, err error) {
	view := storeview.New("/nix/store", func(p store.Path) ([]object.Entry, error) {
		words, ok := packages[p.Name()]
		switch {
		case !ok:
			return nil, nil
		case words == "FILE":
			return []object.Entry{{Type: nar.Regular}}, nil
		}
		return listing(words), nil
	})
	var log strings.Builder
	o := buildenv.Options{View: view, PathsToLink: []string{"/"}, Warnings: &log}
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		// z is only led to.
		if name != "z" {
			o.Members = append(o.Members, buildenv.Member{Path: storePath(name), Label: "//:" + name})
		}
	}
	if change != nil {
		change(&o)
	}
	entries, err := buildenv.Build(o)
	var words []string
	for _, e := range entries {
		word := e.Path + "/"
		if e.Target != "" {
			word = e.Path + "=" + e.Target
		}
		for name := range packages {
			word = strings.ReplaceAll(word, string(storePath(name)), "@"+name)
		}
		words = append(words, word)
	}
	return strings.Join(words, " "), log.String(), err
}

func links(paths ...string) func(*buildenv.Options) {
	return func(o *buildenv.Options) { o.PathsToLink = paths }
}

// TestBuildEnv: what nixpkgs' buildEnv makes of the same packages.
func TestBuildEnv(t *testing.T) {
	for _, test := range []struct {
		name     string
		packages map[string]string
		change   func(*buildenv.Options)
		want     string
	}{
		{"no packages", nil, nil, ""},
		{"one package", map[string]string{"a": "bin/x* share/doc/x README"}, nil, "README=@a/README bin=@a/bin share=@a/share"},
		{"directories apart", map[string]string{"a": "bin/x", "b": "lib/y"}, nil, "bin=@a/bin lib=@b/lib"},
		{"a shared directory", map[string]string{"a": "bin/x", "b": "bin/y"}, nil, "bin/ bin/x=@a/bin/x bin/y=@b/bin/y"},
		{
			"a shared directory in a shared directory", map[string]string{"a": "s/man/man1/x s/a/1", "b": "s/man/man1/y s/b/1", "c": "s/man/man8/z"}, nil,
			"s/ s/a=@a/s/a s/b=@b/s/b s/man/ s/man/man1/ s/man/man1/x=@a/s/man/man1/x s/man/man1/y=@b/s/man/man1/y s/man/man8=@c/s/man/man8",
		},
		{"an empty directory is a link", map[string]string{"a": "var/empty/", "b": "bin/x"}, nil, "bin=@b/bin var=@a/var"},
		{"two empty directories", map[string]string{"a": "var/empty/", "b": "var/empty/"}, nil, "var/ var/empty/"},
		{"a link stays in its package", map[string]string{"a": "bin/sh=bash bin/bash", "b": "bin/x"}, nil, "bin/ bin/bash=@a/bin/bash bin/sh=@a/bin/sh bin/x=@b/bin/x"},
		{"a dangling link", map[string]string{"a": "bin/x=/etc/x"}, nil, "bin=@a/bin"},
		{"links to directories count as directories", map[string]string{"a": "bin/x sbin=bin", "b": "bin/y sbin=bin"}, nil, "bin/ bin/x=@a/bin/x bin/y=@b/bin/y sbin/ sbin/x=@a/sbin/x sbin/y=@b/sbin/y"},
		{"a link to a directory meets a directory", map[string]string{"a": "bin/x sbin=bin", "b": "sbin/y"}, nil, "bin=@a/bin sbin/ sbin/x=@a/sbin/x sbin/y=@b/sbin/y"},
		{"a link into another package", map[string]string{"z": "lib/z", "a": "lib=@z/lib", "b": "lib/y"}, nil, "lib/ lib/y=@b/lib/y lib/z=@a/lib/z"},
		{"both lead to one place", map[string]string{"z": "share/x", "a": "share=@z/share bin/x=@z/share/x", "b": "share=@z/share bin/x=@z/share/x"}, nil, "bin/ bin/x=@a/bin/x share=@a/share"},
		{"two links of one absolute text", map[string]string{"a": "etc/x=/run/x", "b": "etc/x=/run/x etc/y"}, nil, "etc/ etc/x=@a/etc/x etc/y=@b/etc/y"},
		{"a package that is there twice", map[string]string{"z": "bin/x", "a": "bin/y"}, func(o *buildenv.Options) {
			o.Members = append(o.Members, buildenv.Member{Path: storePath("z"), Label: "z"}, buildenv.Member{Path: storePath("z"), Label: "z"})
		}, "bin/ bin/x=@z/bin/x bin/y=@a/bin/y"},

		{"a link to the directory it is in", map[string]string{"a": "include/n=. include/x.h", "b": "include/n/y.h"}, nil, "include/ include/n/ include/n/n=@a/include/n/n include/n/x.h=@a/include/n/x.h include/n/y.h=@b/include/n/y.h include/x.h=@a/include/x.h"},

		{"a path to link is a directory", map[string]string{"a": "bin/x share/doc lib/y"}, links("/bin"), "bin/ bin/x=@a/bin/x"},
		{"directories above it are directories", map[string]string{"a": "share/man/man1/x share/doc"}, links("/share/man"), "share/man/ share/man/man1=@a/share/man/man1"},
		{"several", map[string]string{"a": "bin/x share/man/man1/x share/doc", "b": "bin/y lib/z"}, links("/bin", "/share/man"), "bin/ bin/x=@a/bin/x bin/y=@b/bin/y share/man/ share/man/man1=@a/share/man/man1"},
		{"one that no package has", map[string]string{"a": "bin/x"}, links("/bin", "/etc"), "bin/ bin/x=@a/bin/x etc/"},
		{"names are whole", map[string]string{"a": "bin/x binary/y"}, links("/bin"), "bin/ bin/x=@a/bin/x"},
		{"written otherwise", map[string]string{"a": "bin/x lib/y"}, links("bin/"), "bin/ bin/x=@a/bin/x"},
		{"collisions elsewhere do not count", map[string]string{"a": "bin/x lib/y", "b": "lib/y"}, links("/bin"), "bin/ bin/x=@a/bin/x"},

		{
			"what is left out", map[string]string{
				"a": "nix-support/x propagated-build-inputs log/x share/info/dir share/mime/cache share/mime/packages/a lib/perl/perllocal.pod",
				"b": "share/info/dir share/info/b share/mime/cache share/mime/packages/b lib/perl/perllocal.pod",
			}, nil,
			"lib/ lib/perl/ share/ share/info/ share/info/b=@b/share/info/b share/mime/ share/mime/packages/ share/mime/packages/a=@a/share/mime/packages/a share/mime/packages/b=@b/share/mime/packages/b",
		},
		{"not where a whole directory is linked", map[string]string{"a": "share/mime/cache"}, nil, "share=@a/share"},
		{"logs elsewhere stay", map[string]string{"a": "var/log/", "b": "var/log/ var/lib/"}, nil, "var/ var/lib=@b/var/lib var/log/"},

		{"directories that must be there", map[string]string{"a": "home/alice/ tmp/ bin/x"}, func(o *buildenv.Options) { o.Directories = []string{"tmp", "home/alice"} }, "bin=@a/bin home/ home/alice/ tmp/"},
		{"but those not to link", map[string]string{"a": "tmp/ bin/x"}, func(o *buildenv.Options) { o.Directories, o.PathsToLink = []string{"tmp"}, []string{"/bin"} }, "bin/ bin/x=@a/bin/x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, warnings, err := env(test.packages, test.change)
			if err != nil || got != test.want || warnings != "" {
				t.Errorf("got\n%s\nwarnings %q, error %v, want\n%s", got, warnings, err, test.want)
			}
		})
	}
}

func ignore(o *buildenv.Options) { o.IgnoreCollisions = true }

func TestCollisions(t *testing.T) {
	loop := "x=. y=."
	for _, test := range []struct {
		name     string
		packages map[string]string
		change   func(*buildenv.Options)
		err      string
		// want and warning are what there is with ignore.
		want, warning string
	}{
		{"two files", map[string]string{"a": "bin/x*", "b": "bin/x"}, nil, "/bin/x: //:a gives a program and //:b gives a file\nremove one of each pair from paths, or narrow paths_to_link, or set ignore_collisions = True to keep what the earlier one gives", "bin/ bin/x=@a/bin/x", "/bin/x: //:a gives a program and //:b gives a file: the first is kept"},
		{"a file and a directory", map[string]string{"a": "x", "b": "x/y"}, nil, "/x: //:a gives a file and //:b gives a directory", "x=@a/x", "x: //:a"},
		{"a directory and a file", map[string]string{"a": "x/y", "b": "x"}, nil, "/x: //:a gives a directory and //:b gives a file", "x=@a/x", "x: //:a"},
		{"a directory of two and a file", map[string]string{"a": "x/y", "b": "x/z", "c": "x"}, nil, "/x: //:a gives a directory and //:c gives a file", "x/ x/y=@a/x/y x/z=@b/x/z", "x: //:a"},
		{"two links that lead apart", map[string]string{"a": "x=/run/a", "b": "x=/run/b"}, nil, `/x: //:a gives a link to "/run/a" and //:b gives a link to "/run/b"`, "x=@a/x", "x: //:a"},
		{"relative links", map[string]string{"a": "x=gone", "b": "x=gone"}, nil, `/x: //:a gives a link to "gone" and //:b gives a link to "gone"`, "x=@a/x", "x: //:a"},
		{"all are named", map[string]string{"a": "x y", "b": "x y", "c": "x"}, nil, "/x: //:a gives a file and //:b gives a file\n/x: //:a gives a file and //:c gives a file\n/y: //:a", "x=@a/x y=@a/y", "x: //:a"},
		{"a path to link that is a file", map[string]string{"a": "bin"}, links("/bin"), "/bin: //:a gives a file, and it must be a directory\nremove one of each pair from paths, or narrow paths_to_link", "", ""},
		{"a directory above that is a file", map[string]string{"a": "share"}, links("/share/man"), "/share: //:a gives a file, and it must be a directory", "", ""},
		{"a package that is a file", map[string]string{"a": "FILE"}, nil, "//:a: /nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a is a single file", "", ""},
		{"links to directories above", map[string]string{"a": loop, "b": loop}, nil, "a link leads to a directory above it, /nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a, as in another of the paths: leave it out, with paths_to_link", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, _, err := env(test.packages, test.change); err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v, want %q", err, test.err)
			}
			got, warnings, err := env(test.packages, func(o *buildenv.Options) {
				ignore(o)
				if test.change != nil {
					test.change(o)
				}
			})
			if test.want == "" {
				if err == nil {
					t.Errorf("no error where collisions are ignored, got %s", got)
				}
				return
			}
			if err != nil || got != test.want || !strings.Contains(warnings, test.warning) {
				t.Errorf("got %q, %q, error %v, want %q", got, warnings, err, test.want)
			}
		})
	}
}

func TestManyCollisions(t *testing.T) {
	var words []string
	for i := range 25 {
		words = append(words, fmt.Sprint("f", i))
	}
	all := strings.Join(words, " ")
	_, _, err := env(map[string]string{"a": all, "b": all}, nil)
	if err == nil || !strings.Contains(err.Error(), "and 5 more") || strings.Count(err.Error(), "//:b") != 20 {
		t.Errorf("error %v", err)
	}
}

func TestAnUnknownObject(t *testing.T) {
	_, _, err := env(nil, func(o *buildenv.Options) { o.Members = []buildenv.Member{{Path: storePath("y"), Label: "//:z"}} })
	if !errors.Is(err, storeview.ErrUnknown) || !strings.Contains(err.Error(), "//:z") {
		t.Errorf("error %v", err)
	}
}
