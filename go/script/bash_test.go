package script

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/script/bash"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

var update = flag.Bool("update", false, "ask the bash that is installed what it does and write that down")

// The files testdata/*.bash hold small scripts. Each begins with a line
// "#### NAME"; what bash 5.2 writes to its standard output comes after a line
// "---- STATUS". In place of a status there may be "refused" and a piece of
// the error: then bash's output is not looked at.
type bashCase struct {
	name, text, status, output string
}

func readCases(t *testing.T, file string) []bashCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []bashCase
	for _, block := range strings.Split("\n"+string(data), "\n#### ")[1:] {
		name, rest, _ := strings.Cut(block, "\n")
		text, result, _ := strings.Cut(rest+"\n", "\n---- ")
		status, output, _ := strings.Cut(result, "\n")
		cases = append(cases, bashCase{name, text + "\n", strings.TrimSpace(status), strings.TrimSuffix(output, "\n")})
	}
	return cases
}

func writeCases(t *testing.T, file string, cases []bashCase) {
	t.Helper()
	var out strings.Builder
	for _, c := range cases {
		output := c.output
		if output != "" && !strings.HasSuffix(output, "\n") {
			output += "\n"
		}
		fmt.Fprintf(&out, "#### %s\n%s---- %s\n%s", c.name, c.text, c.status, output)
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// realBash runs a case in a real bash.
func realBash(t *testing.T, c bashCase) (status, output string) {
	t.Helper()
	dir, script := filepath.Join(t.TempDir(), "old_out"), filepath.Join(t.TempDir(), "bash")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(script, []byte(c.text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", "--norc", "--noprofile", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=/homeless-shelter"}
	out, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(out), dir, "/build/old_out")
	return fmt.Sprint(cmd.ProcessState.ExitCode()), strings.ReplaceAll(text, script, "bash")
}

// buildTime is the time of all scripts, in seconds.
const buildTime = 315532800

// newPlace is an empty file system of a build.
func newPlace(t *testing.T) Place {
	t.Helper()
	fs := scriptfs.New(time.Unix(buildTime, 0))
	t.Cleanup(func() {
		if err := fs.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, dir := range []string{"/build", "/tmp"} {
		if err := fs.MountEmpty(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := fs.MountDevices("/dev"); err != nil {
		t.Fatal(err)
	}
	if err := fs.Mkdir("/build/old_out", 0o755); err != nil {
		t.Fatal(err)
	}
	fs.CloseRoot("homeless-shelter")
	return Place{FS: fs, Dir: "/build/old_out", Root: "/build/old_out", Scratch: "/build", StoreDir: "/nix/store"}
}

// runText runs a text with its standard output and error apart and without
// options.
func runText(t *testing.T, text string) (status int, stdout, stderr string, err error) {
	t.Helper()
	return runTextIn(t, newPlace(t), text)
}

func runTextIn(t *testing.T, p Place, text string) (status int, stdout, stderr string, err error) {
	t.Helper()
	m := &machine{script: Script{Name: "test", Text: text, Privileged: true}, place: p}
	var out, errout bytes.Buffer
	c := m.config(context.Background())
	c.Dir, c.Env, c.Name, c.Umask, c.Stdout, c.Stderr = m.place.Dir, m.environment(), "bash", defaultUmask, &out, &errout
	result, err := bash.Run(text, c)
	if err == nil {
		err = m.Failed()
	}
	return result.Status, out.String(), errout.String(), err
}

func TestBash(t *testing.T) {
	files, err := filepath.Glob("testdata/*.bash")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		cases := readCases(t, file)
		for i, c := range cases {
			if *update && !strings.HasPrefix(c.status, "refused") {
				c.status, c.output = realBash(t, c)
				cases[i] = c
			}
			t.Run(strings.TrimSuffix(filepath.Base(file), ".bash")+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				status, output, stderr, err := runText(t, c.text)
				if want, ok := strings.CutPrefix(c.status, "refused"); ok {
					want = strings.TrimSpace(want)
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("got status %d and %q, error %v, want an error with %q", status, output, err, want)
					}
					return
				}
				if err != nil {
					t.Fatalf("%s\n%v", c.text, err)
				}
				if got, want := strings.TrimSuffix(output, "\n"), strings.TrimSuffix(c.output, "\n"); got != want || fmt.Sprint(status) != c.status {
					t.Errorf("%s\ngot status %d and\n%s\nwant status %s and\n%s\nstderr: %s", c.text, status, got, c.status, want, stderr)
				}
			})
		}
		if *update {
			writeCases(t, file, cases)
		}
	}
}
