// Package harness starts and ends what the end-to-end tests drive: Bazel in a
// workspace, container daemons, a cache server. Everything it starts is its
// own: servers on sockets in a temporary folder, ended by process ID.
package harness

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Root is the root of this repository.
var Root = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if isFile(filepath.Join(dir, "bazelw")) && isFile(filepath.Join(dir, "MODULE.bazel")) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			panic("harness: the working directory is not in the repository")
		}
	}
})

// Main runs a package's tests, ends the servers that they shared and says
// which tests did not run. It is for TestMain: os.Exit(harness.Main(m)).
func Main(m *testing.M) int {
	if err := startAllTests(); err != nil {
		fmt.Fprintln(os.Stderr, "harness:", err)
		return 1
	}
	status := m.Run()
	servers.shutdown()
	atEnd.run()
	report(os.Stderr)
	return status
}

// atEnd is what Main does after the last test, last added first.
var atEnd cleanups

type cleanups struct {
	mu    sync.Mutex
	funcs []func()
}

func (c *cleanups) add(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.funcs = append(c.funcs, f)
}

func (c *cleanups) run() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.funcs) - 1; i >= 0; i-- {
		c.funcs[i]()
	}
	c.funcs = nil
}

// Result is what a command said and how it ended.
type Result struct {
	Command        string
	Stdout, Stderr string
	// Status is the exit status, or -1 when a signal ended the command.
	Status int
}

// Must fails the test unless the command succeeded.
func (r Result) Must(t testing.TB) Result {
	t.Helper()
	if r.Status != 0 {
		t.Fatalf("%s", r)
	}
	return r
}

// MustFail fails the test unless the command ended with the status.
func (r Result) MustFail(t testing.TB, status int) Result {
	t.Helper()
	if r.Status != status {
		t.Fatalf("want exit status %d: %s", status, r)
	}
	return r
}

// String is the whole story, for messages.
func (r Result) String() string {
	return fmt.Sprintf("%s: exit status %d\nstdout:\n%s\nstderr:\n%s", r.Command, r.Status, clip(r.Stdout), clip(r.Stderr))
}

// clip shortens what would flood a test's output, keeping the end.
func clip(s string) string {
	const limit = 6000
	if len(s) > limit {
		return "…" + s[len(s)-limit:]
	}
	return s
}

// Command describes a command before it runs.
type Command struct {
	// Dir is the working directory; the repository's root when empty.
	Dir string
	// Env has settings NAME=VALUE; NAME alone takes the variable away.
	Env []string
	// Stdout, when set, gets the standard output instead of Result.Stdout.
	Stdout *os.File
	Args   []string
}

// Run runs the command to its end. It fails the test only when the command
// cannot be started.
func (c Command) Run(t testing.TB) Result {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), c.Args[0], c.Args[1:]...)
	cmd.Dir = c.Dir
	if cmd.Dir == "" {
		cmd.Dir = Root()
	}
	cmd.Env = environment(c.Env)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}
	began := time.Now()
	err := cmd.Run()
	if took := time.Since(began); took >= time.Second {
		t.Logf("%.1f s: %s", took.Seconds(), strings.Join(c.Args, " "))
		if took >= time.Minute {
			t.Logf("it said: %s", clip(stderr.String()))
		}
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s: %v", strings.Join(c.Args, " "), err)
	}
	return Result{
		Command: strings.Join(c.Args, " "),
		Stdout:  stdout.String(),
		Stderr:  stderr.String(),
		Status:  cmd.ProcessState.ExitCode(),
	}
}

// Exec is a command that runs inside the root that has Docker, Podman, Nix and
// the other servers.
func Exec(args ...string) Command {
	return Command{Args: append([]string{bazelw(), "--exec"}, args...)}
}

func bazelw() string { return filepath.Join(Root(), "bazelw") }

// environment is the tests' own with changes. No test may find a daemon that
// it did not start.
func environment(changes []string) []string {
	vars := map[string]string{}
	for _, setting := range os.Environ() {
		name, value, _ := strings.Cut(setting, "=")
		vars[name] = value
	}
	for _, name := range []string{"DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINERD_ADDRESS", "STRATA_ENGINE"} {
		delete(vars, name)
	}
	if vars["BAZELW_ROOT"] == "" {
		vars["BAZELW_ROOT"] = "test"
	}
	for _, change := range changes {
		if name, value, set := strings.Cut(change, "="); set {
			vars[name] = value
		} else {
			delete(vars, name)
		}
	}
	out := make([]string, 0, len(vars))
	for name, value := range vars {
		out = append(out, name+"="+value)
	}
	return out
}

// TempDir makes a folder whose path is short enough for sockets, which have
// about a hundred bytes, and that ordinary users can enter. Unlike
// testing.T's, it can hold read-only folders. It is removed after the test.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, remove, err := tempDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	return dir
}

func tempDir() (dir string, remove func(), err error) {
	parent := os.TempDir()
	if len(parent) > 40 {
		parent = "/tmp"
	}
	if dir, err = os.MkdirTemp(parent, "strata"); err != nil {
		return "", nil, err
	}
	return dir, func() { _ = removeAll(dir) }, os.Chmod(dir, 0o755)
}

// removeAll removes a tree, read-only folders included.
func removeAll(dir string) error {
	if err := os.RemoveAll(dir); err == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
