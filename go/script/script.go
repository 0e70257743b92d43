// Package script runs the shell scripts that customise an image: bash text,
// interpreted in this process over an in-memory file tree (package scriptfs),
// with the commands of package builtin. It follows the Bash Reference Manual
// 5.2 as a non-interactive shell runs a script, with the environment of a
// build of nixpkgs' stdenv.
//
// Scripts reach nothing of the host, and what they do depends on nothing but
// the script and the tree. The interpreter is mvdan.cc/sh; what that does
// differently from bash is rewritten into what it does alike, or refused
// before or while the script runs, with the line and what to write instead.
package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"mvdan.cc/sh/v3/interp"
	"mvdan.cc/sh/v3/syntax"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// Script is one script of an image.
type Script struct {
	// Name is what messages call it: the attribute that holds it.
	Name string
	// Text is bash.
	Text string
	// Privileged scripts are root, as under fakeroot; others are a build's user.
	Privileged bool
}

// Place is where scripts run.
type Place struct {
	FS *scriptfs.FS
	// Dir is the working directory, an absolute path in FS without links.
	Dir string
	// Root is where the image's root is in FS: what names of users are looked
	// up in, and all that the image is made of.
	Root string
	// Scratch is the directory for temporary files.
	Scratch string
	// Tools are programs of the host that scripts may call.
	Tools []Tool
	// Output gets what scripts write to their standard output and error.
	Output io.Writer
}

// Run runs a script. Its error names the script, the line and what failed.
func Run(ctx context.Context, s Script, p Place) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &run{script: s, place: p, cancel: cancel, output: &lockedWriter{w: p.Output}}
	return r.all(ctx)
}

// run is a script that runs, with all the shells in it.
type run struct {
	script Script
	place  Place
	output *lockedWriter

	cancel context.CancelCauseFunc
	mu     sync.Mutex
	// err is what ends the script whatever it does.
	err error
	// last is the command that was called last.
	last lastCall
}

type lastCall struct {
	line uint
	name string
}

// clock is the time that scripts see.
func (r *run) clock() time.Time { return r.place.FS.Clock() }

// fail ends the script. It returns the error that ends it.
func (r *run) fail(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
		r.cancel(err)
	}
	return r.err
}

func (r *run) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// failAt is fail with the place in the script.
func (r *run) failAt(line uint, err error) error {
	if line > 0 {
		err = fmt.Errorf("line %d: %w", line, err)
	}
	return r.fail(err)
}

func (r *run) all(ctx context.Context) error {
	file, err := r.parse(r.script.Text)
	if err != nil {
		return fmt.Errorf("%s: %w", r.script.Name, err)
	}
	shell, err := r.shell(shellOptions{dir: r.place.Dir, env: r.environment(), stdout: r.output, stderr: r.output})
	if err != nil {
		return fmt.Errorf("%s: %w", r.script.Name, err)
	}
	options := []string{"-e"}
	if !r.script.Privileged {
		options = append(options, "-o", "pipefail")
	}
	if err := interp.Params(options...)(shell); err != nil {
		return fmt.Errorf("%s: %w", r.script.Name, err)
	}
	return r.statements(ctx, shell, file)
}

// statements runs one statement after the other, so that it is known which
// one failed.
func (r *run) statements(ctx context.Context, shell *interp.Runner, file *syntax.File) error {
	for _, s := range file.Stmts {
		err := shell.Run(ctx, s)
		if fatal := r.outcome(err); fatal != nil {
			return fmt.Errorf("%s: %w", r.script.Name, fatal)
		}
		if shell.Exited() {
			return r.exited(s, err)
		}
	}
	// A whole file, even an empty one, runs the trap on EXIT.
	if err := r.outcome(shell.Run(ctx, &syntax.File{Name: "bash"})); err != nil {
		return fmt.Errorf("%s: %w", r.script.Name, err)
	}
	return nil
}

// outcome is nil, or what ends the script whatever its exit status is.
func (r *run) outcome(err error) error {
	if fatal := r.failed(); fatal != nil {
		return fatal
	}
	if err := r.place.FS.Err(); err != nil {
		return err
	}
	if err := r.place.FS.Outside(); err != nil {
		return fmt.Errorf("line %d: %w", r.last.line, err)
	}
	var status interp.ExitStatus
	if err != nil && !errors.As(err, &status) {
		return err
	}
	return nil
}

// exited tells how the script ended in a statement.
func (r *run) exited(s *syntax.Stmt, err error) error {
	var status interp.ExitStatus
	if !errors.As(err, &status) {
		return nil
	}
	line, what := s.Pos().Line(), ""
	if r.last.line >= line {
		line, what = r.last.line, r.last.name
	}
	if what == "" {
		what = "the command"
	}
	return fmt.Errorf("%s: line %d: %s failed with exit status %d", r.script.Name, line, what, uint8(status))
}

// called notes a command.
func (r *run) called(line uint, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = lastCall{line, name}
}

// lockedWriter is a writer for several goroutines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
