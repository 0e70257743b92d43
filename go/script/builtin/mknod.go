package builtin

import (
	"errors"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// nodeTypes are mknod's letters.
var nodeTypes = map[string]scriptfs.Type{
	"b": scriptfs.BlockDevice, "c": scriptfs.CharDevice, "u": scriptfs.CharDevice, "p": scriptfs.FIFO,
}

func mknod(c *Context) int {
	o, err := parseOptions(c.Args, "m,mode=")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	mode, err := c.nodeMode(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	switch len(o.args) {
	case 0:
		return c.Fail(1, "missing operand")
	case 1:
		return c.Fail(1, "missing operand after %s", quote(o.args[0]))
	}
	info := scriptfs.Info{Type: nodeTypes[o.args[1]]}
	switch {
	case info.Type == 0:
		return c.Fail(1, "invalid device type %s", quote(o.args[1]))
	case info.Type == scriptfs.FIFO && len(o.args) > 2:
		return c.Fail(1, "extra operand %s", quote(o.args[2]))
	case info.Type != scriptfs.FIFO && len(o.args) < 4:
		return c.Fail(1, "missing operand after %s", quote(o.args[len(o.args)-1]))
	case len(o.args) > 4:
		return c.Fail(1, "extra operand %s", quote(o.args[4]))
	}
	if info.Type != scriptfs.FIFO {
		var ok bool
		if info.Major, ok = deviceNumber(o.args[2], 1<<32-1); !ok {
			return c.Fail(1, "invalid major device number %s", quote(o.args[2]))
		}
		if info.Minor, ok = deviceNumber(o.args[3], 1<<32-1); !ok {
			return c.Fail(1, "invalid minor device number %s", quote(o.args[3]))
		}
	}
	if err := c.mknod(o.args[0], info, mode); err != nil {
		return c.Fail(1, "%s: %s", showName(o.args[0]), reason(err))
	}
	return 0
}

// nodeMode is the mode that mknod and mkfifo give, from -m or the default.
func (c *Context) nodeMode(o *options) (uint32, error) {
	text, ok := o.value("m")
	if !ok {
		return 0o666 &^ c.Umask, nil
	}
	change, err := parseMode(text)
	if err != nil {
		return 0, errors.New("invalid mode")
	}
	mode := change.apply(0o666, false, c.Umask)
	if mode&^0o777 != 0 {
		return 0, errors.New("mode must specify only file permission bits")
	}
	return mode, nil
}

// deviceNumber parses a device number: decimal, octal with a leading 0, or hexadecimal with 0x.
func deviceNumber(text string, limit uint64) (int64, bool) {
	if strings.ContainsAny(text, "_bBoO") && !strings.HasPrefix(strings.ToLower(text), "0x") {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 0, 64)
	return int64(n), err == nil && n <= limit
}

// mknod makes a device or FIFO of info's type and numbers. Devices need root's rights.
func (c *Context) mknod(path string, info scriptfs.Info, mode uint32) error {
	if info.Type != scriptfs.FIFO && !c.Privileged {
		return errPrivilege
	}
	return c.FS.Mknod(c.Path(path), info.Type, mode, info.Major, info.Minor)
}

func mkfifo(c *Context) int {
	o, err := parseOptions(c.Args, "m,mode=")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	mode, err := c.nodeMode(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	ok := true
	for _, path := range o.args {
		if err := c.mknod(path, scriptfs.Info{Type: scriptfs.FIFO}, mode); err != nil {
			c.Errorf("cannot create fifo %s: %s", quote(path), reason(err))
			ok = false
		}
	}
	return exitStatus(ok)
}
