package builtin

import (
	"fmt"
)

// testRun evaluates one expression of test, as POSIX orders its operators: "!", "-a", "-o", parentheses.
type testRun struct {
	c    *Context
	args []string
}

// testError is an expression that cannot be evaluated.
type testError string

func (e testError) Error() string { return string(e) }

// testCommand is test, and with the name "[" the same with a closing bracket.
func testCommand(c *Context) int {
	args := c.Args[1:]
	if c.Name() == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			return c.Fail(usageStatus, "missing ']'")
		}
		args = args[:len(args)-1]
	}
	r := &testRun{c: c, args: args}
	result, err := r.expression(args)
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	return exitStatus(result)
}

// expression evaluates by the number of arguments, as POSIX says, which keeps operands that look like operators apart from operators.
func (r *testRun) expression(args []string) (bool, error) {
	switch len(args) {
	case 0:
		return false, nil
	case 1:
		return args[0] != "", nil
	case 2:
		if args[0] == "!" {
			return args[1] == "", nil
		}
		switch {
		case isUnaryTest(args[0]):
			return r.unary(args[0], args[1])
		case looksUnary(args[0]):
			return false, testError(fmt.Sprintf("%s: unary operator expected", quote(args[0])))
		}
		return false, testError(fmt.Sprintf("missing argument after %s", quote(args[1])))
	case 3:
		return r.three(args)
	case 4:
		if args[0] == "!" {
			result, err := r.three(args[1:])
			return !result, err
		}
		if args[0] == "(" && args[3] == ")" {
			return r.expression(args[1:3])
		}
	}
	return r.whole(args)
}

// whole evaluates any number of arguments by the operators' precedence.
func (r *testRun) whole(args []string) (bool, error) {
	r.args = args
	result, err := r.or()
	if err == nil && len(r.args) > 0 {
		err = testError(fmt.Sprintf("extra argument %s", quote(r.args[0])))
	}
	return result, err
}

func (r *testRun) three(args []string) (bool, error) {
	switch {
	case isBinaryTest(args[1]):
		return r.binary(args[0], args[1], args[2])
	case args[0] == "!":
		result, err := r.expression(args[1:])
		return !result, err
	case args[0] == "(" && args[2] == ")":
		return args[1] != "", nil
	case args[1] == "-a" || args[1] == "-o":
		return r.whole(args)
	}
	return false, testError(fmt.Sprintf("%s: binary operator expected", quote(args[1])))
}

// or evaluates what "-o" joins, from the arguments that are left.
func (r *testRun) or() (bool, error) {
	result, err := r.and()
	for err == nil && len(r.args) > 0 && r.args[0] == "-o" {
		r.args = r.args[1:]
		var right bool
		right, err = r.and()
		result = result || right
	}
	return result, err
}

func (r *testRun) and() (bool, error) {
	result, err := r.term()
	for err == nil && len(r.args) > 0 && r.args[0] == "-a" {
		r.args = r.args[1:]
		var right bool
		right, err = r.term()
		result = result && right
	}
	return result, err
}

func (r *testRun) term() (bool, error) {
	args := r.args
	switch {
	case len(args) == 0:
		return false, testError("argument expected")
	case args[0] == "!" && len(args) > 1:
		r.args = args[1:]
		result, err := r.term()
		return !result, err
	case args[0] == "(" && len(args) > 1:
		r.args = args[1:]
		result, err := r.or()
		if err == nil && (len(r.args) == 0 || r.args[0] != ")") {
			return false, testError("')' expected")
		}
		if err == nil {
			r.args = r.args[1:]
		}
		return result, err
	case len(args) >= 3 && isBinaryTest(args[1]):
		r.args = args[3:]
		return r.binary(args[0], args[1], args[2])
	case len(args) >= 2 && isUnaryTest(args[0]):
		r.args = args[2:]
		return r.unary(args[0], args[1])
	case looksUnary(args[0]):
		return false, testError(fmt.Sprintf("%s: unary operator expected", quote(args[0])))
	default:
		r.args = args[1:]
		return args[0] != "", nil
	}
}
