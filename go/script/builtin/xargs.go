package builtin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Exit statuses of xargs.
const (
	xargsFailed  = 123 // a command exited with 1 to 125
	xargsStopped = 124 // a command exited with 255
	notRunnable  = 126
	notFound     = 127
)

// xargsLimit is how many bytes one command line may have, names and arguments each with a byte at their end.
const xargsLimit = 128 << 10

// xargs is one run.
type xargs struct {
	*Context
	command  []string
	replace  string // -I: what each item takes the place of
	lines    int    // -L: so many lines a command, 0 for any number
	count    int    // -n: so many items a command
	limit    int
	exact    bool // -x: a line of items that does not fit is an error
	trace    bool
	input    io.Reader // of the commands
	status   int
	pending  []string
	size     int
	executed bool
}

// errXargsStop ends the run because of a command's exit status, which is noted.
var errXargsStop = errors.New("stop")

// runXargs is xargs: runs a command with arguments that it reads. -P is accepted; commands run one after another.
func runXargs(c *Context) int {
	o, err := parseLeadingOptions(c.Args, "0,null", "a,arg-file=", "d,delimiter=", "E=", "eof?", "I=", "i,replace?", "L=", "l,max-lines?",
		"n,max-args=", "P,max-procs=", "r,no-run-if-empty", "s,max-chars=", "t,verbose", "x,exit")
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	x := &xargs{Context: c, command: o.args, limit: xargsLimit, exact: o.has("x"), trace: o.has("t"), input: bytes.NewReader(nil)}
	if len(x.command) == 0 {
		x.command = []string{"echo"}
	}
	if err := x.setCounts(o); err != nil {
		return c.Fail(1, "%v", err)
	}
	source := io.NopCloser(c.Stdin)
	if name, given := o.value("a"); given {
		if source, err = c.open(name); err != nil {
			return c.Fail(1, "Cannot open input file %s: %s", quote(name), reason(err))
		}
		defer source.Close()
		x.input = c.Stdin
	}
	items, err := x.items(o, source)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	err = x.runAll(items)
	if err == nil && (len(x.pending) > 0 || !x.executed && !o.has("r") && x.replace == "") {
		err = x.flush()
	}
	switch {
	case err == nil || err == errXargsStop:
		return x.status
	default:
		return c.Fail(1, "%v", err)
	}
}

// setCounts reads how items are shared out.
func (x *xargs) setCounts(o *options) error {
	for _, number := range []struct {
		option string
		to     *int
	}{{"L", &x.lines}, {"n", &x.count}, {"s", &x.limit}} {
		text, given := o.value(number.option)
		if !given {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("invalid number %s for -%s option", quote(text), number.option)
		}
		if n < 1 {
			return fmt.Errorf("value %s for -%s option should be >= 1", text, number.option)
		}
		*number.to = n
	}
	x.limit = min(x.limit, xargsLimit)
	switch o.last("I", "i", "L", "l", "n") {
	case "I":
		x.replace, _ = o.value("I")
		x.lines, x.count = 0, 0
	case "i":
		text, _ := o.value("i")
		if x.replace = text; text == "" {
			x.replace = "{}"
		}
		x.lines, x.count = 0, 0
	case "L":
		x.count = 0
	case "l":
		x.lines, x.count = 1, 0
		if text, _ := o.value("l"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return fmt.Errorf("value %s for -l option should be >= 1", text)
			}
			x.lines = n
		}
	case "n":
		x.lines = 0
	}
	if x.replace != "" {
		x.exact = true
	}
	return nil
}

// runAll hands items to commands as they come.
func (x *xargs) runAll(items *xargsItems) error {
	line := 0
	for {
		item, err := items.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return errors.Join(x.flushSome(), err)
		}
		if x.replace != "" {
			if err := x.runReplaced(item.text); err != nil {
				return err
			}
			continue
		}
		if err := x.push(item.text); err != nil {
			return err
		}
		if item.last {
			line++
		}
		if x.lines > 0 && line == x.lines {
			line = 0
			if err := x.flushSome(); err != nil {
				return err
			}
		}
	}
}

// push adds an item to the command being made, and runs it first where the item does not fit.
func (x *xargs) push(item string) error {
	if x.size == 0 {
		for _, word := range x.command {
			x.size += len(word) + 1
		}
	}
	if x.size+len(item)+1 > x.limit {
		if len(x.pending) == 0 {
			return errors.New("cannot fit single argument within argument list size limit")
		}
		if x.exact && (x.count > 0 || x.lines > 0) {
			return errors.New("argument list too long")
		}
		if err := x.flush(); err != nil {
			return err
		}
		return x.push(item)
	}
	x.pending = append(x.pending, item)
	x.size += len(item) + 1
	if len(x.pending) == x.count {
		return x.flush()
	}
	return nil
}

// flushSome runs the command with what is pending, if anything is.
func (x *xargs) flushSome() error {
	if len(x.pending) == 0 {
		return nil
	}
	return x.flush()
}

// flush runs the command with what is pending.
func (x *xargs) flush() error {
	args := slices.Concat(x.command, x.pending)
	x.pending, x.size = nil, 0
	return x.execute(args)
}

// runReplaced runs the command with an item in its arguments.
func (x *xargs) runReplaced(item string) error {
	args, size := slices.Clone(x.command), 0
	for i := range args {
		if i > 0 {
			args[i] = strings.ReplaceAll(args[i], x.replace, item)
		}
		size += len(args[i]) + 1
	}
	if size > x.limit {
		return errors.New("argument list too long")
	}
	return x.execute(args)
}

func (x *xargs) execute(args []string) error {
	x.executed = true
	if x.trace {
		quoted := make([]string, len(args))
		for i, arg := range args {
			quoted[i] = shellQuote(arg)
		}
		fmt.Fprintln(x.Stderr, strings.Join(quoted, " "))
	}
	child := x.With(args...)
	child.Stdin = x.input
	switch status := x.Run(child); {
	case status == 0:
	case status == 255:
		x.status = x.Fail(xargsStopped, "%s: exited with status 255; aborting", args[0])
		return errXargsStop
	case status == notRunnable || status == notFound:
		x.status = status
		return errXargsStop
	default:
		x.status = xargsFailed
	}
	return nil
}
