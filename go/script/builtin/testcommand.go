package builtin

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
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
		if !isUnaryTest(args[0]) {
			return false, testError(fmt.Sprintf("%s: unary operator expected", quote(args[0])))
		}
		return r.unary(args[0], args[1])
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
	case args[1] == "-a":
		return args[0] != "" && args[2] != "", nil
	case args[1] == "-o":
		return args[0] != "" || args[2] != "", nil
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
	default:
		r.args = args[1:]
		return args[0] != "", nil
	}
}

func isUnaryTest(operator string) bool {
	return len(operator) == 2 && operator[0] == '-' && strings.IndexByte("bcdefgGhkLnOprsStuwxz", operator[1]) >= 0
}

func isBinaryTest(operator string) bool {
	switch operator {
	case "=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef":
		return true
	}
	return false
}

// unary evaluates a test of one operand.
func (r *testRun) unary(operator, operand string) (bool, error) {
	switch operator {
	case "-n":
		return operand != "", nil
	case "-z":
		return operand == "", nil
	case "-t":
		if _, ok := new(big.Int).SetString(strings.TrimSpace(operand), 10); !ok {
			return false, testError(fmt.Sprintf("invalid integer %s", quote(operand)))
		}
		return false, nil
	case "-h", "-L":
		info, err := r.c.FS.Lstat(r.c.Path(operand))
		return err == nil && info.Type == scriptfs.Symlink, nil
	}
	info, err := r.c.FS.Stat(r.c.Path(operand))
	return err == nil && fileTest(operator[1], info), nil
}

// fileTest evaluates a test of a file that is there. Commands run as root, so everything can be read and written.
func fileTest(operator byte, info scriptfs.Info) bool {
	switch operator {
	case 'b':
		return info.Type == scriptfs.BlockDevice
	case 'c':
		return info.Type == scriptfs.CharDevice
	case 'd':
		return info.Type == scriptfs.Directory
	case 'f':
		return info.Type == scriptfs.Regular
	case 'p':
		return info.Type == scriptfs.FIFO
	case 'S':
		return false
	case 'g':
		return info.Mode&setGID != 0
	case 'u':
		return info.Mode&setUID != 0
	case 'k':
		return info.Mode&sticky != 0
	case 'G':
		return info.GID == 0
	case 'O':
		return info.UID == 0
	case 's':
		return fileSize(info) > 0
	case 'x':
		return info.Type == scriptfs.Directory || info.Mode&anyExec != 0
	default:
		return true
	}
}

// binary evaluates a test of two operands.
func (r *testRun) binary(left, operator, right string) (bool, error) {
	switch operator {
	case "=", "==":
		return left == right, nil
	case "!=":
		return left != right, nil
	case "-nt", "-ot", "-ef":
		return r.files(left, operator, right), nil
	}
	a, err := parseTestNumber(left)
	if err != nil {
		return false, err
	}
	b, err := parseTestNumber(right)
	if err != nil {
		return false, err
	}
	order := a.Cmp(b)
	switch operator {
	case "-eq":
		return order == 0, nil
	case "-ne":
		return order != 0, nil
	case "-lt":
		return order < 0, nil
	case "-le":
		return order <= 0, nil
	case "-gt":
		return order > 0, nil
	default:
		return order >= 0, nil
	}
}

func parseTestNumber(text string) (*big.Int, error) {
	trimmed := strings.Trim(text, " \t\n")
	n, ok := new(big.Int).SetString(strings.TrimPrefix(trimmed, "+"), 10)
	if !ok || strings.Contains(trimmed, "_") || strings.HasPrefix(trimmed, "+-") || strings.HasPrefix(trimmed, "++") {
		return nil, testError(fmt.Sprintf("invalid integer %s", quote(text)))
	}
	return n, nil
}

// files compares two files; one that is not there is older than one that is.
func (r *testRun) files(left, operator, right string) bool {
	a, errA := r.c.FS.Stat(r.c.Path(left))
	b, errB := r.c.FS.Stat(r.c.Path(right))
	switch operator {
	case "-nt":
		return errA == nil && (errB != nil || a.MTime.After(b.MTime))
	case "-ot":
		return errB == nil && (errA != nil || a.MTime.Before(b.MTime))
	default:
		return errA == nil && errB == nil && a.Ino == b.Ino
	}
}
