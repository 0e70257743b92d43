package bash

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

const (
	statusUsage      = 2
	statusCannotRun  = 126
	statusNotFound   = 127
	statusSigpipe    = 141
	maxDepth         = 2000
	defaultSeparator = " \t\n"
)

// Shell is a shell or a subshell.
type Shell struct {
	*common
	scopes    []*scope
	functions map[string]*function
	options   map[string]bool
	shopts    map[string]bool
	// dir is the working directory as the user sees it, physical without
	// links.
	dir, physical string
	dirs          []string
	files         descriptors
	name          string
	params        []string
	umask         uint32
	traps         map[string]string

	status int
	// pipeStatus are the statuses of the last pipe's commands.
	pipeStatus []int
	lastArg    string
	// substituted says that the command at hand had a command substitution,
	// whose status is status.
	substituted bool

	// ignoring counts the conditions in which the shell is: errexit does
	// nothing in them.
	ignoring int
	calls    []string
	loops    int
	sourced  int
	depth    int
	subshell bool
	inTrap   bool
	// inTest says that the shell evaluates [[ ]].
	inTest bool
	// levels is how many loops a break or continue leaves.
	levels int

	// source is what is run, pos where.
	source        *source
	pos           Pos
	failedAt      Pos
	failedCommand string

	getopts getopts
	// finished are the statuses of what ran in the background.
	finished []int
}

// function is a function and the text that it stands in.
type function struct {
	body   *syntax.Stmt
	source *source
}

// jump is how a command ends other than by running to its end.
type jump uint8

const (
	on jump = iota
	breaking
	continuing
	returning
	exiting
)

func newShell(c *common) *Shell {
	config := &c.config
	sh := &Shell{
		common: c, scopes: []*scope{newScope(true)}, functions: map[string]*function{},
		options: map[string]bool{"braceexpand": true, "hashall": true}, shopts: map[string]bool{},
		dir: config.Dir, physical: config.Dir, files: descriptors{}, name: config.Name, params: config.Params,
		umask: config.Umask, traps: map[string]string{}, pipeStatus: []int{0},
	}
	for _, o := range config.Options {
		sh.options[o] = true
	}
	stdin, stdout, stderr := config.Stdin, config.Stdout, config.Stderr
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	if stdout == nil {
		stdout = io.Discard
	}
	if stderr == nil {
		stderr = io.Discard
	}
	sh.files.set(0, &openFile{Reader: stdin})
	sh.files.set(1, &openFile{Writer: stdout})
	sh.files.set(2, &openFile{Writer: stderr})
	sh.initVariables()
	return sh
}

// fork is a copy of the shell for a subshell.
func (sh *Shell) fork() *Shell {
	c := *sh
	c.scopes = make([]*scope, len(sh.scopes))
	for i, s := range sh.scopes {
		c.scopes[i] = s.clone()
	}
	c.functions = maps.Clone(sh.functions)
	c.options = maps.Clone(sh.options)
	c.shopts = maps.Clone(sh.shopts)
	c.dirs = slices.Clone(sh.dirs)
	c.files = sh.files.clone()
	c.calls = slices.Clone(sh.calls)
	c.traps = map[string]string{}
	for name, action := range sh.traps {
		if action == "" || name == "ERR" && sh.options["errtrace"] {
			c.traps[name] = action
		}
	}
	c.loops, c.inTest = 0, false
	c.subshell = true
	return &c
}

// inSubshell runs f in a copy of the shell and gives its exit status.
func (sh *Shell) inSubshell(f func(sub *Shell)) (status int) {
	sub := sh.fork()
	defer sub.closeFiles()
	if sh.depth++; sh.depth > maxDepth {
		sh.refuse("a recursion of more than %d levels", maxDepth)
	}
	sub.depth = sh.depth
	defer func() { sh.depth-- }()
	if killed := sub.until(func() { f(sub); sub.exitTrap() }); killed != nil {
		return statusSigpipe
	}
	if sub.status != 0 {
		sh.failedAt, sh.failedCommand = sub.failedAt, sub.failedCommand
	}
	return sub.status
}

// until runs f; it is not nil if that ended by a signal.
func (sh *Shell) until(f func()) (killed *sigpipe) {
	defer func() {
		if r := recover(); r != nil {
			s, ok := r.(sigpipe)
			if !ok {
				panic(r)
			}
			killed = &s
		}
	}()
	f()
	return nil
}

// script runs a whole script.
func (sh *Shell) script(text string) (killed *sigpipe) {
	return sh.until(func() {
		file := sh.parse(text, "")
		sh.source = file.source
		sh.statements(file.statements)
		sh.exitTrap()
	})
}

// errorf writes a message of the shell.
func (sh *Shell) errorf(format string, args ...any) {
	fmt.Fprintf(sh.stderr(), "%s: %s: %s\n", sh.name, sh.pos, fmt.Sprintf(format, args...))
}

// fail ends the script whatever it does.
func (sh *Shell) fail(err error) {
	a := &abortion{&Error{Pos: sh.pos, Err: err}}
	sh.sched.abort(a)
	panic(a)
}

// refuse ends the script for a feature that there is not.
func (sh *Shell) refuse(format string, args ...any) {
	sh.fail(&Unsupported{Feature: fmt.Sprintf(format, args...)})
}

// instead is refuse with what to write instead.
func (sh *Shell) instead(feature, instead string) {
	sh.fail(&Unsupported{Feature: feature, Instead: instead})
}

// checkHost ends the script if the host says so.
func (sh *Shell) checkHost() {
	if err := sh.host.Failed(); err != nil {
		sh.fail(err)
	}
	if err := sh.context.Err(); err != nil {
		sh.fail(err)
	}
}
