package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

const (
	appPath = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app"
	libPath = "/nix/store/1123456789abcdfghijklmnpqrsvwxyz-lib"
)

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// runCustomisation runs the step with outputs in a folder and gives what it
// wrote to the standard error.
func runCustomisation(folder string, args ...string) (int, string) {
	var stdout, stderr bytes.Buffer
	status := program.Run(append([]string{"customisation", "--tar", filepath.Join(folder, "x.tar"), "--metadata", filepath.Join(folder, "x.json"),
		"--references-out", filepath.Join(folder, "references.json")}, args...), &stdout, &stderr)
	return status, stdout.String() + stderr.String()
}

func tarNames(t *testing.T, name string) string {
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
		text := h.Name
		if h.Linkname != "" {
			text += ">" + h.Linkname
		}
		out = append(out, text)
	}
}

// object is a set with one object of one file.
func objects(t *testing.T) string {
	t.Helper()
	data := writeFile(t, "data", "some data\n")
	return writeFile(t, "objects", "object\x00"+appPath+"\nfile\x000444\x00data\x00"+data+"\n")
}

func TestCustomisation(t *testing.T) {
	app := writeFile(t, "app", "#mtree\n. type=dir\n./bin type=dir\n./bin/app type=file mode=0555\n")
	lib := writeFile(t, "lib", "#mtree\n. type=dir\n./bin type=dir\n./bin/app type=file mode=0555\n")
	for _, test := range []struct {
		name                        string
		args                        []string
		entries, references, output string
	}{
		{name: "nothing", entries: "./", references: `[]`},
		{
			name: "a script", args: []string{"--content", appPath + "=" + app, "--extra-commands", writeFile(t, "e", "echo hi; echo "+libPath+"/x > f\n")},
			entries: "./ ./bin/ ./bin/app>" + appPath + "/bin/app ./f", references: `["` + appPath + `","` + libPath + `"]`, output: "hi\n",
		},
		{
			name: "objects, root and tool",
			args: []string{"--objects", objects(t), "--fakechroot", "--fake-root-commands", writeFile(t, "f", "cp "+appPath+"/data /d; t; rm /d\n"), "--tool=t=" + trueTool(t)},
			// Nothing mentions the object.
			entries: "./", references: `[]`,
		},
		{
			name: "directories",
			args: []string{"--content", appPath + "=" + app, "--directory=1770:5:6:bin", "--directory-label=//:tmp",
				"--fake-root-commands", writeFile(t, "f", "stat -c '%a %u:%g' bin\n")},
			entries: "./ ./bin/ ./bin/app>" + appPath + "/bin/app", references: `["` + appPath + `"]`, output: "1770 5:6\n",
		},
		{
			name:    "the first wins",
			args:    []string{"--content", libPath + "=" + lib, "--content", appPath + "=" + app, "--label=//:lib", "--label=//:app"},
			entries: "./ ./bin/ ./bin/app>" + libPath + "/bin/app", references: `["` + libPath + `"]`,
			output: "strata-script customisation: warning: /bin/app: //:lib gives a file and //:app gives a file: the first is kept: remove one of them, or change the order of contents\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			if status, text := runCustomisation(folder, test.args...); status != 0 || text != test.output {
				t.Errorf("status %d: %s, want %s", status, text, test.output)
			}
			if got := tarNames(t, filepath.Join(folder, "x.tar")); got != test.entries {
				t.Errorf("entries: got %q, want %q", got, test.entries)
			}
			data, err := os.ReadFile(filepath.Join(folder, "references.json"))
			if want := `{"store_paths":` + test.references + `,"version":1}` + "\n"; err != nil || string(data) != want {
				t.Errorf("references.json: %v: got %s, want %s", err, data, want)
			}
		})
	}
}

// trueTool is a program of the host that does nothing.
func trueTool(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/bin/true", "/usr/bin/true"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skip("needs a program of the host as the tool")
	return ""
}

func TestCustomisationErrors(t *testing.T) {
	listing := writeFile(t, "app", "#mtree\n. type=dir\n./a type=file mode=0444\n")
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"a script fails", []string{"--extra-commands", writeFile(t, "e", "\nfalse\n")}, command.ExitBadInput, "strata-script customisation: extra_commands: line 2: false failed with exit status 1"},
		{
			"no directory", []string{"--directory=1777:0:0:tmp", "--directory-label=//:tmp"},
			command.ExitBadInput, "/tmp: //:tmp gives a directory of mode 1777, and there is nothing",
		},
		{"labels of directories", []string{"--directory-label=x"}, command.ExitBadInput, "1 --directory-label for 0 --directory"},
		{"a bad directory", []string{"--directory=tmp"}, command.ExitUsage, "is not MODE:UID:GID:PATH"},
		{"no script", []string{"--extra-commands", "/nowhere"}, command.ExitBadInput, "/nowhere"},
		{"a whiteout", []string{"--fake-root-commands", writeFile(t, "e", "mkdir d; touch d/.wh.x\n")}, command.ExitBadInput, "/d/.wh.x: a layer cannot hold a name"},
		{
			"collisions", []string{"--collisions=error", "--content", appPath + "=" + listing, "--content", libPath + "=" + listing, "--label=//:one", "--label=//:two"},
			command.ExitBadInput, "/a: //:one gives a file and //:two gives a file\nremove one of each pair",
		},
		{"another store", []string{"--objects", objects(t), "--store-dir", "/gnu/store"}, command.ExitBadInput, "give the right --store-dir"},
		{"a bad tool", []string{"--tool", "x"}, command.ExitUsage, `"x" is not NAME=PATH`},
		{"bad collisions", []string{"--collisions", "last"}, command.ExitUsage, `must be one of "first","error"`},
		{"a bad content", []string{"--content", "x"}, command.ExitUsage, "is not STORE_PATH=FILE"},
		{"labels", []string{"--label", "x"}, command.ExitBadInput, "1 --label for 0 --content"},
		{"a bad time", []string{"--mtime", "soon"}, command.ExitUsage, "soon"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			status, text := runCustomisation(folder, test.args...)
			if status != test.status || !strings.Contains(text, test.want) {
				t.Errorf("status %d: %s, want %d: %s", status, text, test.status, test.want)
			}
			if _, err := os.Stat(filepath.Join(folder, "x.tar")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("there is an output: %v", err)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := program.Run([]string{"--help"}, &stdout, &stderr); status != 0 || !strings.Contains(stdout.String(), "customisation") {
		t.Errorf("status %d: %s%s", status, &stdout, &stderr)
	}
	if status := program.Run([]string{"@/nowhere"}, &stdout, &stderr); status != command.ExitUsage || !strings.Contains(stderr.String(), "parameter file") {
		t.Errorf("status %d: %s", status, &stderr)
	}
	if status := program.Run([]string{"@" + writeFile(t, "params", "customisation\n--help\n")}, &stdout, &stderr); status != 0 {
		t.Errorf("status %d: %s", status, &stderr)
	}
}
