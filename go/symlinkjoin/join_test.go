package symlinkjoin

import (
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

type joinTest struct {
	name     string
	contents [][]string
	want     []string
	// collisions are the warnings up to the remedy.
	collisions []string
}

func (test joinTest) run(t *testing.T) {
	t.Run(test.name, func(t *testing.T) {
		tree, collisions := join(t, contents(test.contents...))
		var want, wantCollisions []string
		for _, item := range test.want {
			want = append(want, expand(item))
		}
		for _, text := range test.collisions {
			wantCollisions = append(wantCollisions, expand(text))
		}
		wantList(t, "tree", show(tree), want)
		got := showCollisions(collisions)
		for i := range got {
			got[i], _, _ = strings.Cut(got[i], ": the first is kept")
		}
		wantList(t, "collisions", got, wantCollisions)
	})
}

func TestJoin(t *testing.T) {
	for _, test := range []joinTest{
		{name: "nothing"},
		{name: "empty object", contents: [][]string{{}}},
		{
			name:     "directories, files and links",
			contents: [][]string{{"bin/hello", "bin/sh -> hello", "bin/up -> ../../../etc/passwd", "bin/abs -> /etc/passwd", "empty/", "a/b/c/"}},
			want: []string{
				"a/", "a/b/", "a/b/c/", "bin/", "bin/abs -> /etc/passwd", "bin/hello -> $A/bin/hello",
				"bin/sh -> hello", "bin/up -> ../../../etc/passwd", "empty/",
			},
		},
		{
			name:     "siblings by bytes, a directory before what is in it",
			contents: [][]string{{"a.b", "a/z", "a-b", "a0", "B", "ä", "\xff", "\x01", "\xf0\x9f\x98\x80", "\ue000"}},
			want: []string{
				"\x01 -> $A/\x01", "B -> $A/B", "a/", "a/z -> $A/a/z", "a-b -> $A/a-b", "a.b -> $A/a.b", "a0 -> $A/a0",
				"ä -> $A/ä", "\ue000 -> $A/\ue000", "\xf0\x9f\x98\x80 -> $A/\xf0\x9f\x98\x80", "\xff -> $A/\xff",
			},
		},
		{
			name:     "texts of links are kept byte for byte",
			contents: [][]string{{"1 -> a//b/", "2 -> ./x", "3 -> \xff\n ", "4 -> .", "5 -> ..", "6 -> /", "7 -> $A", "8 -> $B/x/../y"}},
			want:     []string{"1 -> a//b/", "2 -> ./x", "3 -> \xff\n ", "4 -> .", "5 -> ..", "6 -> /", "7 -> $A", "8 -> $B/x/../y"},
		},
		{
			name: "what lndir passes over",
			contents: [][]string{{
				".git/config", ".hg/x", ".svn/x", "CVS/x", "CVS.adm/x", "RCS/x", "SCCS/x", "BitKeeper/x",
				"backup~", "dir~/x", "link~ -> x", "~", "sub/.git/x", "sub/x~",
			}},
			want: []string{"sub/"},
		},
		{
			name: "what lndir does not pass over",
			contents: [][]string{{
				".git", "l/.hg -> x", "l/RCS -> ../sub", "CVS", ".hidden", ".config/x", "~x", "a~b", ".gitignore", ".GIT/x", "cvs/x", "BitKeeper.d/x",
			}},
			want: []string{
				".GIT/", ".GIT/x -> $A/.GIT/x", ".config/", ".config/x -> $A/.config/x", ".git -> $A/.git",
				".gitignore -> $A/.gitignore", ".hidden -> $A/.hidden", "BitKeeper.d/", "BitKeeper.d/x -> $A/BitKeeper.d/x",
				"CVS -> $A/CVS", "a~b -> $A/a~b", "cvs/", "cvs/x -> $A/cvs/x", "l/", "l/.hg -> x", "l/RCS -> ../sub", "~x -> $A/~x",
			},
		},
		{
			name:     "directories are merged",
			contents: [][]string{{"bin/a", "share/doc/"}, {"bin/b", "share/man/x"}, {"bin/"}},
			want: []string{
				"bin/", "bin/a -> $A/bin/a", "bin/b -> $B/bin/b", "share/", "share/doc/", "share/man/", "share/man/x -> $B/share/man/x",
			},
		},
		{
			name:     "the first file wins",
			contents: [][]string{{"bin/sh"}, {"bin/sh", "bin/x"}, {"bin/sh -> x"}},
			want:     []string{"bin/", "bin/sh -> $A/bin/sh", "bin/x -> $B/bin/x"},
			collisions: []string{
				"/bin/sh: //:a gives a file and //:b gives a file",
				`/bin/sh: //:a gives a file and //:c gives a link to "x"`,
			},
		},
		{
			name:       "the first link wins",
			contents:   [][]string{{"sh -> bash", "bash"}, {"sh -> dash", "dash"}, {"sh"}},
			want:       []string{"bash -> $A/bash", "dash -> $B/dash", "sh -> bash"},
			collisions: []string{`/sh: //:a gives a link to "bash" and //:b gives a link to "dash"`, `/sh: //:a gives a link to "bash" and //:c gives a file`},
		},
		{
			name:       "two links that dangle",
			contents:   [][]string{{"x -> /a"}, {"x -> /b"}},
			want:       []string{"x -> /a"},
			collisions: []string{`/x: //:a gives a link to "/a" and //:b gives a link to "/b"`},
		},
		{
			name:     "one link twice",
			contents: [][]string{{"sh -> bash"}, {"sh -> bash"}},
			want:     []string{"sh -> bash"},
		},
		{
			name:     "links to one file in different words",
			contents: [][]string{{"bin/bash", "bin/sh -> bash"}, {"bin/sh -> /bin/bash"}, {"bin/sh -> $A/bin/bash"}, {"bin/bash -> ../$A/bin/bash"}},
			want:     []string{"bin/", "bin/bash -> $A/bin/bash", "bin/sh -> bash"},
		},
		{
			name:     "the same object twice",
			contents: [][]string{{"bin/a", "l -> bin"}, {"bin -> $A/bin"}, {"bin/a -> $A/bin/a", "l -> bin"}},
			want:     []string{"bin/", "bin/a -> $A/bin/a", "l -> bin"},
		},
		{
			name:     "a file and a directory",
			contents: [][]string{{"x"}, {"x/y"}, {"z/y"}, {"z"}},
			want:     []string{"x -> $A/x", "z/", "z/y -> $C/z/y"},
			collisions: []string{
				"/x: //:a gives a file and //:b gives a directory",
				"/z: //:c gives a directory and //:d gives a file",
			},
		},
		{
			name:     "a directory that is passed over does not collide",
			contents: [][]string{{"CVS"}, {"CVS/x", "x~"}, {"x~/y"}},
			want:     []string{"CVS -> $A/CVS"},
		},
		{
			name:       "links to themselves stay what they are",
			contents:   [][]string{{"self -> .", "up/up -> ..", "loop -> loop", "root -> /"}, {"self -> .", "loop -> ./loop"}},
			want:       []string{"loop -> loop", "root -> /", "self -> .", "up/", "up/up -> .."},
			collisions: []string{`/loop: //:a gives a link to "loop" and //:b gives a link to "./loop"`},
		},
	} {
		test.run(t)
	}
}

func TestJoinTwiceTheSameObject(t *testing.T) {
	list := contents([]string{"bin/a", "l -> bin", "e/"})
	tree, collisions := join(t, append(list, list[0]))
	wantList(t, "tree", show(tree), []string{"bin/", expand("bin/a -> $A/bin/a"), "e/", "l -> bin"})
	wantList(t, "collisions", showCollisions(collisions), []string{})
}

func TestCollisionString(t *testing.T) {
	for _, test := range []struct {
		name     string
		contents [][]string
		want     string
	}{
		{"two files", [][]string{{"etc/x"}, {"etc/x"}},
			"/etc/x: //:a gives a file and //:b gives a file: the first is kept: remove one of them, or change the order of contents"},
		{"a file and a directory", [][]string{{"x"}, {"x/"}},
			"/x: //:a gives a file and //:b gives a directory: the first is kept: remove one of them, or change the order of contents"},
		{"a link and a directory", [][]string{{"lib -> $F/lib"}, {"lib/x"}},
			`/lib: //:a gives a link to "$F/lib" and //:b gives a directory: the first is kept: remove one of them, or add to contents the object that the link leads to`},
		{"a directory and a link", [][]string{{"lib/x"}, {"lib -> nowhere"}},
			`/lib: //:a gives a directory and //:b gives a link to "nowhere": the first is kept: remove one of them, or add to contents the object that the link leads to`},
		{"bytes that are no text", [][]string{{"é\n -> \xff\n"}, {"é\n"}},
			`"/é\n": //:a gives a link to "\xff\n" and //:b gives a file: the first is kept: remove one of them, or change the order of contents`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, collisions := join(t, contents(test.contents...))
			wantList(t, "collisions", showCollisions(collisions), []string{expand(test.want)})
		})
	}
	t.Run("without labels", func(t *testing.T) {
		list := contents([]string{"x"}, []string{"x"})
		list[0].Label, list[1].Label = "", ""
		_, collisions := join(t, list)
		want := expand("/x: $A gives a file and $B gives a file: the first is kept: remove one of them, or change the order of contents")
		wantList(t, "collisions", showCollisions(collisions), []string{want})
	})
}

func TestJoinErrors(t *testing.T) {
	directory := object.Entry{Type: nar.Directory}
	for _, test := range []struct {
		name, label string
		entries     []object.Entry
		wantErr     []string
	}{
		{"file", "//:x", []object.Entry{{Type: nar.Regular}}, []string{
			"//:x: $B is a single file, and contents are directories that are linked into the root: " +
				`give a store_object instead that says where it goes, with symlinks = {"etc/NAME": "$(store_path //:x)"}`,
		}},
		{"file without a label", "", []object.Entry{{Type: nar.Regular}}, []string{"$B: $B is a single file", `"$(store_path LABEL)"}`}},
		{"file of another repository", "@@other//:x", []object.Entry{{Type: nar.Regular}}, []string{"@@other//:x: $B is a single file", `"$(store_path LABEL)"}`}},
		{"symlink", "//:x", []object.Entry{{Type: nar.Symlink, Target: "/nix/store/x"}}, []string{
			`//:x: $B is a symlink to "/nix/store/x", and contents are directories`, `symlinks = {"etc/NAME": "$(store_path //:x)"}`,
		}},
		{"no entry", "//:x", nil, []string{"//:x: listing: it is empty"}},
		{"no root", "//:x", []object.Entry{{Path: "a", Type: nar.Regular}}, []string{`//:x: listing: "a" comes before the object itself`}},
		{"no directory", "//:x", []object.Entry{directory, {Path: "a/b", Type: nar.Regular}}, []string{`listing: "a/b" is not in a directory that comes before it`}},
		{"in a file", "//:x", []object.Entry{directory, {Path: "a", Type: nar.Regular}, {Path: "a/b", Type: nar.Regular}}, []string{`listing: "a/b" is not in a directory`}},
		{"in a link", "//:x", []object.Entry{directory, {Path: "a", Type: nar.Symlink, Target: "."}, {Path: "a/b", Type: nar.Regular}}, []string{`listing: "a/b" is not in a directory`}},
		{"root twice", "//:x", []object.Entry{directory, directory}, []string{`listing: "" is not in a directory`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			list := append(contents([]string{"x"}), Content{StorePath: store.Path(storePath('B')), Label: test.label, Entries: test.entries})
			_, _, err := Join(list)
			for _, want := range test.wantErr {
				if err == nil || !strings.Contains(err.Error(), expand(want)) {
					t.Errorf("got %v, want %q", err, expand(want))
				}
			}
		})
	}
}
