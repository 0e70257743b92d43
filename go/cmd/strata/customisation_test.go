package main

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// runCustomisation runs the step with outputs in a folder.
func runCustomisation(folder string, args ...string) (int, string) {
	return strata(append([]string{"customisation", "--tar", filepath.Join(folder, "x.tar"), "--metadata", filepath.Join(folder, "x.json"),
		"--references-out", filepath.Join(folder, "references.json")}, args...)...)
}

func listing(t *testing.T, lines ...string) string {
	t.Helper()
	return writeFile(t, "listing", "#mtree\n"+strings.Join(lines, "\n")+"\n")
}

func TestCustomisationCommand(t *testing.T) {
	app := listing(t, ". type=dir", "./bin type=dir", "./bin/app type=file mode=0555", `./bin/\377\012 type=link link=`+otherPath)
	lib := listing(t, ". type=dir", "./bin type=dir", "./bin/app type=file mode=0555", "./lib type=dir")
	for _, test := range []struct {
		name                       string
		args                       []string
		entries, references, warns string
	}{
		{name: "nothing", entries: "./", references: `[]`},
		{
			name:       "one",
			args:       []string{"--content", appPath + "=" + app},
			entries:    "./ ./bin/ ./bin/app>" + appPath + "/bin/app ./bin/\xff\n>" + otherPath,
			references: `["` + appPath + `","` + otherPath + `"]`,
		},
		{
			name:       "the first wins",
			args:       []string{"--content", libPath + "=" + lib, "--content", appPath + "=" + app, "--label=//:lib", "--label=//:app"},
			entries:    "./ ./bin/ ./bin/app>" + libPath + "/bin/app ./bin/\xff\n>" + otherPath + " ./lib/",
			references: `["` + libPath + `","` + otherPath + `"]`,
			warns:      "strata customisation: warning: /bin/app: //:lib gives a file and //:app gives a file: the first is kept: remove one of them, or change the order of contents\n",
		},
		{
			name: "a link to an object",
			args: []string{"--content", otherPath + "=" + listing(t, ". type=link link="+libPath+"/bin"),
				"--linked", libPath + "=" + lib, "--linked", appPath + "=a file that is not read"},
			entries:    "./ ./app>" + otherPath + "/app",
			references: `["` + otherPath + `"]`,
		},
		{
			name: "a link into an object meets a directory",
			args: []string{"--content", otherPath + "=" + listing(t, ". type=dir", "./bin type=link link="+libPath+"/bin"),
				"--content", appPath + "=" + listing(t, ". type=dir", "./bin type=dir", "./bin/sh type=file mode=0555"), "--linked", libPath + "=" + lib},
			entries:    "./ ./bin/ ./bin/app>" + libPath + "/bin/app ./bin/sh>" + appPath + "/bin/sh",
			references: `["` + appPath + `","` + libPath + `"]`,
		},
		{
			name:       "directories",
			args:       []string{"--content", libPath + "=" + lib, "--directory=1777:0:0:lib", "--directory-label=//:lib"},
			entries:    "./ ./bin/ ./bin/app>" + libPath + "/bin/app ./lib/ 1777",
			references: `["` + libPath + `"]`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if status, text := runCustomisation(folder, append(test.args, "--mtime", "1970-01-01T00:01:00Z")...); status != 0 || text != test.warns {
				t.Errorf("status %d: %s, want %s", status, text, test.warns)
			}
			if got := tarEntries(t, filepath.Join(folder, "x.tar")); got != test.entries {
				t.Errorf("entries: got %q, want %q", got, test.entries)
			}
			if got, want := readFile(t, filepath.Join(folder, "references.json")), `{"store_paths":`+test.references+`,"version":1}`+"\n"; got != want {
				t.Errorf("references.json: got %s, want %s", got, want)
			}
			if got, want := readFile(t, filepath.Join(folder, "x.json")), fileDigest(t, filepath.Join(folder, "x.tar")); !strings.Contains(got, want) {
				t.Errorf("layer.json: got %s, want %s in it", got, want)
			}
		})
	}
}

func tarEntries(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []string
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return strings.Join(out, " ")
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.ModTime.Unix() != 60 {
			t.Errorf("%s: time %v", h.Name, h.ModTime)
		}
		entry := h.Name
		if h.Linkname != "" {
			entry += ">" + h.Linkname
		}
		if h.Typeflag == tar.TypeDir && h.Mode != 0o755 {
			entry += fmt.Sprintf(" %o", h.Mode)
		}
		out = append(out, entry)
	}
}

func TestCustomisationCommandErrors(t *testing.T) {
	good := listing(t, ". type=dir")
	for _, test := range []struct {
		name string
		args []string
		want []string
	}{
		{"not a directory", []string{"--content", appPath + "=" + good, "--directory=1777:0:0:tmp", "--directory-label=//:tmp"},
			[]string{"/tmp: //:tmp gives a directory of mode 1777, and there is nothing"}},
		{"no label of a directory", []string{"--content", appPath + "=" + good, "--directory=1777:0:0:tmp", "--directory-label=a", "--directory-label=b"},
			[]string{"2 --directory-label for 1 --directory"}},
		{"no listing", []string{"--content", appPath + "=missing"}, []string{"missing", "no such file"}},
		{"not a listing", []string{"--content", appPath + "=" + writeFile(t, "x", "hello\n")}, []string{"/x: not a listing"}},
		{"cut listing", []string{"--content", appPath + "=" + writeFile(t, "x", "#mtree\n. type=dir")}, []string{"/x: listing truncated in line 2"}},
		{"whiteout", []string{"--content", appPath + "=" + listing(t, ". type=dir", "./.wh.x type=file mode=0444")},
			[]string{"/listing: line 3 of the listing: ", `a layer cannot hold ".wh.x": names that begin with ".wh." mean deletions there: rename the file`}},
		{"name too long", []string{"--content", appPath + "=" + listing(t, ". type=dir", "./"+strings.Repeat("x", 256)+" type=dir")}, []string{"has a component of 256 bytes, at most 255 are allowed"}},
		{"single file", []string{"--content", appPath + "=" + listing(t, ". type=file mode=0444"), "--label=//:app"},
			[]string{"//:app: " + appPath + " is a single file, and contents are directories"}},
		{"symlink", []string{"--content", appPath + "=" + listing(t, ". type=link link=x")}, []string{appPath + ` is a symlink to "x", and contents are directories`}},
		{"symlink out of the store", []string{"--content", appPath + "=" + listing(t, ". type=link link=/etc"), "--linked", libPath + "=" + good},
			[]string{appPath + ` is a symlink to "/etc", and contents are directories`}},
		{"linked, no listing", []string{"--content", appPath + "=" + listing(t, ". type=link link="+libPath), "--linked", libPath + "=missing"}, []string{"missing", "no such file"}},
		{"other store directory", []string{"--store-dir=/opt/store", "--content", appPath + "=" + good}, []string{"is not in the store directory /opt/store", "give the right --store-dir"}},
		{"labels for some", []string{"--content", appPath + "=" + good, "--content", libPath + "=" + good, "--label=//:app"}, []string{"1 --label for 2 --content: give none or one each"}},
		{"labels for nothing", []string{"--label=//:app"}, []string{"1 --label for 0 --content"}},
		{"link too long", []string{"--content", appPath + "=" + deepListing(t)}, []string{"leads to a path of 4", "at most 4095 are possible"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			status, text := runCustomisation(folder, test.args...)
			if status != command.ExitBadInput || !strings.HasPrefix(text, "strata customisation: ") {
				t.Errorf("status %d: %s", status, text)
			}
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("got %s, want %s", text, want)
				}
			}
			if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

// deepListing has a file whose path has 4095 bytes even without the object's.
func deepListing(t *testing.T) string {
	t.Helper()
	lines := []string{". type=dir"}
	at := "."
	for range 16 {
		at += "/" + strings.Repeat("x", 254)
		lines = append(lines, at+" type=dir")
	}
	return listing(t, append(lines, at+"/"+strings.Repeat("x", 14)+" type=file mode=0444")...)
}
