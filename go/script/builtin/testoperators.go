package builtin

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func isUnaryTest(operator string) bool {
	return len(operator) == 2 && operator[0] == '-' && strings.IndexByte("bcdefgGhkLnOprsStuwxz", operator[1]) >= 0
}

// looksUnary says whether an argument can only be meant as an operator of one operand.
func looksUnary(operator string) bool { return len(operator) == 2 && operator[0] == '-' }

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
