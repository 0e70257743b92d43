// Package bash interprets bash scripts over an in-memory file tree (package
// scriptfs). It follows the Bash Reference Manual 5.2, and bash 5.2 itself
// where the manual is silent, as a non-interactive shell in the C locale. The
// parser is mvdan.cc/sh's.
//
// A script reaches nothing of the host: files are those of the tree, programs
// are those that a function of the caller runs, pipes are in memory. The same
// script over the same tree always does the same: only one process of it runs
// at a time, and which one is next follows from the script alone; the time,
// process numbers and random numbers are fixed or refused. What this package
// lacks is an Unsupported error with the line, never another result.
package bash

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// Config is what a shell begins with.
type Config struct {
	Context context.Context
	FS      *scriptfs.FS
	// Dir is the working directory, an absolute path in FS.
	Dir string
	// Env is the environment, "K=V".
	Env []string
	// Name is $0, Params are $1 and so on.
	Name   string
	Params []string
	// A stream that is nil is empty, or takes everything.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Umask          uint32
	// UID is the user's number.
	UID int
	// Options are those of set, "errexit", "pipefail", that are on.
	Options []string
	// Argument says that the text is an argument of a command line, as of "bash -c".
	Argument bool
	// Host runs what is no function and not the shell's own.
	Host Host
}

// Host is what a shell needs of whoever runs it.
type Host interface {
	// Run runs a command and gives its exit status.
	Run(p *Process) int
	// Find says where a command seems to be.
	Find(name string) (path string, ok bool)
	// Home is a user's home directory.
	Home(user string) (dir string, ok bool)
	// Failed is nil, or what ends the script whatever it does. It is asked
	// after everything that uses the file system.
	Failed() error
}

// Process is a command that a shell runs.
type Process struct {
	Context        context.Context
	Args           []string
	Dir            string
	Env            []string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Umask          uint32
	// Pos is where the command stands.
	Pos Pos
}

// Pos is a place in a script.
type Pos struct {
	// Line counts from 1 in the text that Run got, Inner in a text that eval,
	// source or trap read, or 0.
	Line, Inner uint
}

// String is the place in messages.
func (p Pos) String() string {
	if p.Inner > 0 {
		return fmt.Sprintf("line %d (there line %d)", p.Line, p.Inner)
	}
	return fmt.Sprintf("line %d", p.Line)
}

// Error is what ended a script whatever it did.
type Error struct {
	Pos Pos
	Err error
}

func (e *Error) Error() string { return e.Pos.String() + ": " + e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// Unsupported is a feature of bash that is refused.
type Unsupported struct {
	// Feature is what it is, Instead what to write instead, or "".
	Feature, Instead string
}

func (u *Unsupported) Error() string {
	if u.Instead == "" {
		return fmt.Sprintf("%s is not supported by the interpreter of the build's scripts", u.Feature)
	}
	return fmt.Sprintf("%s is not supported by the interpreter of the build's scripts: %s", u.Feature, u.Instead)
}

// Result is how a script ended.
type Result struct {
	Status int
	// Pos and Command tell what made the script end, if its status is not 0.
	Pos     Pos
	Command string
}

// Run runs a script. Errors are *Error: the script is no bash, uses what is
// not supported, or the host failed.
func Run(text string, c Config) (result Result, err error) {
	common := &common{config: c, fs: c.FS, host: c.Host, clock: c.FS.Clock()}
	common.sched, common.context = schedulerOf(c.Context)
	defer func() {
		if r := recover(); r != nil {
			abort, ok := r.(*abortion)
			if !ok {
				panic(r)
			}
			err = abort.err
		}
	}()
	sh := newShell(common)
	defer sh.closeFiles()
	if sub := sh.script(text); sub == nil {
		return Result{Status: sh.status, Pos: sh.failedAt, Command: sh.failedCommand}, nil
	}
	return Result{Status: statusSigpipe}, nil
}

// common is what all shells of a script share.
type common struct {
	config  Config
	context context.Context
	fs      *scriptfs.FS
	host    Host
	clock   time.Time
	sched   *scheduler
	// jobs counts what ran in the background, temporaries the files made for
	// process substitutions.
	jobs, temporaries int
}

// abortion is what a goroutine panics with when the script must end.
type abortion struct{ err *Error }
