package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
)

// narEntries are the entries of a NAR but the root: PATH for a directory,
// PATH>TARGET for a link.
func narEntries(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for r := nar.NewReader(f); ; {
		e, err := r.Next()
		if err == io.EOF {
			return strings.TrimSpace(strings.Join(out, " "))
		}
		if err != nil {
			t.Fatal(err)
		}
		if e.Target != "" {
			e.Path += ">" + e.Target
		}
		out = append(out, e.Path)
	}
}

func TestBuildEnvCommand(t *testing.T) {
	app := listing(t, ". type=dir", "./LICENSE type=file mode=0444", "./bin type=dir", "./bin/app type=file mode=0555")
	lib := listing(t, ". type=dir", "./LICENSE type=file mode=0444", "./bin type=link link="+otherPath+"/bin", "./lib type=dir")
	other := listing(t, ". type=dir", "./bin type=dir", "./bin/x type=file mode=0555")
	both := []string{"--path", appPath + "=" + app, "--path", libPath + "=" + lib, "--linked", otherPath + "=" + other, "--label=//:app", "--label=//:lib"}
	license, otherLicense := writeFile(t, "license", "free"), writeFile(t, "license", "freer")
	set := func(second string) string {
		return writeFile(t, "set", "object\x00"+appPath+"\ninput\x00"+license+"\nfile\x000444\x00LICENSE\x00"+license+"\n"+
			"object\x00"+libPath+"\ninput\x00"+second+"\nfile\x000444\x00LICENSE\x00"+second+"\n"+
			"object\x00"+otherPath+"\ninput\x00not read\nfile\x000444\x00x\x00not read\n")
	}
	for _, test := range []struct {
		name                    string
		args                    []string
		entries, unused, errors string
		warns                   string
	}{
		{name: "nothing", args: []string{"--path-to-link", "/"}},
		{name: "one", args: []string{"--path-to-link", "/bin", "--path", appPath + "=" + app}, entries: "bin bin/app>" + appPath + "/bin/app"},
		{
			name: "a link to another object, and equal files", args: append([]string{"--path-to-link", "/", "--objects", set(license)}, both...),
			entries: "LICENSE>" + appPath + "/LICENSE bin bin/app>" + appPath + "/bin/app bin/x>" + libPath + "/bin/x lib>" + libPath + "/lib",
			unused:  "not read\n",
		},
		{name: "other files", args: append([]string{"--path-to-link", "/", "--objects", set(otherLicense)}, both...), errors: "/LICENSE: //:app gives a file and //:lib gives a file"},
		{name: "files that are not compared", args: append([]string{"--path-to-link", "/"}, both...), errors: "/LICENSE: //:app gives a file and //:lib gives a file"},
		{
			name: "ignored", args: append([]string{"--path-to-link", "/", "--ignore-collisions"}, both...),
			entries: "LICENSE>" + appPath + "/LICENSE bin bin/app>" + appPath + "/bin/app bin/x>" + libPath + "/bin/x lib>" + libPath + "/lib",
			warns:   "warning: /LICENSE: //:app gives a file and //:lib gives a file: the first is kept\n",
		},
		{
			name: "directories", args: append([]string{"--path-to-link", "/lib", "--directory", "lib", "--directory", "tmp"}, both...), entries: "lib",
		},
		{name: "no directory", args: append([]string{"--path-to-link", "/bin/app"}, both...), errors: "/bin/app: //:app gives a program, and it must be a directory"},
		{name: "labels", args: []string{"--path-to-link", "/", "--label=x"}, errors: "1 --label for 0 --path"},
		{name: "another store", args: []string{"--path-to-link", "/", "--store-dir=/store", "--path", appPath + "=" + app}, errors: "give the right --store-dir"},
		{name: "no listing", args: []string{"--path-to-link", "/", "--path", appPath + "=missing"}, errors: "missing"},
		{name: "a bad listing", args: []string{"--path-to-link", "/", "--path", appPath + "=" + license}, errors: "listing truncated in line 1"},
		{name: "no set", args: []string{"--path-to-link", "/", "--objects", "missing"}, errors: "missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, unused := filepath.Join(t.TempDir(), "x.nar"), filepath.Join(t.TempDir(), "unused")
			status, text := strata(append([]string{"build-env", "--out", out, "--unused-inputs", unused}, test.args...)...)
			if test.errors != "" {
				if _, err := os.Stat(out); status != 1 || !strings.Contains(text, test.errors) || err == nil {
					t.Errorf("status %d, %s, want %q and no output", status, text, test.errors)
				}
				return
			}
			if status != 0 || text != test.warns {
				t.Fatalf("status %d: %s", status, text)
			}
			if got := narEntries(t, out); got != test.entries {
				t.Errorf("got %s, want %s", got, test.entries)
			}
			if got := readFile(t, unused); got != test.unused {
				t.Errorf("unused %q, want %q", got, test.unused)
			}
		})
	}
}
