package script

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/script/builtin"
)

// Tool is a program of the host that scripts may call.
type Tool struct {
	// Name is what scripts call it.
	Name string
	// Path is where the program is on the host, absolute.
	Path string
}

// tool is the tool of a name.
func (m *machine) tool(name string) (Tool, bool) {
	for _, t := range m.place.Tools {
		if t.Name == name {
			return t, true
		}
	}
	return Tool{}, false
}

// runTool runs a program of the host over a copy of the image's tree, and
// takes what it changed back into the tree. Only failures of the host end the
// script; the program's own is its exit status.
func (m *machine) runTool(t Tool, c *builtin.Context) int {
	status, err := m.overCopy(t, c)
	if err != nil {
		m.fail(fmt.Errorf("run the tool %s (%s): %w", t.Name, t.Path, err))
		return statusNotFound
	}
	return status
}

func (m *machine) overCopy(t Tool, c *builtin.Context) (status int, err error) {
	below, ok := relative(m.place.Root, c.Dir)
	if !ok {
		return 0, fmt.Errorf("the working directory %s is not in the image's tree: change to a directory of it first", c.Dir)
	}
	dir, err := os.MkdirTemp("", "strata-tool-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, removeAll(dir)) }()
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return 0, err
	}
	tree := &treeCopy{fs: m.place.FS, root: m.place.Root, dir: filepath.Join(dir, "tree")}
	if err := tree.write(); err != nil {
		return 0, err
	}
	if status, err = m.start(t, c, dir, filepath.Join(tree.dir, below)); err != nil {
		return 0, err
	}
	return status, tree.readBack()
}

// start runs the program and gives its exit status.
func (m *machine) start(t Tool, c *builtin.Context, dir, workingDir string) (int, error) {
	for _, d := range []string{"bin", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			return 0, err
		}
	}
	for _, other := range m.place.Tools {
		if err := os.Symlink(other.Path, filepath.Join(dir, "bin", other.Name)); err != nil {
			return 0, err
		}
	}
	streams, err := openStreams(dir, c.Stdin)
	if err != nil {
		return 0, err
	}
	defer streams.close()
	cmd := exec.CommandContext(c.Context, t.Path)
	cmd.Args = c.Args
	cmd.Dir = workingDir
	cmd.Env = toolEnvironment(c.Env, filepath.Join(dir, "bin"), filepath.Join(dir, "tmp"), workingDir)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = streams.in, streams.out, streams.err
	old := syscall.Umask(int(c.Umask))
	err = cmd.Start()
	syscall.Umask(old)
	if err != nil {
		return 0, err
	}
	err = cmd.Wait()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		return 0, err
	}
	if err := streams.copy(c.Stdout, c.Stderr); err != nil {
		return 0, err
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return cmd.ProcessState.ExitCode(), nil
}

// toolEnvironment is the script's, with directories that are there on the
// host.
func toolEnvironment(env []string, bin, tmp, dir string) []string {
	var list []string
	for _, pair := range env {
		name, _, _ := strings.Cut(pair, "=")
		switch name {
		case "PATH", "PWD", "OLDPWD", "TMP", "TMPDIR", "TEMP", "TEMPDIR", "NIX_BUILD_TOP":
			continue
		}
		list = append(list, pair)
	}
	return append(list, "PATH="+bin, "PWD="+dir, "TMP="+tmp, "TMPDIR="+tmp, "TEMP="+tmp, "TEMPDIR="+tmp, "NIX_BUILD_TOP="+tmp)
}

// relative is a path seen from a directory that it is in.
func relative(root, at string) (string, bool) {
	if root == "/" {
		return strings.TrimPrefix(at, "/"), true
	}
	rest, ok := strings.CutPrefix(path.Clean(at)+"/", root+"/")
	return strings.TrimSuffix(rest, "/"), ok
}

// streams are files for a program's standard streams: its input is there as a
// whole before it begins, its output is passed on when it has ended, so that
// nothing depends on which of two programs is faster.
type streams struct{ in, out, err *os.File }

func openStreams(dir string, stdin io.Reader) (*streams, error) {
	s := &streams{}
	for name, f := range map[string]**os.File{"stdin": &s.in, "stdout": &s.out, "stderr": &s.err} {
		var err error
		if *f, err = os.Create(filepath.Join(dir, name)); err != nil {
			s.close()
			return nil, err
		}
	}
	if _, err := io.Copy(s.in, stdin); err != nil && !errors.Is(err, syscall.EBADF) {
		s.close()
		return nil, fmt.Errorf("read its input: %w", err)
	}
	if _, err := s.in.Seek(0, io.SeekStart); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// copy passes on what the program wrote.
func (s *streams) copy(stdout, stderr io.Writer) error {
	for _, pair := range []struct {
		from *os.File
		to   io.Writer
	}{{s.err, stderr}, {s.out, stdout}} {
		if _, err := pair.from.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(pair.to, pair.from); err != nil && !errors.Is(err, syscall.EBADF) {
			return err
		}
	}
	return nil
}

func (s *streams) close() {
	for _, f := range []*os.File{s.in, s.out, s.err} {
		if f != nil {
			f.Close()
		}
	}
}

// removeAll removes a directory, whatever the modes in it are.
func removeAll(dir string) error {
	err := os.RemoveAll(dir)
	if err == nil {
		return nil
	}
	filepath.WalkDir(dir, func(name string, d os.DirEntry, _ error) error {
		if d != nil && d.IsDir() {
			os.Chmod(name, 0o700)
		}
		return nil
	})
	return os.RemoveAll(dir)
}
