package copytree

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func TestCopy(t *testing.T) {
	tests := []struct {
		name  string
		trees []tree
		// copied is how many of the trees are copied; all, if it is 0.
		copied int
		// want is the result with rsync's -k, kept with -K; nil if equal.
		want, kept []string
	}{
		{
			name: "one source", trees: []tree{{"bin/run*=program", "etc/x=1", "empty/", "l -> etc/x", "none -> nowhere", "\xff=bytes"}},
			want: []string{"/ 755", "bin/ 555", "bin/run 555 program", "empty/ 555", "etc/ 555", "etc/x 444 1", "l -> etc/x", "none -> nowhere", "\xff 444 bytes"},
		},
		{
			name: "a later file wins", trees: []tree{{"etc/x=1", "etc/y=1"}, {"etc/x*=2", "etc/z=2"}},
			want: []string{"/ 755", "etc/ 555", "etc/x 555 2", "etc/y 444 1", "etc/z 444 2"},
		},
		{
			name: "links and files replace each other", trees: []tree{{"a=1", "t=1", "l -> t"}, {"a -> t", "l=2"}},
			want: []string{"/ 755", "a -> t", "l 444 2", "t 444 1"},
		},
		{
			name: "a directory replaces what is none", trees: []tree{{"a=1", "l -> t", "none -> nowhere", "t=1"}, {"a/x=2", "l/x=2", "none/x=2"}},
			want: []string{"/ 755", "a/ 555", "a/x 444 2", "l/ 555", "l/x 444 2", "none/ 555", "none/x 444 2", "t 444 1"},
		},
		{
			name: "an empty directory is replaced", trees: []tree{{"a/", "b/"}, {"a=2", "b -> nowhere"}},
			want: []string{"/ 755", "a 444 2", "b -> nowhere"},
		},
		{
			name: "links to directories", trees: []tree{{"lib/x=1", "lib64 -> lib", "lib32 -> lib64"}},
			want: []string{"/ 755", "lib/ 555", "lib/x 444 1", "lib32/ 555", "lib32/x 444 1", "lib64/ 555", "lib64/x 444 1"},
			kept: []string{"/ 755", "lib/ 555", "lib/x 444 1", "lib32 -> lib64", "lib64 -> lib"},
		},
		{
			name: "links to directories of other objects", copied: 1,
			trees: []tree{{"share -> $B/share", "out -> $B", "up -> ../" + strings.TrimPrefix(string(storePath(1)), storeDir+"/") + "/share"}, {"share/x=1", "share/deep -> $C"}, {"y=2"}},
			want: []string{
				"/ 755", "out/ 555", "out/share/ 555", "out/share/deep/ 555", "out/share/deep/y 444 2", "out/share/x 444 1",
				"share/ 555", "share/deep/ 555", "share/deep/y 444 2", "share/x 444 1", "up/ 555", "up/deep/ 555", "up/deep/y 444 2", "up/x 444 1",
			},
			kept: []string{"/ 755", expand("out -> $B"), expand("share -> $B/share"), "up -> ../" + strings.TrimPrefix(string(storePath(1)), storeDir+"/") + "/share"},
		},
		{
			name: "links out of the objects stay", trees: []tree{{"a -> /image", "b -> ..", "c -> /nix/store", "d -> ../..", "e -> /nix/store/nothing", "f -> f"}},
			want: []string{"/ 755", "a -> /image", "b -> ..", "c -> /nix/store", "d -> ../..", "e -> /nix/store/nothing", "f -> f"},
		},
		{
			name: "a link to a directory goes over a directory", trees: []tree{{"f/"}, {"q/z=2", "f -> q"}},
			want: []string{"/ 755", "f/ 555", "f/z 444 2", "q/ 555", "q/z 444 2"},
			kept: []string{"/ 755", "f -> q", "q/ 555", "q/z 444 2"},
		},
		{
			name: "a directory meets a link to one", trees: []tree{{"usr/lib/x=1", "lib -> usr/lib", "bin -> /usr/bin", "usr/bin/"}, {"lib/y=2", "bin/z*=2"}},
			want: []string{"/ 755", "bin/ 555", "bin/z 555 2", "lib/ 555", "lib/x 444 1", "lib/y 444 2", "usr/ 555", "usr/bin/ 555", "usr/lib/ 555", "usr/lib/x 444 1"},
			kept: []string{"/ 755", "bin -> /usr/bin", "lib -> usr/lib", "usr/ 555", "usr/bin/ 555", "usr/bin/z 555 2", "usr/lib/ 555", "usr/lib/x 444 1", "usr/lib/y 444 2"},
		},
		{
			name: "a link above the root leads to the root", trees: []tree{{"x -> ../../d", "d/"}, {"x/y=2"}},
			want: []string{"/ 755", "d/ 555", "x/ 555", "x/y 444 2"},
			kept: []string{"/ 755", "d/ 555", "d/y 444 2", "x -> ../../d"},
		},
		{
			name: "the root keeps its mode through a link", trees: []tree{{"usr -> /"}, {"usr/x=2"}},
			want: []string{"/ 755", "usr/ 555", "usr/x 444 2"},
			kept: []string{"/ 755", "usr -> /", "x 444 2"},
		},
		{
			name: "a link above the store leads to nothing", trees: []tree{{"state -> /nix", "var -> /nix/var"}, {"state/x=2", "var/x=2"}},
			want: []string{"/ 755", "state/ 555", "state/x 444 2", "var/ 555", "var/x 444 2"},
		},
		{
			name: "directories first, then what is in them", trees: []tree{{"a -> b", "t=1"}, {"a/x=2", "b/x=3"}},
			want: []string{"/ 755", "a/ 555", "a/x 444 2", "b/ 555", "b/x 444 3", "t 444 1"},
		},
		{
			name: "a source is a link to a directory", trees: []tree{{" -> $B/sub"}, {"sub/x=1"}}, copied: 1,
			want: []string{"/ 755", "x 444 1"},
		},
		{
			name: "a link leads to a link's directory", trees: []tree{{"a/b -> ../c", "c/x=1", "d -> a/b"}},
			want: []string{"/ 755", "a/ 555", "a/b/ 555", "a/b/x 444 1", "c/ 555", "c/x 444 1", "d/ 555", "d/x 444 1"},
			kept: []string{"/ 755", "a/ 555", "a/b -> ../c", "c/ 555", "c/x 444 1", "d -> a/b"},
		},
	}
	for _, test := range tests {
		for _, keep := range []bool{false, true} {
			t.Run(test.name+map[bool]string{false: " -k", true: " -K"}[keep], func(t *testing.T) {
				fs := mounted(t, test.trees)
				count := test.copied
				if count == 0 {
					count = len(test.trees)
				}
				must(t, Copy(fs, sources(count), image, Options{KeepDirlinks: keep}))
				want := test.want
				if keep && test.kept != nil {
					want = test.kept
				}
				if got := show(t, fs); !slices.Equal(got, want) {
					t.Errorf("got\n%q, want\n%q", got, want)
				}
			})
		}
	}
}

func TestErrors(t *testing.T) {
	const both = "-k -K"
	tests := []struct {
		name   string
		modes  string
		trees  []tree
		copied int
		want   []string
	}{
		{"a file meets a directory", both, []tree{{"etc/x/y/z=1"}, {"etc/x=2"}}, 2, []string{`//:b: "/etc/x" is a regular file, but //:a has "/etc/x/y/z"`, "remove one of them"}},
		{"a link meets a directory", both, []tree{{"x/e/"}, {"x -> nowhere"}}, 2, []string{`//:b: "/x" is a symbolic link, but //:a has "/x/e"`}},
		{"a link to a directory meets a directory", "-K", []tree{{"x/y=1"}, {"x -> z", "z/"}}, 2, []string{`"/x" is a symbolic link`, "or set keep_contents_dirlinks = False"}},
		{"the last giver is named", both, []tree{{"x/y=1"}, {"x/y=2"}, {"x=3"}}, 3, []string{`//:c: "/x"`, `//:b has "/x/y"`}},
		{"a source is a file", both, []tree{{"=text"}}, 1, []string{"//:a: /nix/store/", "is a regular file, not a directory: only directories can be copied"}},
		{"a source is a link to a file", both, []tree{{" -> $B/x"}, {"x=1"}}, 1, []string{"is a regular file, not a directory"}},
		{"a source is a link to nothing", both, []tree{{" -> $B/y"}, {"x=1"}}, 1, []string{"leads to nothing in the store"}},
		{"a link leads to its directory", "-k", []tree{{"q/self -> ."}}, 1, []string{`//:a: the link "/nix/store/00000000000000000000000000000000-a/q/self" -> "." leads back`, "keep_contents_dirlinks = True"}},
		{"a link leads above itself", "-k", []tree{{"q/r/up -> ../.."}}, 1, []string{"leads back"}},
		{"links lead to each other's directories", "-k", []tree{{"a/l -> $B/b"}, {"b/l -> $A/a"}}, 1, []string{"leads back"}},
		{"a link leads into the store", "-K", []tree{{"share -> $C/share"}, {"share/x=1"}, {"share/y=1"}}, 2, []string{`//:b: "/share" is a directory, but //:a has the link "/share" ->`, "into the store", "keep_contents_dirlinks = False"}},
		{"a directory is given through a link and by itself", "-K", []tree{{"a -> ."}, {"a/b=2", "b/x=2"}}, 2, []string{`//:b: "/b" is given twice`}},
	}
	for _, test := range tests {
		for _, mode := range strings.Fields(test.modes) {
			t.Run(test.name+" "+mode, func(t *testing.T) {
				err := Copy(mounted(t, test.trees), sources(test.copied), image, Options{KeepDirlinks: mode == "-K"})
				if err == nil {
					t.Fatal("no error")
				}
				for _, want := range test.want {
					if !strings.Contains(err.Error(), want) {
						t.Errorf("got %q, want %q in it", err, want)
					}
				}
			})
		}
	}
}

func TestDestination(t *testing.T) {
	fs := mounted(t, []tree{{"x=1"}})
	if err := Copy(fs, sources(1), "/nowhere", Options{}); err == nil {
		t.Error("no error for a destination that is not there")
	}
	must(t, fs.Mknod("/file", scriptfs.Regular, 0o644, 0, 0))
	if err := Copy(fs, sources(1), "/file", Options{}); err == nil {
		t.Error("no error for a destination that is a file")
	}
	must(t, fs.Symlink("image", "/link"))
	must(t, Copy(fs, sources(1), "/link", Options{}))
	if got, want := show(t, fs), []string{"/ 755", "x 444 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	missing := []Source{{Path: string(storePath(3))}}
	if err := Copy(fs, missing, image, Options{}); err == nil || !strings.Contains(err.Error(), missing[0].Path) {
		t.Errorf("a source that is not there: %v", err)
	}
}

// TestWhatIsThere copies over files that no source has given.
func TestWhatIsThere(t *testing.T) {
	fs := mounted(t, []tree{{"x=1"}})
	must(t, fs.Mkdir(image+"/x", 0o755))
	must(t, fs.Mkdir(image+"/x/y", 0o755))
	err := Copy(fs, sources(1), image, Options{})
	if err == nil || !strings.Contains(err.Error(), `but the layer has "/x/y"`) {
		t.Errorf("got %v", err)
	}
}

// TestContentsAreShared: a write to a copy changes neither the object nor
// another copy.
func TestContentsAreShared(t *testing.T) {
	fs := mounted(t, []tree{{"x=one", "l -> d", "d/x=two"}})
	must(t, Copy(fs, sources(1), image, Options{}))
	must(t, fs.Chmod(image+"/d/x", 0o644))
	must(t, fs.Truncate(image+"/d/x", 1))
	for at, want := range map[string]string{image + "/d/x": "t", image + "/l/x": "two", string(storePath(0)) + "/d/x": "two"} {
		if got := contentOf(t, fs, at); got != want {
			t.Errorf("%s: got %q, want %q", at, got, want)
		}
	}
}

// TestDeepTree copies a tree of as many directories as a path can name.
func TestDeepTree(t *testing.T) {
	name := strings.Repeat("d/", 1900) + "x"
	fs := mounted(t, []tree{{name + "=1"}})
	must(t, Copy(fs, sources(1), image, Options{}))
	if got := contentOf(t, fs, image+"/"+name); got != "1" {
		t.Errorf("got %q", got)
	}
}
