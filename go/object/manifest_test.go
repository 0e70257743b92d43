package object

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestManifest(t *testing.T) {
	source := writeFile(t, "source", "content")
	link := filepath.Join(t.TempDir(), "link") // Bazel's inputs are links
	if err := os.Symlink(source, link); err != nil {
		t.Fatal(err)
	}
	records := []string{
		record("file", "0444", "share/a file", source),
		record("executable", "", "lib/**/*.so", ""),
		record("file", "0555", "bin/hello", link),
		record("file", "0444", "lib/a/b/x.so", source),
		record("file", "0444", "lib/x.so", source),
		record("file", "0444", "lib/x.so.1", source),
		record("symlink", "", "bin/sh", "hello"),
		record("symlink", "", "\xff", "/no\tpe"),
		record("directory", "0555", "var/empty", ""),
		record("directory", "0555", "bin", ""),
		// The same once more changes nothing.
		record("directory", "0555", "bin", ""),
		record("file", "0555", "bin/hello", link),
		record("symlink", "", "bin/sh", "hello"),
	}
	want := []string{
		`"" directory`,
		`"bin" directory`,
		`"bin/hello" regular x=true "content"`,
		`"bin/sh" symlink -> "hello"`,
		`"lib" directory`,
		`"lib/a" directory`,
		`"lib/a/b" directory`,
		`"lib/a/b/x.so" regular x=true "content"`,
		`"lib/x.so" regular x=true "content"`,
		`"lib/x.so.1" regular x=false "content"`,
		`"share" directory`,
		`"share/a file" regular x=false "content"`,
		`"var" directory`,
		`"var/empty" directory`,
		`"\xff" symlink -> "/no\tpe"`,
	}
	for range 2 {
		o, err := openRecords(t, records...)
		compareLines(t, describe(t, mustOpen(t, o, err)), want)
		slices.Reverse(records)
	}
}

func TestManifestRoots(t *testing.T) {
	source := writeFile(t, "source", "content")
	for _, test := range []struct {
		name    string
		records []string
		want    string
	}{
		{"file", []string{record("file", "0444", "", source)}, `"" regular x=false "content"`},
		{"program", []string{record("file", "0555", "", source)}, `"" regular x=true "content"`},
		{"program by glob", []string{record("file", "0444", "", source), record("executable", "", "**", "")}, `"" regular x=true "content"`},
		{"symlink", []string{record("symlink", "", "", "/x")}, `"" symlink -> "/x"`},
		{"empty directory", []string{record("directory", "0555", "", "")}, `"" directory`},
	} {
		t.Run(test.name, func(t *testing.T) {
			o, err := openRecords(t, test.records...)
			compareLines(t, describe(t, mustOpen(t, o, err)), []string{test.want})
		})
	}
}

func TestManifestPlaced(t *testing.T) {
	source := writeFile(t, "source", "content")
	o, err := openRecords(t, record("file", "0444", "a/b", source))
	o = mustOpen(t, o, err)
	if o.Root() != "" || o.Place(&o.Entries()[0]) != string(testPath) || o.Place(&o.Entries()[2]) != string(testPath)+"/a/b" {
		t.Errorf("root %q, places %q and %q", o.Root(), o.Place(&o.Entries()[0]), o.Place(&o.Entries()[2]))
	}
	o, err = openRecords(t, record("root", "", "", "/srv/app"), record("file", "0444", "a/b", source), record("root", "", "", "/srv/app"))
	o = mustOpen(t, o, err)
	if o.Root() != "/srv/app" || o.Place(&o.Entries()[0]) != "/srv/app" || o.Place(&o.Entries()[2]) != "/srv/app/a/b" || o.Path() != testPath {
		t.Errorf("path %s, root %q, places %q and %q", o.Path(), o.Root(), o.Place(&o.Entries()[0]), o.Place(&o.Entries()[2]))
	}
}

// TestReadSources: what a manifest says of files that are not there.
func TestReadSources(t *testing.T) {
	records := record("file", "0444", "a/b", "x") + record("output", "0555", "c", "y") + record("root", "", "", "/srv/app") +
		record("symlink", "", "d", "c") + record("directory", "0555", "e", "") + record("executable", "", "a/*", "")
	files, root, err := ReadSources(testPath, strings.NewReader(records))
	if want := map[string]string{"a/b": "x", "c": "y"}; err != nil || root != "/srv/app" || !maps.Equal(files, want) {
		t.Errorf("got %q, %q, %v", files, root, err)
	}
	_, _, err = ReadSources(testPath, strings.NewReader(records+record("file", "0444", "a/b", "z")))
	wantError(t, err, "line 7", "two things have one path")
	_, _, err = ReadSources(testPath, strings.NewReader(strings.TrimSuffix(records, "\n")))
	wantError(t, err, "line 6", "truncated")
}

func TestManifestErrors(t *testing.T) {
	source, other := writeFile(t, "source", "content"), writeFile(t, "other", "content")
	file := func(path string) string { return record("file", "0444", path, source) }
	for _, test := range []struct {
		name    string
		records []string
		want    []string
	}{
		{"empty", nil, []string{"the manifest has no entry"}},
		{"only a glob", []string{record("executable", "", "*", "")}, []string{"the manifest has no entry"}},
		{"no newline", []string{strings.TrimSuffix(file("a"), "\n")}, []string{"line 1 has no newline", "truncated"}},
		{"three fields", []string{file("a"), record("file", "0444", "b")}, []string{"line 2", "3 fields, want 4", "newline"}},
		{"five fields", []string{record("file", "0444", "b", "c", "d")}, []string{"5 fields, want 4"}},
		{"newline in a name", []string{file("a\nb")}, []string{"line 1", "newline"}},
		{"long line", []string{file(strings.Repeat("x", maxLine))}, []string{"line 1 has more than 65536 bytes"}},
		{"unknown type", []string{record("fifo", "", "a", "")}, []string{`unknown type "fifo" of "a"`, "file, output, symlink, directory, executable or root"}},
		{"unknown mode", []string{record("file", "0644", "a", source)}, []string{`the file "a" has the mode "0644", want 0444 or 0555`}},
		{"mode of a directory", []string{record("directory", "0755", "a", "")}, []string{`the directory "a" has the mode "0755", want 0555`}},
		{"mode of a symlink", []string{record("symlink", "0777", "a", "b")}, []string{`the symlink "a" has the mode "0777", want none`}},
		{"mode of a glob", []string{record("executable", "0555", "a", "")}, []string{`want none`}},
		{"absolute", []string{file("/etc/passwd")}, []string{`"/etc/passwd" is absolute`, "relative to the object"}},
		{"dot dot", []string{file("a/../../b")}, []string{`"a/../../b" has a component ".."`}},
		{"dot", []string{file("./a")}, []string{`"./a" has a component "."`}},
		{"empty component", []string{file("a//b")}, []string{`"a//b" has an empty component`}},
		{"slash at the end", []string{record("directory", "0555", "a/", "")}, []string{`"a/" has an empty component`}},
		{"long component", []string{file("a/" + strings.Repeat("n", 256))}, []string{"a component of 256 bytes, at most 255", "…"}},
		{"long path", []string{file(strings.Repeat(strings.Repeat("n", 250)+"/", 17) + "n")}, []string{"bytes with the store path, at most 4096", "…"}},
		{"whiteout", []string{file("a/.wh.b/c")}, []string{`a layer cannot hold "a/.wh.b/c"`, `".wh."`, "rename the file"}},
		{"no source", []string{record("file", "0444", "a", "")}, []string{`the file "a" has no source`}},
		{"missing source", []string{record("file", "0444", "a", source+"x")}, []string{`the source of "a"`, source + "x", "no such file"}},
		{"source is a folder", []string{record("file", "0444", "a", t.TempDir())}, []string{`the source of "a"`, "is not a regular file"}},
		{"empty target", []string{record("symlink", "", "a", "")}, []string{`the symlink "a" has the target ""`}},
		{"long target", []string{record("symlink", "", "a", strings.Repeat("t", 4096))}, []string{"of 4096 bytes: 1 to 4095"}},
		{"directory with a source", []string{record("directory", "0555", "a", source)}, []string{`the directory "a" has`, "must be empty"}},
		{"glob with a source", []string{record("executable", "", "a", source)}, []string{`the glob "a" has`, "must be empty"}},
		{"bad glob", []string{record("executable", "", "a**", "")}, []string{`the glob "a**"`, "whole component"}},
		{"two sources", []string{file("a"), record("file", "0444", "a", other)},
			[]string{"line 2", "two things have one path", `"a" (the file ` + source + ")", `"a" (the file ` + other + ")"}},
		{"file and symlink", []string{file("a"), record("symlink", "", "a", "b")}, []string{"the file " + source, `a symlink to "b"`}},
		{"two targets", []string{record("symlink", "", "a", "b"), record("symlink", "", "a", "c")}, []string{`a symlink to "b"`, `a symlink to "c"`}},
		{"two modes", []string{file("a"), record("file", "0555", "a", source)}, []string{"both the mode 0444 and the mode 0555"}},
		{"file, then its directory", []string{file("a"), record("file", "0444", "a/b/c", other)},
			[]string{`"a" (the file ` + source + ") is not a directory", `"a/b/c" (the file ` + other + ") needs one"}},
		{"directory, then a file", []string{record("file", "0444", "a/b/c", other), file("a")},
			[]string{`"a" (the file ` + source + ") is not a directory", `"a/b/c" (the file ` + other + ") needs one"}},
		{"explicit directory, then a file", []string{record("directory", "0555", "a", ""), file("a")},
			[]string{`"a" (the file ` + source + ") is not a directory", `"a" (a directory) needs one`}},
		{"symlink, then an explicit directory", []string{record("symlink", "", "a", "b"), record("directory", "0555", "a", "")},
			[]string{`"a" (a symlink to "b") is not a directory`, `"a" (a directory) needs one`}},
		{"root with a path", []string{file("a"), record("root", "", "a", "/app")}, []string{`the root "/app" has the path "a"`}},
		{"root with a mode", []string{file("a"), record("root", "0555", "", "/app")}, []string{`the root "" has the mode "0555", want none`}},
		{"root is /", []string{file("a"), record("root", "", "", "/")}, []string{`the root "/": want an absolute path below /`}},
		{"relative root", []string{file("a"), record("root", "", "", "app")}, []string{`the root "app": want an absolute path below /`}},
		{"root with dots", []string{file("a"), record("root", "", "", "/app/../etc")}, []string{`the root "/app/../etc"`, `component ".."`}},
		{"two roots", []string{file("a"), record("root", "", "", "/app"), record("root", "", "", "/srv")}, []string{`the roots "/app" and "/srv"`}},
		{"root of a file", []string{file(""), record("root", "", "", "/app")}, []string{"the object itself", `is not a directory, but it is placed in "/app"`}},
		{"root file and another", []string{file(""), file("a")}, []string{"the object itself (the file " + source + ") is not a directory", `"a" (the file`}},
		{"another and root file", []string{file("a"), file("")}, []string{"the object itself (the file " + source + ") is not a directory", `"a" (the file`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := openRecords(t, test.records...)
			wantError(t, err, append(test.want, string(testPath), "manifest")...)
			if err != nil && len(err.Error()) > 1000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
	_, err := Open(testPath, "@"+source+"x")
	wantError(t, err, source+"x", "no such file", string(testPath))
}

func TestSourceGone(t *testing.T) {
	source := writeFile(t, "source", "content")
	o, err := openRecords(t, record("file", "0444", "a", source))
	o = mustOpen(t, o, err)
	if err := os.Remove(source); err != nil {
		t.Fatal(err)
	}
	_, err = o.OpenFile(&o.Entries()[1])
	wantError(t, err, string(testPath), `"a"`, source)
	wantError(t, o.WriteNAR(&bytes.Buffer{}), source)
}
