package object

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
)

func listingOf(t *testing.T, o *Object) string {
	t.Helper()
	var buf bytes.Buffer
	if err := o.WriteListing(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestListing(t *testing.T) {
	o := openSource(t, narFile(t,
		nar.Entry{Type: nar.Directory},
		nar.Entry{Path: "bin", Type: nar.Directory},
		nar.Entry{Path: "bin/hello", Type: nar.Regular, Executable: true},
		nar.Entry{Path: "bin/sh", Type: nar.Symlink, Target: "bash"},
		nar.Entry{Path: "a", Type: nar.Regular},
		nar.Entry{Path: "#x =y", Type: nar.Symlink, Target: "/a b\\c#d\n"},
		nar.Entry{Path: "ü\xff\x7f\x1b", Type: nar.Regular},
	))
	want := strings.Join([]string{
		`#mtree`,
		`. type=dir`,
		`./\043x\040=y type=link link=/a\040b\134c\043d\012`,
		`./a type=file mode=0444`,
		`./bin type=dir`,
		`./bin/hello type=file mode=0555`,
		`./bin/sh type=link link=bash`,
		`./\303\274\377\177\033 type=file mode=0444`,
		``,
	}, "\n")
	got := listingOf(t, o)
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	entries, err := ReadListing(strings.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	same := slices.EqualFunc(entries, o.Entries(), func(a, b Entry) bool {
		return a.Path == b.Path && a.Type == b.Type && a.Executable == b.Executable && a.Target == b.Target && a.Size == 0
	})
	if !same {
		t.Errorf("read back: %+v", entries)
	}
}

func TestListingRoots(t *testing.T) {
	for want, root := range map[string]nar.Entry{
		". type=dir":               {Type: nar.Directory},
		". type=file mode=0444":    {Type: nar.Regular},
		". type=file mode=0555":    {Type: nar.Regular, Executable: true},
		". type=link link=../../x": {Type: nar.Symlink, Target: "../../x"},
	} {
		got := listingOf(t, openSource(t, narFile(t, root)))
		if got != "#mtree\n"+want+"\n" {
			t.Errorf("got %q, want %q", got, want)
		}
		if entries, err := ReadListing(strings.NewReader(got)); err != nil || len(entries) != 1 {
			t.Errorf("read back: %+v %v", entries, err)
		}
	}
}

func TestReadListingErrors(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"another file", []string{"hello"}, "not a listing"},
		{"nothing but the head", []string{"#mtree"}, "truncated in line 2"},
		{"no root", []string{"#mtree", "./a type=dir"}, "comes before the object itself"},
		{"no type", []string{"#mtree", "."}, "has no type"},
		{"unknown type", []string{"#mtree", ". type=fifo"}, "unknown keywords"},
		{"unknown mode", []string{"#mtree", ". type=file mode=0644"}, "unknown keywords"},
		{"two spaces", []string{"#mtree", ".  type=dir"}, "unknown keywords"},
		{"carriage return", []string{"#mtree", ". type=dir\r"}, "unknown keywords"},
		{"no target", []string{"#mtree", ". type=link link="}, `has the target ""`},
		{"no ./", []string{"#mtree", ". type=dir", "a type=dir"}, `does not begin with "./"`},
		{"root again", []string{"#mtree", ". type=dir", ". type=dir"}, "not sorted"},
		{"unsorted", []string{"#mtree", ". type=dir", "./b type=dir", "./a type=dir"}, "not sorted"},
		{"repeated", []string{"#mtree", ". type=dir", "./b type=dir", "./b type=dir"}, "not sorted"},
		{"below a file", []string{"#mtree", ". type=dir", "./a type=file mode=0444", "./a/b type=dir"}, `in "a", which is not a directory`},
		{"below nothing", []string{"#mtree", ". type=dir", "./a/b type=dir"}, `in "a", which is not a directory`},
		{"below a root that is a file", []string{"#mtree", ". type=file mode=0444", "./a type=dir"}, "which is not a directory"},
		{"dot dot", []string{"#mtree", ". type=dir", "./.. type=dir"}, `component ".."`},
		{"empty component", []string{"#mtree", ". type=dir", ".//a type=dir"}, "absolute"},
		{"zero", []string{"#mtree", ". type=dir", `./a\000 type=dir`}, "zero byte"},
		{"escape cut short", []string{"#mtree", ". type=dir", `./a\04 type=dir`}, "wrong escape at byte 1"},
		{"escape not octal", []string{"#mtree", ". type=dir", `./a\048 type=dir`}, "wrong escape"},
		{"escape over 255", []string{"#mtree", ". type=dir", `./a\777 type=dir`}, "wrong escape"},
		{"escape that needs none", []string{"#mtree", ". type=dir", `./a\141 type=dir`}, "wrong escape"},
		{"not escaped", []string{"#mtree", ". type=dir", "./ä type=dir"}, "must be escaped"},
		{"hash not escaped", []string{"#mtree", ". type=dir", "./a#b type=dir"}, "must be escaped"},
		{"long line", []string{"#mtree", ". type=" + strings.Repeat("x", maxLine)}, "more than 65536 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ReadListing(strings.NewReader(strings.Join(test.lines, "\n") + "\n"))
			wantError(t, err, test.want, "listing")
		})
	}
	whole := "#mtree\n. type=dir\n./a type=dir\n"
	for n := range whole {
		if _, err := ReadListing(strings.NewReader(whole[:n])); err == nil && !strings.HasSuffix(whole[:n], "dir\n") {
			t.Errorf("cut at %d: no error", n)
		}
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestListingWriteError(t *testing.T) {
	o := openSource(t, narFile(t, nar.Entry{Type: nar.Directory}))
	wantError(t, o.WriteListing(brokenWriter{}), "no space left", string(testPath))
	wantError(t, o.WriteNAR(brokenWriter{}), "no space left", string(testPath))
}

// FuzzReadListing checks that what is accepted is what would be written.
func FuzzReadListing(f *testing.F) {
	f.Add("#mtree\n. type=dir\n./a\\040b type=link link=x\n./b type=dir\n./b/c type=file mode=0555\n")
	f.Add("#mtree\n. type=file mode=0444\n")
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := ReadListing(strings.NewReader(text))
		if err != nil {
			return
		}
		if got := listingOf(t, &Object{path: testPath, entries: entries}); got != text {
			t.Errorf("accepted %q, written as %q", text, got)
		}
	})
}

func ExampleObject_WriteListing() {
	o := &Object{entries: []Entry{
		{Type: nar.Directory},
		{Path: "bin", Type: nar.Directory},
		{Path: "bin/hello", Type: nar.Regular, Executable: true, Size: 12},
		{Path: "bin/sh", Type: nar.Symlink, Target: "hello"},
	}}
	var buf bytes.Buffer
	if err := o.WriteListing(&buf); err != nil {
		fmt.Println(err)
	}
	fmt.Print(buf.String())
	// Output:
	// #mtree
	// . type=dir
	// ./bin type=dir
	// ./bin/hello type=file mode=0555
	// ./bin/sh type=link link=hello
}
