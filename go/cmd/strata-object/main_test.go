package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

const appPath = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app"

// asProgram is set for this test to be the program.
const asProgram = "STRATA_OBJECT_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// start runs the program in a folder and gives its status and what it said.
func start(t *testing.T, folder string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = folder, append(os.Environ(), asProgram+"=1"), strings.NewReader("input\n"), &out, &said
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}

// TestOwnSteps: what it has itself it does without strata, with strata's messages.
func TestOwnSteps(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"app": "text", "manifest": "file\x000444\x00app\x00app\n",
		"params": "layer\n--metadata=layer.json\n--check-references\n--object\n" + appPath + "=@\nfile\x000444\x00app\x00app\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{
		{"@params"},
		{"info", "--out=info.json", "--object", appPath + "=@manifest"},
		{"files", "--out", "files.mtree", "--object=" + appPath + "=@manifest"},
	} {
		if status, stdout, stderr := start(t, folder, append([]string{"--strata=none"}, args...)...); status != 0 || stdout+stderr != "" {
			t.Errorf("%q: status %d: %s%s", args, status, stdout, stderr)
		}
	}
	for _, name := range []string{"layer.json", "info.json", "files.mtree"} {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	status, _, stderr := start(t, folder, "--strata=none", "info", "--out=x", "--object="+appPath+"=@missing")
	if want := "strata info: " + appPath + " from missing: "; status != command.ExitBadInput || !strings.HasPrefix(stderr, want) {
		t.Errorf("status %d: %s, want %s", status, stderr, want)
	}
}

// TestLeavesTheRest: strata gets all else, with the streams and the arguments as
// they are, and its status is the program's.
func TestLeavesTheRest(t *testing.T) {
	folder := t.TempDir()
	script := "#!/bin/sh\nprintf '<%s>' \"$@\"\ncat\necho said >&2\nexit 7\n"
	if err := os.WriteFile(filepath.Join(folder, "strata"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--persistent_worker"},
		{"blob", "--compression=gzip", "--object=" + appPath + "=@manifest", "--descriptor=d"},
		{"layer", "--help"},
		{"layer", "--object", "a b"},
		{"@missing"},
		{"--help"},
		{},
	} {
		status, stdout, stderr := start(t, folder, append([]string{"--strata=./strata"}, args...)...)
		want := "<" + strings.Join(args, "><") + ">input\n"
		if status != 7 || stdout != want || stderr != "said\n" {
			t.Errorf("%q: status %d: %s%s, want %s", args, status, stdout, stderr, want)
		}
	}
	status, _, stderr := start(t, folder, "--strata=none", "blob")
	if want := "strata-object: exec none: no such file or directory: --strata names the program strata of the same release\n"; status != command.ExitBadInput || stderr != want {
		t.Errorf("status %d: %s, want %s", status, stderr, want)
	}
}

func TestUsage(t *testing.T) {
	if status, stdout, stderr := start(t, t.TempDir(), "--help"); status != 0 || stdout != usage || stderr != "" {
		t.Errorf("status %d: %s%s", status, stdout, stderr)
	}
	for _, args := range [][]string{nil, {"layer"}, {"layer", "--strata=strata"}} {
		status, stdout, stderr := start(t, t.TempDir(), args...)
		if want := "strata-object: the first argument is not --strata=FILE\n"; status != command.ExitUsage || stdout != "" || !strings.HasPrefix(stderr, want) {
			t.Errorf("%q: status %d: %s%s", args, status, stdout, stderr)
		}
	}
}

// TestStartsSmall keeps out of the program what it is there to do without.
func TestStartsSmall(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command, which lists imports: go test ./... has it")
	}
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("go list does not work here (%v): go test ./... runs where it does", err)
	}
	imports := strings.Fields(string(out))
	for _, heavy := range []string{"github.com/alecthomas/kong", "github.com/klauspost/compress/zstd", "google.golang.org/protobuf/proto", "regexp", "net", "os/exec"} {
		if slices.Contains(imports, heavy) {
			t.Errorf("strata-object imports %s, which belongs into strata", heavy)
		}
	}
}
