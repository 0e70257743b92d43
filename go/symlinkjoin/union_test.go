package symlinkjoin

import (
	"fmt"
	"strings"
	"testing"
)

// TestDirectoryAfterLink: a directory of a later content meets a link.
func TestDirectoryAfterLink(t *testing.T) {
	for _, test := range []joinTest{
		{
			name:     "relative link",
			contents: [][]string{{"bin/a", "sbin -> bin"}, {"sbin/b", "sbin/sub/c"}},
			want:     []string{"bin/", "bin/a -> $A/bin/a", "bin/b -> $B/sbin/b", "bin/sub/", "bin/sub/c -> $B/sbin/sub/c", "sbin -> bin"},
		},
		{
			name:     "link with dots",
			contents: [][]string{{"usr/bin/a", "usr/sbin -> ./../usr//bin/."}, {"usr/sbin/b"}},
			want:     []string{"usr/", "usr/bin/", "usr/bin/a -> $A/usr/bin/a", "usr/bin/b -> $B/usr/sbin/b", "usr/sbin -> ./../usr//bin/."},
		},
		{
			name:     "link beyond the root",
			contents: [][]string{{"usr/bin/a", "bin -> ../../usr/bin"}, {"bin/b"}},
			want:     []string{"bin -> ../../usr/bin", "usr/", "usr/bin/", "usr/bin/a -> $A/usr/bin/a", "usr/bin/b -> $B/bin/b"},
		},
		{
			name:     "absolute link",
			contents: [][]string{{"usr/bin/a", "bin -> /usr/bin/"}, {"bin/b"}},
			want:     []string{"bin -> /usr/bin/", "usr/", "usr/bin/", "usr/bin/a -> $A/usr/bin/a", "usr/bin/b -> $B/bin/b"},
		},
		{
			name:     "chain of links",
			contents: [][]string{{"1 -> 2", "2 -> /3/4", "3 -> 5/6", "5/6/4/x"}, {"1/y"}},
			want:     []string{"1 -> 2", "2 -> /3/4", "3 -> 5/6", "5/", "5/6/", "5/6/4/", "5/6/4/x -> $A/5/6/4/x", "5/6/4/y -> $B/1/y"},
		},
		{
			name:     "dots after a link go up from where it leads",
			contents: [][]string{{"far/away/", "far/lib/x", "here -> far/away", "lib -> here/../lib"}, {"lib/y"}},
			want:     []string{"far/", "far/away/", "far/lib/", "far/lib/x -> $A/far/lib/x", "far/lib/y -> $B/lib/y", "here -> far/away", "lib -> here/../lib"},
		},
		{
			name:     "the directory that the link leads to comes later",
			contents: [][]string{{"sbin -> bin"}, {"sbin/b"}, {"bin/c"}},
			want:     []string{"bin/", "bin/b -> $B/sbin/b", "bin/c -> $C/bin/c", "sbin -> bin"},
		},
		{
			name:       "the first wins, although its directory comes later",
			contents:   [][]string{{"sbin -> bin"}, {"sbin/x"}, {"bin/x"}},
			want:       []string{"bin/", "bin/x -> $B/sbin/x", "sbin -> bin"},
			collisions: []string{"/bin/x: //:b gives a file and //:c gives a file"},
		},
		{
			name:       "the first wins where the link leads",
			contents:   [][]string{{"sbin -> bin", "bin/x"}, {"sbin/x"}},
			want:       []string{"bin/", "bin/x -> $A/bin/x", "sbin -> bin"},
			collisions: []string{"/bin/x: //:a gives a file and //:b gives a file"},
		},
		{
			name:       "one content in two ways",
			contents:   [][]string{{"sbin -> bin", "bin/"}, {"sbin/x", "bin/x"}},
			want:       []string{"bin/", "bin/x -> $B/bin/x", "sbin -> bin"},
			collisions: []string{"/bin/x: //:b gives a file and //:b gives a file"},
		},
		{
			name:     "relative links that move",
			contents: [][]string{{"usr/bin/", "sbin -> usr/bin"}, {"sbin/1 -> ../lib/z", "sbin/2 -> z", "sbin/3 -> ./../../etc", "sbin/4 -> .", "sbin/5 -> ..", "sbin/6 -> ..//", "sbin/7 -> /x/../y", "sbin/s/8 -> ../z"}},
			want: []string{
				"sbin -> usr/bin", "usr/", "usr/bin/", "usr/bin/1 -> /lib/z", "usr/bin/2 -> /sbin/z", "usr/bin/3 -> /etc", "usr/bin/4 -> /sbin",
				"usr/bin/5 -> /", "usr/bin/6 -> /", "usr/bin/7 -> /x/../y", "usr/bin/s/", "usr/bin/s/8 -> /sbin/z",
			},
		},
		{
			name:     "link into an object of the contents",
			contents: [][]string{{"bin -> $B/bin"}, {"bin/b", "bin/l -> ../lib/l", "bin/k -> $F/k", "bin/sub/x", "bin/.git/x", "lib/l"}, {"bin/c"}},
			want: []string{
				"bin/", "bin/.git -> $B/bin/.git", "bin/b -> $B/bin/b", "bin/c -> $C/bin/c", "bin/k -> $B/bin/k",
				"bin/l -> $B/bin/l", "bin/sub/", "bin/sub/x -> $B/bin/sub/x", "lib/", "lib/l -> $B/lib/l",
			},
		},
		{
			name:     "link into a later object",
			contents: [][]string{{"x -> $C/d"}, {"x/b"}, {"d/c", "d/sub/"}},
			want:     []string{"d/", "d/c -> $C/d/c", "d/sub/", "x/", "x/b -> $B/x/b", "x/c -> $C/d/c", "x/sub -> $C/d/sub"},
		},
		{
			name:     "link into an object, and a directory in both",
			contents: [][]string{{"x -> $B/d"}, {"d/sub/1", "d/sub/l -> ../k"}, {"x/sub/2"}},
			want: []string{
				"d/", "d/sub/", "d/sub/1 -> $B/d/sub/1", "d/sub/l -> ../k",
				"x/", "x/sub/", "x/sub/1 -> $B/d/sub/1", "x/sub/2 -> $C/x/sub/2", "x/sub/l -> $B/d/sub/l",
			},
		},
		{
			name:     "link to a link into an object",
			contents: [][]string{{"sbin -> bin", "bin -> $B/bin"}, {"bin/b"}, {"sbin/c"}},
			want:     []string{"bin/", "bin/b -> $B/bin/b", "bin/c -> $C/sbin/c", "sbin -> bin"},
		},
		{
			name:     "link below a link into an object",
			contents: [][]string{{"x -> y/sub", "y -> $B/d"}, {"d/sub/1", "d/2"}, {"x/3"}},
			want: []string{
				"d/", "d/2 -> $B/d/2", "d/sub/", "d/sub/1 -> $B/d/sub/1", "x -> y/sub",
				"y/", "y/2 -> $B/d/2", "y/sub/", "y/sub/1 -> $B/d/sub/1", "y/sub/3 -> $C/x/3",
			},
		},
		{
			name:     "link to an object",
			contents: [][]string{{"opt/b -> $B", "opt/c -> ../$B/./"}, {"f"}, {"opt/b/x", "opt/c/x"}},
			want: []string{
				"f -> $B/f", "opt/", "opt/b/", "opt/b/f -> $B/f", "opt/b/x -> $C/opt/b/x",
				"opt/c/", "opt/c/f -> $B/f", "opt/c/x -> $C/opt/c/x",
			},
		},
		{
			name:     "links inside an object, and from one to the next",
			contents: [][]string{{"x -> $B/1"}, {"1 -> 2/../3", "2/", "3 -> ../../store/" + storePath('C')[len("/nix/store/"):] + "/d"}, {"d/f"}, {"x/g"}},
			want:     []string{"1 -> 2/../3", "2/", "3 -> ../../store/" + storePath('C')[len("/nix/store/"):] + "/d", "d/", "d/f -> $C/d/f", "x/", "x/f -> $C/d/f", "x/g -> $D/x/g"},
		},
		{
			name:     "link through an object back into the tree",
			contents: [][]string{{"x -> $B/l"}, {"l -> /usr/d", "usr/d/f"}, {"x/g"}},
			want:     []string{"l -> /usr/d", "usr/", "usr/d/", "usr/d/f -> $B/usr/d/f", "usr/d/g -> $C/x/g", "x -> $B/l"},
		},
		{
			name:     "a union in a union",
			contents: [][]string{{"lib64 -> lib", "lib/"}, {"lib64/gcc -> $D/gcc"}, {"lib64/gcc/c"}, {"gcc/d"}},
			want:     []string{"gcc/", "gcc/d -> $D/gcc/d", "lib/", "lib/gcc/", "lib/gcc/c -> $C/lib64/gcc/c", "lib/gcc/d -> $D/gcc/d", "lib64 -> lib"},
		},
		{
			name:       "link into an object that is not among the contents",
			contents:   [][]string{{"lib -> $F/lib"}, {"lib/x", "bin/x"}},
			want:       []string{"bin/", "bin/x -> $B/bin/x", "lib -> $F/lib"},
			collisions: []string{`/lib: //:a gives a link to "$F/lib" and //:b gives a directory`},
		},
		{
			name:     "links to the store directory and the ones above it",
			contents: [][]string{{"s -> /nix/store", "n -> /nix", "d -> nix/../nix/store/."}, {"s/x", "n/x", "d/x"}},
			want:     []string{"d -> nix/../nix/store/.", "n -> /nix", "s -> /nix/store"},
			collisions: []string{
				`/d: //:a gives a link to "nix/../nix/store/." and //:b gives a directory`,
				`/n: //:a gives a link to "/nix" and //:b gives a directory`, `/s: //:a gives a link to "/nix/store" and //:b gives a directory`,
			},
		},
		{
			name:     "a store directory in the contents",
			contents: [][]string{{"s -> /nix/store", "nix/store/"}, {"s/x"}},
			want:     []string{"nix/", "nix/store/", "nix/store/x -> $B/s/x", "s -> /nix/store"},
		},
		{
			name:     "links that lead nowhere",
			contents: [][]string{{"loop -> loop", "1 -> 2", "2 -> 1", "gone -> nowhere", "file -> f", "f", "under -> f/../d", "slash -> f/", "d/", "skipped -> .git", ".git/x"}, {"loop/x", "1/x", "gone/x", "file/x", "under/x", "slash/x", "skipped/x"}},
			want:     []string{"1 -> 2", "2 -> 1", "d/", "f -> $A/f", "file -> f", "gone -> nowhere", "loop -> loop", "skipped -> .git", "slash -> f/", "under -> f/../d"},
			collisions: []string{
				`/1: //:a gives a link to "2" and //:b gives a directory`, `/file: //:a gives a link to "f" and //:b gives a directory`,
				`/gone: //:a gives a link to "nowhere" and //:b gives a directory`, `/loop: //:a gives a link to "loop" and //:b gives a directory`,
				`/skipped: //:a gives a link to ".git" and //:b gives a directory`,
				`/slash: //:a gives a link to "f/" and //:b gives a directory`, `/under: //:a gives a link to "f/../d" and //:b gives a directory`,
			},
		},
		{
			name:       "link through an object, the tree and another object",
			contents:   [][]string{{"x -> l/../../nix/store/" + storePath('C')[len("/nix/store/"):] + "/d", "l -> $B/a"}, {"a -> /usr/b", "usr/b/"}, {"d/f"}, {"x/g"}},
			want:       []string{"a -> /usr/b", "d/", "d/f -> $C/d/f", "l -> $B/a", "usr/", "usr/b/", "x -> l/../../nix/store/" + storePath('C')[len("/nix/store/"):] + "/d"},
			collisions: []string{`/x: //:a gives a link to "l/../../nix/store/` + storePath('C')[len("/nix/store/"):] + `/d" and //:d gives a directory`},
		},
		{
			name:     "what is merged turns the link away",
			contents: [][]string{{"d -> c/a"}, {"d/a -> gone", "d/x"}, {"c/a -> ../c"}},
			want:     []string{"c/", "c/a -> /d/gone", "c/x -> $B/d/x", "d -> c/a"},
			collisions: []string{
				`/c/a: //:b gives a link to "/d/gone" and //:c gives a link to "../c"`,
				`/d: //:a gives a link to "c/a" and //:b gives a directory`,
			},
		},
		{
			name:     "what is merged turns the link to another directory",
			contents: [][]string{{"d -> c/a"}, {"d/a -> ../z", "d/x"}, {"c/a -> ../c", "z/"}},
			want:     []string{"c/", "c/a -> /z", "c/x -> $B/d/x", "d -> c/a", "z/"},
			collisions: []string{
				`/c/a: //:b gives a link to "/z" and //:c gives a link to "../c"`,
				`/d: //:a gives a link to "c/a" and //:b gives a directory`,
			},
		},
		{
			name:     "link to the directory that it is in",
			contents: [][]string{{"self -> .", "d/up -> .."}, {"self/b", "self/self/c", "d/up/e"}},
			want:     []string{"b -> $B/self/b", "c -> $B/self/self/c", "d/", "d/up -> ..", "e -> $B/d/up/e", "self -> ."},
		},
	} {
		test.run(t)
	}
}

// TestLinkAfterDirectory: a link of a later content meets a directory.
func TestLinkAfterDirectory(t *testing.T) {
	for _, test := range []joinTest{
		{
			name:     "relative link",
			contents: [][]string{{"sbin/a"}, {"bin/b", "bin/sub/c", "bin/l -> b", "bin/m -> /m", "sbin -> bin"}},
			want: []string{
				"bin/", "bin/b -> $B/bin/b", "bin/l -> b", "bin/m -> /m", "bin/sub/", "bin/sub/c -> $B/bin/sub/c",
				"sbin/", "sbin/a -> $A/sbin/a", "sbin/b -> $B/bin/b", "sbin/l -> /bin/l", "sbin/m -> /m", "sbin/sub -> /bin/sub",
			},
		},
		{
			name:     "absolute link",
			contents: [][]string{{"bin/a"}, {"usr/bin/b", "bin -> /usr/bin"}},
			want:     []string{"bin/", "bin/a -> $A/bin/a", "bin/b -> $B/usr/bin/b", "usr/", "usr/bin/", "usr/bin/b -> $B/usr/bin/b"},
		},
		{
			name:     "link to a directory of another content",
			contents: [][]string{{"bin/a"}, {"bin -> usr/bin"}, {"usr/bin/c"}},
			want:     []string{"bin/", "bin/a -> $A/bin/a", "bin/c -> $C/usr/bin/c", "usr/", "usr/bin/", "usr/bin/c -> $C/usr/bin/c"},
		},
		{
			name:     "link into an object",
			contents: [][]string{{"bin/a", "lib/a"}, {"bin/b", "bin/l -> b", "bin/sub/c"}, {"bin -> $B/bin", "lib -> $B/bin/../bin/sub"}},
			want: []string{
				"bin/", "bin/a -> $A/bin/a", "bin/b -> $B/bin/b", "bin/l -> b", "bin/sub/", "bin/sub/c -> $B/bin/sub/c",
				"lib/", "lib/a -> $A/lib/a", "lib/c -> $B/bin/sub/c",
			},
		},
		{
			name:     "chain of links",
			contents: [][]string{{"1/a"}, {"1 -> 2", "2 -> $C/3"}, {"3 -> 4", "4/c"}},
			want:     []string{"1/", "1/a -> $A/1/a", "1/c -> $C/4/c", "2 -> $C/3", "3 -> 4", "4/", "4/c -> $C/4/c"},
		},
		{
			name:     "directories in both",
			contents: [][]string{{"x/sub/1"}, {"y/sub/2", "y/sub/deep/3", "x -> y"}},
			want: []string{
				"x/", "x/sub/", "x/sub/1 -> $A/x/sub/1", "x/sub/2 -> $B/y/sub/2", "x/sub/deep -> /y/sub/deep",
				"y/", "y/sub/", "y/sub/2 -> $B/y/sub/2", "y/sub/deep/", "y/sub/deep/3 -> $B/y/sub/deep/3",
			},
		},
		{
			name:     "a directory where the other one has a link to one",
			contents: [][]string{{"x/sub/1"}, {"z/2", "y/sub -> ../z", "x -> y"}},
			want:     []string{"x/", "x/sub/", "x/sub/1 -> $A/x/sub/1", "x/sub/2 -> $B/z/2", "y/", "y/sub -> ../z", "z/", "z/2 -> $B/z/2"},
		},
		{
			name:       "a directory where the other one has a file",
			contents:   [][]string{{"x/1/", "x/2/", "x/3"}, {"y/1", "y/2 -> nowhere", "y/3/4", "x -> y"}},
			want:       []string{"x/", "x/1/", "x/2/", "x/3 -> $A/x/3", "y/", "y/1 -> $B/y/1", "y/2 -> nowhere", "y/3/", "y/3/4 -> $B/y/3/4"},
			collisions: []string{"/x/1: //:a gives a directory and //:b gives a file", `/x/2: //:a gives a directory and //:b gives a link to "/y/2"`, `/x/3: //:a gives a file and //:b gives a link to "/y/3"`},
		},
		{
			name:       "the first wins",
			contents:   [][]string{{"x/f"}, {"y/f", "y/g", "x -> y"}, {"x/g", "y/h"}},
			want:       []string{"x/", "x/f -> $A/x/f", "x/g -> $B/y/g", "x/h -> $C/y/h", "y/", "y/f -> $B/y/f", "y/g -> $B/y/g", "y/h -> $C/y/h"},
			collisions: []string{"/x/f: //:a gives a file and //:b gives a file", "/x/g: //:b gives a file and //:c gives a file"},
		},
		{
			name:     "what is shared turns the link away",
			contents: [][]string{{"x/", "y"}, {"x -> x/y"}, {"x/y -> .."}},
			want:     []string{"x/", "x/x -> /x", "x/y -> $A/y", "y -> $A/y"},
			collisions: []string{
				`/x: //:a gives a directory and //:b gives a link to "x/y"`,
				`/x/y: //:b gives a file and //:c gives a link to ".."`,
			},
		},
		{
			name:       "one content in two ways",
			contents:   [][]string{{"x/1"}, {"x -> y"}, {"x/f", "y/f"}},
			want:       []string{"x/", "x/1 -> $A/x/1", "x/f -> $C/x/f", "y/", "y/f -> $C/y/f"},
			collisions: []string{"/x/f: //:c gives a file and //:c gives a file"},
		},
		{
			name:     "two of them, each other's",
			contents: [][]string{{"x/1", "y/2"}, {"x -> y"}, {"y -> x"}},
			want:     []string{"x/", "x/1 -> $A/x/1", "x/2 -> $A/y/2", "y/", "y/1 -> $A/x/1", "y/2 -> $A/y/2"},
		},
		{
			name:     "one waits for the other",
			contents: [][]string{{"x/1", "y/2"}, {"x -> y"}, {"y -> z", "z/3"}},
			want:     []string{"x/", "x/1 -> $A/x/1", "x/2 -> $A/y/2", "x/3 -> $C/z/3", "y/", "y/2 -> $A/y/2", "y/3 -> $C/z/3", "z/", "z/3 -> $C/z/3"},
		},
		{
			name:     "link to the directory itself",
			contents: [][]string{{"x/1", "x/loop -> loop", "x/sub/"}, {"x -> x/../x"}, {"x -> ./x/."}},
			want:     []string{"x/", "x/1 -> $A/x/1", "x/loop -> loop", "x/sub/"},
		},
		{
			name:     "link to a directory above",
			contents: [][]string{{"self/1", "self/self/2"}, {"self -> .", "3"}},
			want: []string{
				"3 -> $B/3", "self/", "self/1 -> $A/self/1", "self/3 -> $B/3",
				"self/self/", "self/self/1 -> $A/self/1", "self/self/2 -> $A/self/self/2", "self/self/3 -> $B/3", "self/self/self -> /self/self",
			},
		},
		{
			name:     "link to a directory below",
			contents: [][]string{{"x/1", "x/y/2"}, {"x -> x/y"}},
			want:     []string{"x/", "x/1 -> $A/x/1", "x/2 -> $A/x/y/2", "x/y/", "x/y/2 -> $A/x/y/2"},
		},
		{
			name:     "links that lead nowhere",
			contents: [][]string{{"1/x", "2/x", "3/x", "4/x"}, {"1 -> 1/x/..", "2 -> $F/x", "3 -> 5", "5 -> 5", "4 -> f", "f"}},
			want:     []string{"1/", "1/x -> $A/1/x", "2/", "2/x -> $A/2/x", "3/", "3/x -> $A/3/x", "4/", "4/x -> $A/4/x", "5 -> 5", "f -> $B/f"},
			collisions: []string{
				`/1: //:a gives a directory and //:b gives a link to "1/x/.."`, `/2: //:a gives a directory and //:b gives a link to "$F/x"`,
				`/3: //:a gives a directory and //:b gives a link to "5"`, `/4: //:a gives a directory and //:b gives a link to "f"`,
			},
		},
	} {
		test.run(t)
	}
}

// TestLongChains: 40 links are followed, as Linux does, and no more.
func TestLongChains(t *testing.T) {
	for _, test := range []struct {
		links int
		ok    bool
	}{{40, true}, {41, false}} {
		t.Run(fmt.Sprint(test.links), func(t *testing.T) {
			var chain []string
			for i := range test.links {
				chain = append(chain, fmt.Sprintf("%02d -> %02d", i, i+1))
			}
			end := fmt.Sprintf("%02d", test.links)
			tree, collisions := join(t, contents(append(chain, end+"/"), []string{"00/x"}))
			if got := strings.Contains(strings.Join(show(tree), "\n"), expand(end+"/x -> $B/00/x")); got != test.ok {
				t.Errorf("merged: %v, want %v: %q", got, test.ok, collisions)
			}
			if (len(collisions) == 0) != test.ok {
				t.Errorf("got collisions %q", collisions)
			}
		})
	}
}

// TestNoExplosion: links to directories above themselves, met at every depth,
// add no more than one link for each name to each directory.
func TestNoExplosion(t *testing.T) {
	deep := strings.Repeat("p/q/", 12)
	var other []string
	for i := range 50 {
		other = append(other, fmt.Sprintf("f%d", i))
	}
	other = append(other, "p -> .", "q -> .", "d/p -> ..", "d/q -> ../d")
	tree, _ := join(t, contents([]string{deep + "x", "q/" + deep, "d/p/" + deep, "d/q/" + deep}, other, []string{"p -> d", "q -> $B/d", "d/q/x/q/p/p -> $B"}))
	if len(tree) > 10_000 {
		t.Errorf("%d entries", len(tree))
	}
	links := []string{"a -> .", "b -> .", "c -> ."}
	tree, _ = join(t, contents([]string{"s -> $B"}, links, []string{"s/" + strings.Repeat("a/b/c/", 12) + "x"}))
	if len(tree) > 1000 {
		t.Errorf("%d entries", len(tree))
	}
}
