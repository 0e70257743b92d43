package imagecheck_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestPaths checks single paths of an image of two layers.
func TestPaths(t *testing.T) {
	layers := [][]string{
		{
			"nix/", "nix/store/", "nix/store/x-hello/@555,0,0", "nix/store/x-hello/bin/", "nix/store/x-hello/bin/hello@555,0,0=#!hello\n",
			"nix/store/x-hello/bin/hi -> hello", "./replaced=old", "big=" + strings.Repeat("x", 1<<19) + "needle" + strings.Repeat("y", 1000),
		},
		{
			"./", "./bin/", "./bin/hello -> /nix/store/x-hello/bin/hello", "./bin/dangling -> ../none/there", "./bin/loop -> loop",
			"./home/@1777,1000,100", "./replaced@4755,1,2=new", "./usr -> .", "./dev/null:c", "./dev/sda:b", "./dev/pipe:p", "./hard => replaced",
			"./up -> ../../../bin", "./empty=", "./to -> up/hello",
		},
	}
	img := newImage(t, "{}", layers...)
	const hello = "/nix/store/x-hello/bin/hello"
	for _, test := range []struct {
		path, expect string
		want         []string
	}{
		{"/", `{"type": "directory"}`, nil},
		{"/bin/hello", `{}`, nil},
		{"/bin/hello", `{"type": "file", "mode": "0555", "uid": 0, "gid": 0, "size": 8, "content": "#!hello\n", "contains": "hello"}`, nil},
		{"/bin/hello", `{"type": "symlink", "mode": "0777"}`, nil},
		{"/bin/hello", `{"target": "` + hello + `", "content": "#!hello\n", "size": 8}`, nil},
		{"/usr/bin/hello", `{"mode": "555"}`, nil},
		{"/nix/store/x-hello/bin/hi", `{"target": "hello", "contains": ""}`, nil},
		{"/up/hello", `{"content": "#!hello\n"}`, nil},
		{"/to", `{"content": "#!hello\n"}`, nil},
		{"/home", `{"type": "directory", "mode": "1777", "uid": 1000, "gid": 100}`, nil},
		{"/replaced", `{"content": "new", "mode": "04755", "uid": 1, "gid": 2, "sha256": "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"}`, nil},
		{"/hard", `{"type": "file", "content": "new", "size": 3}`, nil},
		{"/big", `{"contains": "xneedley"}`, nil},
		{"/empty", `{"content": "", "size": 0, "contains": ""}`, nil},
		{"/dev/null", `{"type": "char"}`, nil},
		{"/dev/sda", `{"type": "block"}`, nil},
		{"/dev/pipe", `{"type": "fifo"}`, nil},
		{"/dev", `{"type": "directory", "mode": "0755"}`, nil},
		{"/bin/dangling", `{"type": "symlink"}`, nil},

		{"/bin/helo", `{}`, []string{"nothing is there: helo is not in /bin, where are dangling, hello, loop"}},
		{"/usr/bin/helo", `{}`, []string{"nothing is there: helo is not in /bin, where are dangling, hello, loop"}},
		{"/opt/x/y", `{}`, []string{"nothing is there: opt is not in /, where are big, bin, dev, empty, hard, home, nix, replaced, to, up, usr"}},
		{"/home/x", `{}`, []string{"nothing is there: x is not in /home, where are nothing"}},
		{"/replaced/x", `{}`, []string{"nothing is there: /replaced is a file"}},
		{"/bin/dangling", `{}`, []string{"it is a symlink to ../none/there, where nothing is: none is not in /, where are big, bin, dev, empty, hard, home, nix, replaced, to, up, usr"}},
		{"/bin/dangling", `{"type": "symlink", "size": 1}`, []string{"it is a symlink to ../none/there, where nothing is: none is not in /, where are big, bin, dev, empty, hard, home, nix, replaced, to, up, usr"}},
		{"/bin/loop", `{}`, []string{"it is a symlink to loop, where nothing is: it leads through more than 40 symlinks"}},
		{"/bin/hello", `{"type": "directory"}`, []string{"type is file, want directory (it leads to " + hello + ")"}},
		{"/bin/hello", `{"target": "/x"}`, []string{"target is " + hello + ", want /x"}},
		{"/replaced", `{"target": "/x"}`, []string{"type is file, want symlink, with target /x"}},
		{"/replaced", `{"type": "symlink"}`, []string{"type is file, want symlink"}},
		{"/replaced", `{"mode": "0755", "uid": 0, "gid": 0, "size": 4, "content": "old"}`,
			[]string{"mode is 4755, want 0755", "uid is 1, want 0", "gid is 2, want 0", "size is 3, want 4", `content is "new", want "old"`}},
		{"/replaced", `{"contains": "old"}`, []string{`content does not contain "old"; it is "new"`}},
		{"/replaced", `{"sha256": "` + strings.Repeat("0", 64) + `"}`,
			[]string{"sha256 is 11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437, want " + strings.Repeat("0", 64)}},
		{"/big", `{"contains": "needlex"}`, []string{`content does not contain "needlex"; it is "` + strings.Repeat("x", 200) +
			`"… (525294 bytes, sha256 052cf73978d49527fdbb310775bda493091e563d0deb85bd53e50bd4a2ee13f8)`}},
		{"/home", `{"size": 0}`, []string{"it is a directory with nothing, want a file"}},
		{"/dev/null", `{"content": ""}`, []string{"it is a device node, want a file"}},
	} {
		want := make([]string, len(test.want))
		for i := range want {
			want[i] = test.path + ": " + test.want[i]
		}
		if got := check(t, img, fmt.Sprintf(`{"paths": {%q: %s}}`, test.path, test.expect)); !slices.Equal(got, want) {
			t.Errorf("%s %s:\ngot  %q\nwant %q", test.path, test.expect, got, want)
		}
	}
}

// TestContainsAcrossReads: a text is found wherever in a file it is.
func TestContainsAcrossReads(t *testing.T) {
	for at := 256<<10 - 7; at <= 256<<10+1; at++ {
		img := newImage(t, "{}", []string{"f=" + strings.Repeat("x", at) + "needle"})
		if got := check(t, img, `{"paths": {"/f": {"contains": "needle"}}}`); len(got) > 0 {
			t.Errorf("at %d: %q", at, got)
		}
		if got := check(t, img, `{"paths": {"/f": {"contains": "needlex"}}}`); len(got) != 1 {
			t.Errorf("at %d: %q", at, got)
		}
	}
}

func TestAbsent(t *testing.T) {
	img := newImage(t, "{}", []string{"etc/", "etc/passwd=root", "bin -> etc", "dangling -> none", "dev/null:c", "run/p:p"})
	got := check(t, img, `{"absent": ["/etc/shadow", "/none/there", "/dangling/x", "/etc/passwd/x"]}`)
	if len(got) > 0 {
		t.Errorf("got %q", got)
	}
	got = check(t, img, `{"absent": ["/etc/passwd", "/bin/passwd", "/dangling", "/etc", "/dev/null", "/run/p"]}`)
	want := []string{
		"/etc/passwd: there is a file of 4 bytes, want nothing", "/bin/passwd: there is a file of 4 bytes, want nothing",
		"/dangling: there is a symlink to none, want nothing", "/etc: there is a directory with passwd, want nothing",
		"/dev/null: there is a device node, want nothing", "/run/p: there is a named pipe, want nothing",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestListing: long listings are cut, odd names are quoted.
func TestListing(t *testing.T) {
	var entries []string
	for i := range 25 {
		entries = append(entries, fmt.Sprintf("d/n%02d=", i))
	}
	got := check(t, newImage(t, "{}", append(entries, "d/ a b=", "d/c\nd=", "d/ü=")), `{"paths": {"/d/x": {}, "/d": {"type": "file"}}}`)
	want := []string{
		"/d: type is directory, want file",
		`/d/x: nothing is there: x is not in /d, where are " a b", "c\nd", n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, n10, n11, n12, n13, n14, n15, n16, n17 and 8 more`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestPasses: contents of one layer do not read another one again.
func TestPasses(t *testing.T) {
	img := newImage(t, "{}", []string{"a=1"}, []string{"b=2", "c=3"}, []string{"d=4"})
	if got := check(t, img, `{"paths": {"/a": {"size": 1}, "/b": {"content": "2"}, "/c": {"content": "3"}}}`); len(got) > 0 {
		t.Errorf("got %q", got)
	}
	if img.written != 4 {
		t.Errorf("layers were written %d times, want each once and the second once more", img.written)
	}
}
