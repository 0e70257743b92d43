package harness

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Bazel is Bazel in one workspace.
type Bazel struct {
	// Dir is the workspace's root, which gets no bazel-bin link.
	Dir string
	// OutputBase is Bazel's --output_base; its own choice when empty.
	OutputBase string
	// Env has settings NAME=VALUE; NAME alone takes the variable away.
	Env []string
	// Flags are added to every command, after its name.
	Flags []string
	// Prefix is put before the command line: {"taskset", "-c", "0"}.
	Prefix []string
}

// quickStart leaves out the second compiler of Java's virtual machine: what it
// gains, it gains after minutes, and a server of the tests, which starts anew
// and has little to do, needs half of the processor time without it.
const quickStart = "--host_jvm_args=-XX:TieredStopAtLevel=1"

// Command is `./bazelw COMMAND ARGS...` in the workspace.
func (b Bazel) Command(command string, args ...string) Command {
	line := append(append([]string{}, b.Prefix...), b.program())
	if b.OutputBase != "" {
		line = append(line, "--output_base="+b.OutputBase)
	}
	line = append(line, quickStart, command)
	if command != "shutdown" && command != "query" {
		// A developer's bazel-bin stays what it was.
		line = append(line, "--symlink_prefix=/")
		line = append(line, b.Flags...)
	}
	return Command{Dir: b.Dir, Env: b.Env, Args: append(line, args...)}
}

// program is the workspace's own bazelw, or this repository's.
func (b Bazel) program() string {
	if own := filepath.Join(b.Dir, "bazelw"); isFile(own) {
		return own
	}
	return bazelw()
}

// Run runs a command to its end, whatever that is.
func (b Bazel) Run(t testing.TB, command string, args ...string) Result {
	t.Helper()
	return b.Command(command, args...).Run(t)
}

// Build builds targets, or fails the test.
func (b Bazel) Build(t testing.TB, args ...string) {
	t.Helper()
	b.Run(t, "build", args...).Must(t)
}

// Bin is the absolute path of bazel-bin. The flags must be those of the build.
func (b Bazel) Bin(t testing.TB, flags ...string) string {
	t.Helper()
	asked := strings.Join(slices.Concat([]string{b.Dir, b.OutputBase}, b.Flags, flags), "\x00")
	if bin, ok := bins.Load(asked); ok {
		return bin.(string)
	}
	bin := strings.TrimSpace(b.Run(t, "info", append(flags, "bazel-bin")...).Must(t).Stdout)
	bins.Store(asked, bin)
	return bin
}

// bins are what Bazel said about bazel-bin, by workspace, output base and
// flags: it depends on nothing else.
var bins sync.Map

// Output is the absolute path of a target's file: Output(t, "//pkg:name",
// ".config.json"). The flags must be those of the build.
func (b Bazel) Output(t testing.TB, label, suffix string, flags ...string) string {
	t.Helper()
	path := strings.Replace(strings.TrimPrefix(label, "//"), ":", "/", 1)
	return filepath.Join(b.Bin(t, flags...), path+suffix)
}

// Temporary is Bazel in a workspace that the test made: its server and its
// output base are gone after the test. The environment is set here, since it
// says which installation of Bazel is told to shut down.
func Temporary(t testing.TB, dir string, env ...string) Bazel {
	t.Helper()
	b := Bazel{Dir: dir, OutputBase: filepath.Join(TempDir(t), "ob"), Env: env}
	t.Cleanup(func() { shutdown(b) })
	return b
}

// Lasting is Bazel in a workspace of the repository, "." or "e2e/smoke". Its
// server serves all tests and is shut down after the last.
func Lasting(t testing.TB, dir string) Bazel {
	t.Helper()
	return servers.get(t, dir, func() (Bazel, error) { return Bazel{Dir: filepath.Join(Root(), dir)}, nil })
}

// LastingCopy is Bazel in a copy of a workspace of the repository, as of
// CopyWorkspace, that all tests share and may change. Both are gone after the
// last test.
func LastingCopy(t testing.TB, dir string) Bazel {
	t.Helper()
	programs := built.get(t)
	return servers.get(t, "copy of "+dir, func() (Bazel, error) {
		folder, remove, err := tempDir()
		if err != nil {
			return Bazel{}, err
		}
		atEnd.add(remove)
		workspace, err := copyWorkspace(dir, folder, Root())
		if err == nil {
			err = usePrebuilt(workspace, programs)
		}
		return Bazel{Dir: workspace, OutputBase: filepath.Join(folder, "ob")}, err
	})
}

// servers are those that last, by the names of their workspaces.
var servers = serverSet{started: map[string]Bazel{}}

type serverSet struct {
	mu      sync.Mutex
	started map[string]Bazel
}

func (s *serverSet) get(t testing.TB, name string, start func() (Bazel, error)) Bazel {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.started[name]
	if !ok {
		var err error
		if b, err = start(); err != nil {
			t.Fatal(err)
		}
		s.started[name] = b
	}
	return b
}

// shutdown ends all servers, at the same time: each takes its time to.
func (s *serverSet) shutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ending sync.WaitGroup
	for _, b := range s.started {
		ending.Go(func() { shutdown(b) })
	}
	ending.Wait()
	clear(s.started)
}

// shutdown works without a test's context, which is over by then.
func shutdown(b Bazel) {
	command := b.Command("shutdown")
	cmd := exec.Command(command.Args[0], command.Args[1:]...)
	cmd.Dir, cmd.Env = command.Dir, environment(command.Env)
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "harness: %s: %v\n%s", strings.Join(command.Args, " "), err, out)
	}
}

// overridePath finds `path = "../.."`, or "../../..", in a local_path_override.
var overridePath = regexp.MustCompile(`(local_path_override\([^)]*\bpath = )"\.\.(?:/\.\.)+"`)

// CopyWorkspace copies a workspace of the repository, "e2e/smoke", to a
// temporary folder where tests may change it. It uses rules_strata from here,
// with programs that are built already.
func CopyWorkspace(t testing.TB, dir string) string {
	t.Helper()
	programs := built.get(t)
	to, err := copyWorkspace(dir, TempDir(t), Root())
	if err == nil {
		err = usePrebuilt(to, programs)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// copyWorkspace copies a workspace into a folder. The copy uses rules_strata
// from a checkout.
func copyWorkspace(dir, folder, checkout string) (string, error) {
	to := filepath.Join(folder, filepath.Base(dir))
	if err := copyFiles(filepath.Join(Root(), dir), to); err != nil {
		return "", err
	}
	module := filepath.Join(to, "MODULE.bazel")
	text, err := os.ReadFile(module)
	if err != nil {
		return "", err
	}
	changed := overridePath.ReplaceAll(text, fmt.Appendf(nil, "${1}%q", checkout))
	if bytes.Equal(changed, text) {
		return "", fmt.Errorf(`%s: no local_path_override with path = "../.."`, module)
	}
	return to, os.WriteFile(module, changed, 0o644)
}

// CopyCheckout copies the repository to a temporary folder.
func CopyCheckout(t testing.TB) string {
	t.Helper()
	to := filepath.Join(TempDir(t), "checkout")
	if err := copyFiles(Root(), to); err != nil {
		t.Fatal(err)
	}
	return to
}

// copyFiles copies what Git tracks or would track: nothing that a build made.
func copyFiles(from, to string) error {
	list := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = from
	out, err := list.Output()
	if err != nil {
		return fmt.Errorf("git ls-files in %s: %w", from, err)
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		source, target := filepath.Join(from, name), filepath.Join(to, name)
		info, err := os.Lstat(source)
		if os.IsNotExist(err) {
			continue // tracked, and removed in the working tree
		}
		if err == nil {
			err = os.MkdirAll(filepath.Dir(target), 0o755)
		}
		if err == nil {
			err = copyFile(source, target, info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string, info os.FileInfo) error {
	if info.Mode()&os.ModeSymlink != 0 {
		text, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(text, to)
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm())
}

// ReadFile is a file's content, or fails the test.
func ReadFile(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// WriteFile writes a file, or fails the test.
func WriteFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
