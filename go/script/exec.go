package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/interp"

	"github.com/rules-strata/rules_strata/go/script/builtin"
)

const (
	statusNotFound = 127
	statusUsage    = 2
)

// exec runs a command that is neither a function nor the shell's own.
func (r *run) exec(ctx context.Context, args []string) error {
	hc := interp.HandlerCtx(ctx)
	status, err := r.command(r.context(ctx, hc, args))
	if err != nil {
		return r.failAt(hc.Pos.Line(), err)
	}
	if err := r.outside(hc.Pos.Line()); err != nil {
		return err
	}
	if status != 0 {
		return interp.ExitStatus(status)
	}
	return nil
}

// context is what a command sees that a shell runs.
func (r *run) context(ctx context.Context, hc interp.HandlerContext, args []string) *builtin.Context {
	c := &builtin.Context{
		Context: ctx, Args: args, FS: r.place.FS, Dir: hc.Dir, Root: r.place.Root, Env: exported(hc.Env),
		Stdin: hc.Stdin, Stdout: hc.Stdout, Stderr: hc.Stderr, Umask: umask(hc.Env),
		Privileged: r.script.Privileged, Clock: r.clock(), Run: r.run, RunShell: r.runShell,
	}
	if c.Stdin == nil {
		c.Stdin = strings.NewReader("")
	}
	return c
}

// command runs a command and gives its exit status. The error is one that ends
// the script.
func (r *run) command(c *builtin.Context) (int, error) {
	if err := r.failed(); err != nil {
		return 0, err
	}
	name := strings.TrimPrefix(c.Args[0], commandDir+"/")
	if strings.Contains(name, "/") {
		return 0, notRun(c.Path(name))
	}
	if command, ok := builtin.Lookup(name); ok {
		c.Args[0] = name
		return command(c), nil
	}
	return 0, notFound(name)
}

func notRun(path string) error {
	return fmt.Errorf("%s: a program of the image or of a store object cannot be run while the image is made: give it with tools = [...] and call it by its name", path)
}

func notFound(name string) error {
	return fmt.Errorf("command not found: %s: the built-in commands are %s: give a real program with tools = [...]",
		name, strings.Join(builtin.Names(), " "))
}

// run runs a command for another one and gives its exit status.
func (r *run) run(c *builtin.Context) int {
	status, err := r.command(c)
	if err != nil {
		r.fail(err)
		return statusNotFound
	}
	return status
}

// runShell runs text for a command, with args[0] as $0.
func (r *run) runShell(c *builtin.Context, text string, args []string) int {
	file, err := r.parse(text)
	if err != nil {
		r.fail(fmt.Errorf("%s: %w", c.Args[0], err))
		return statusUsage
	}
	var params []string
	if len(args) > 0 {
		params = args[1:]
		file.Name = args[0]
	}
	var stdin io.Reader
	if _, empty := c.Stdin.(*strings.Reader); !empty {
		stdin = c.Stdin
	}
	shell, err := r.shell(shellOptions{dir: c.Dir, env: c.Env, params: params, stdin: stdin, stdout: c.Stdout, stderr: c.Stderr})
	if err != nil {
		r.fail(err)
		return statusUsage
	}
	err = shell.Run(c.Context, file)
	var status interp.ExitStatus
	if err != nil && !errors.As(err, &status) {
		r.fail(err)
		return statusNotFound
	}
	return int(status)
}
