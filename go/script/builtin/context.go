package builtin

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// Context is what one run of a command sees and where it writes.
type Context struct {
	// Context ends a command that waits or walks for long.
	Context context.Context
	// Args holds the command's name and its arguments.
	Args []string
	// FS is the file tree that the command works on; nothing else is reachable.
	FS *scriptfs.FS
	// Dir is the working directory, an absolute path in FS.
	Dir string
	// Root is where the image's root is in FS: "/" with enable_fakechroot, else the directory that the script began in.
	// Names of users and groups come from the etc/passwd and etc/group below it.
	Root string
	// Env is the environment, "K=V", sorted by bytes.
	Env []string
	// Stdin, Stdout and Stderr are the three standard streams.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Umask holds the permission bits that new files do not get.
	Umask uint32
	// Privileged says whether the command may give files away and make devices: true in fake_root_commands, false in extra_commands.
	Privileged bool
	// Clock is the time that date prints and that new files get.
	Clock time.Time
	// Run runs another command as the shell would and returns its exit status: for find -exec, xargs, env and their like.
	Run func(c *Context) int
	// RunShell runs shell text with positional parameters, $0 being args[0], and returns its exit status.
	RunShell func(c *Context, text string, args []string) int
}

// Name returns the name that the command was called by.
func (c *Context) Name() string { return c.Args[0] }

// Getenv returns the value of an environment variable, "" when it is not set.
func (c *Context) Getenv(name string) string {
	for _, pair := range c.Env {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			return value
		}
	}
	return ""
}

// Path returns the absolute path in FS of a path seen from the working directory. It only joins: "." and ".." stay, since what ".." means
// depends on the links before it, which FS knows. An empty path stays empty, as the name of no file.
func (c *Context) Path(p string) string {
	switch {
	case p == "":
		return ""
	case p[0] == '/':
		return p
	case strings.HasSuffix(c.Dir, "/"):
		return c.Dir + p
	default:
		return c.Dir + "/" + p
	}
}

// Errorf writes one line "NAME: ..." to Stderr.
func (c *Context) Errorf(format string, args ...any) {
	fmt.Fprintf(c.Stderr, "%s: %s\n", c.Name(), fmt.Sprintf(format, args...))
}

// Fail writes a line as Errorf does and returns status.
func (c *Context) Fail(status int, format string, args ...any) int {
	c.Errorf(format, args...)
	return status
}

// Printf writes to Stdout. A write error is not reported: the only readers are the shell's own buffers and pipes, and a pipe whose reader
// has gone ends the writer quietly, as SIGPIPE does.
func (c *Context) Printf(format string, args ...any) {
	fmt.Fprintf(c.Stdout, format, args...)
}

// With returns a copy of c for another command line: same tree, streams, environment and working directory.
func (c *Context) With(args ...string) *Context {
	other := *c
	other.Args = args
	return &other
}

// Open opens a file for reading, as seen from the working directory; "/dev/stdin" is the command's own standard input.
func (c *Context) Open(path string) (io.ReadCloser, error) {
	switch path {
	case "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0":
		return io.NopCloser(c.Stdin), nil
	}
	return c.FS.Open(c.Path(path))
}
