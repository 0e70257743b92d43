package builtin

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// findParser parses find's expression by recursive descent, from the operator that binds least: "," then "-o", "-a" and "!".
type findParser struct {
	r    *findRun
	args []string
	// acts says that the expression has an action, so that files are not printed of themselves.
	acts bool
	// depthGiven, deletes and prunes say that the expression has -depth, -delete, -prune.
	depthGiven, deletes, prunes bool
	// syntax is what -regextype said last.
	syntax string
}

// parse makes the run's test of an expression.
func (r *findRun) parse(expression []string) error {
	p := &findParser{r: r, args: expression}
	test := findTest(func(*findEntry) bool { return true })
	if len(expression) > 0 {
		var err error
		if test, err = p.list(); err != nil {
			return err
		}
	}
	if len(p.args) > 0 {
		if p.args[0] == ")" {
			return errors.New("invalid expression; you have too many ')'")
		}
		return fmt.Errorf("paths must precede expression: '%s'", p.args[0])
	}
	if p.deletes && p.prunes && !p.depthGiven {
		return errors.New("the action -delete turns on -depth, with which -prune does nothing: give -depth if that is wanted")
	}
	if !p.acts {
		condition := test
		test = func(e *findEntry) bool { return condition(e) && r.print(e, "\n") }
	}
	r.test = test
	return nil
}

// peek is the next argument, "" at the end.
func (p *findParser) peek() string {
	if len(p.args) == 0 {
		return ""
	}
	return p.args[0]
}

func (p *findParser) list() (findTest, error) {
	left, err := p.or()
	for err == nil && p.peek() == "," {
		p.args = p.args[1:]
		first := left
		var second findTest
		second, err = p.or()
		left = func(e *findEntry) bool { first(e); return second(e) }
	}
	return left, err
}

func (p *findParser) or() (findTest, error) {
	left, err := p.and()
	for err == nil && (p.peek() == "-o" || p.peek() == "-or") {
		p.args = p.args[1:]
		first := left
		var second findTest
		second, err = p.and()
		left = func(e *findEntry) bool { return first(e) || !p.r.quit && second(e) }
	}
	return left, err
}

func (p *findParser) and() (findTest, error) {
	left, err := p.not()
	for err == nil {
		switch p.peek() {
		case "", ")", "-o", "-or", ",":
			return left, nil
		case "-a", "-and":
			p.args = p.args[1:]
		}
		first := left
		var second findTest
		second, err = p.not()
		left = func(e *findEntry) bool { return first(e) && !p.r.quit && second(e) }
	}
	return left, err
}

func (p *findParser) not() (findTest, error) {
	if len(p.args) == 0 {
		return nil, errors.New("invalid expression; an operator has nothing after it")
	}
	arg := p.args[0]
	p.args = p.args[1:]
	switch arg {
	case "!", "-not":
		test, err := p.not()
		return func(e *findEntry) bool { return !test(e) }, err
	case "(":
		if p.peek() == ")" {
			return nil, errors.New("invalid expression; empty parentheses are not allowed")
		}
		test, err := p.list()
		if err != nil {
			return nil, err
		}
		if p.peek() != ")" {
			return nil, errors.New("invalid expression; I was expecting to find a ')' somewhere but did not see one")
		}
		p.args = p.args[1:]
		return test, nil
	case ")", "-a", "-and", "-o", "-or", ",":
		return nil, fmt.Errorf("invalid expression; you have used a binary operator '%s' with nothing before it", arg)
	}
	return p.predicate(arg)
}

// predicate parses one test, action or option.
func (p *findParser) predicate(name string) (findTest, error) {
	if make, ok := findPredicates[name]; ok {
		return make(p)
	}
	if make, ok := findArgumentPredicates[name]; ok {
		if len(p.args) == 0 {
			return nil, fmt.Errorf("missing argument to '%s'", name)
		}
		argument := p.args[0]
		p.args = p.args[1:]
		test, err := make(p, argument)
		if err != nil {
			return nil, fmt.Errorf("%s %s: %w", name, quote(argument), err)
		}
		return test, nil
	}
	if !strings.HasPrefix(name, "-") {
		return nil, fmt.Errorf("paths must precede expression: '%s'", name)
	}
	known := slices.AppendSeq(slices.Collect(maps.Keys(findPredicates)), maps.Keys(findArgumentPredicates))
	slices.Sort(known)
	return nil, fmt.Errorf("unknown predicate '%s': these are supported: %s", name, strings.Join(known, " "))
}

// always is what options are as tests.
func always(*findEntry) bool { return true }

// countTest is a test of a number against "N", "+N" (more) or "-N" (less).
func countTest(text string, value func(e *findEntry) int64) (findTest, error) {
	matches, err := parseCount(text)
	if err != nil {
		return nil, err
	}
	return func(e *findEntry) bool { return matches(value(e)) }, nil
}

func parseCount(text string) (matches func(n int64) bool, err error) {
	digits := strings.TrimLeft(text, "+-")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || len(text)-len(digits) > 1 {
		return nil, errors.New("invalid number")
	}
	switch text[0] {
	case '+':
		return func(m int64) bool { return m > n }, nil
	case '-':
		return func(m int64) bool { return m < n }, nil
	}
	return func(m int64) bool { return m == n }, nil
}
