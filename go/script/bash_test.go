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

	"mvdan.cc/sh/v3/interp"

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
	dir := t.TempDir()
	cmd := exec.Command("bash", "--norc", "--noprofile", "-c", c.text)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=/homeless-shelter"}
	out, err := cmd.Output()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return fmt.Sprint(cmd.ProcessState.ExitCode()), strings.ReplaceAll(string(out), dir, "/build/old_out")
}

// testRun is a run whose standard output and error are apart.
func testRun(t *testing.T, text string, privileged bool) (r *run, stdout, stderr string, err error) {
	t.Helper()
	fs := scriptfs.New(time.Unix(315532800, 0))
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
	fs.CloseRoot()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var out, errout bytes.Buffer
	r = &run{
		script: Script{Name: "test", Text: text, Privileged: privileged},
		place:  Place{FS: fs, Dir: "/build/old_out", Root: "/build/old_out", Scratch: "/build", Output: &errout},
		cancel: cancel, output: &lockedWriter{w: &errout},
	}
	file, err := r.parse(text)
	if err != nil {
		return r, "", "", err
	}
	file.Name = "bash"
	stdoutWriter := &lockedWriter{w: &out}
	shell, err := r.shell(shellOptions{dir: r.place.Dir, env: r.environment(), stdout: stdoutWriter, stderr: r.output})
	if err != nil {
		t.Fatal(err)
	}
	err = shell.Run(ctx, file)
	if fatal := r.outcome(err); fatal != nil {
		err = fatal
	}
	return r, out.String(), errout.String(), err
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
				_, output, stderr, err := testRun(t, c.text, true)
				if want, ok := strings.CutPrefix(c.status, "refused"); ok {
					want = strings.TrimSpace(want)
					var status interp.ExitStatus
					if err == nil || errors.As(err, &status) || !strings.Contains(err.Error(), want) {
						t.Errorf("got %q %v, want an error with %q", output, err, want)
					}
					return
				}
				status := "0"
				var code interp.ExitStatus
				if errors.As(err, &code) {
					status = fmt.Sprint(uint8(code))
				} else if err != nil {
					status = err.Error()
				}
				if got, want := strings.TrimSuffix(output, "\n"), strings.TrimSuffix(c.output, "\n"); got != want || status != c.status {
					t.Errorf("%s\ngot status %s and\n%s\nwant status %s and\n%s\nstderr: %s", c.text, status, got, c.status, want, stderr)
				}
			})
		}
		if *update {
			writeCases(t, file, cases)
		}
	}
}
