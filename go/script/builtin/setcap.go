package builtin

import (
	"bufio"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/filecap"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// runSetcap gives files capabilities, checks them (-v) or takes them away (-r): "setcap [-q] [-v] (CAPS|-|-r) FILE ...".
func runSetcap(c *Context) int {
	if !c.Privileged {
		return c.Fail(1, "unable to set CAP_SETFCAP effective capability: Operation not permitted %s", privilegeHint)
	}
	args := c.Args[1:]
	quiet, verify := false, false
	for len(args) > 0 && strings.HasPrefix(args[0], "-") && args[0] != "-" && args[0] != "-r" {
		switch args[0] {
		case "-q":
			quiet = true
		case "-v":
			verify = true
		default:
			return c.Fail(usageStatus, "unrecognised option '%s': these are supported: -q -r -v", args[0])
		}
		args = args[1:]
	}
	if len(args) == 0 || len(args)%2 != 0 {
		return c.Fail(1, "want pairs of capabilities (or -r, or - for those on standard input) and a file, got %q", args)
	}
	input := bufio.NewScanner(c.Stdin)
	status := 0
	for ; len(args) > 0; args = args[2:] {
		text, file := args[0], args[1]
		if text == "-" {
			text = readUntilEmptyLine(input)
		}
		var err error
		switch {
		case verify:
			err = c.verifyCapabilities(text, file, quiet)
		case text == "-r":
			err = c.removeCapabilities(file)
		default:
			err = c.setCapabilities(text, file)
		}
		if err != nil {
			c.Errorf("%s: %s", file, reason(err))
			status = 1
		}
	}
	return status
}

func readUntilEmptyLine(lines *bufio.Scanner) string {
	var text []string
	for lines.Scan() && lines.Text() != "" {
		text = append(text, lines.Text())
	}
	return strings.Join(text, " ")
}

// regularFile is the path of a file that can have capabilities; symlinks are not followed.
func (c *Context) regularFile(file string) (string, error) {
	info, err := c.FS.Lstat(c.Path(file))
	if err == nil && info.Type != scriptfs.Regular {
		err = errors.New("invalid file for a capability operation: must be a regular (non-symlink) file")
	}
	return c.Path(file), err
}

func (c *Context) setCapabilities(text, file string) error {
	caps, err := filecap.Parse(text)
	if err != nil {
		return err
	}
	value, err := caps.Encode()
	if err != nil {
		return fmt.Errorf("%q: %w", text, err)
	}
	path, err := c.regularFile(file)
	if err != nil {
		return err
	}
	return c.FS.Setxattr(path, filecap.Attribute, value)
}

// removeCapabilities takes a file's capabilities away; it need not have any.
func (c *Context) removeCapabilities(file string) error {
	path, err := c.regularFile(file)
	if err != nil {
		return err
	}
	if err := c.FS.Removexattr(path, filecap.Attribute); err != nil && !errors.Is(err, syscall.ENODATA) {
		return err
	}
	return nil
}

// capabilities are those that a file has; false if it has none.
func (c *Context) capabilities(file string) (caps filecap.Capabilities, ok bool, err error) {
	value, err := c.FS.Getxattr(c.Path(file), filecap.Attribute)
	if errors.Is(err, syscall.ENODATA) {
		return caps, false, nil
	}
	if err == nil {
		caps, err = filecap.Decode(value)
	}
	return caps, err == nil, err
}

func (c *Context) verifyCapabilities(text, file string, quiet bool) error {
	var want filecap.Capabilities
	var err error
	if text != "-r" {
		if want, err = filecap.Parse(text); err != nil {
			return err
		}
	}
	if _, err := c.regularFile(file); err != nil {
		return err
	}
	got, _, err := c.capabilities(file)
	if err != nil {
		return err
	}
	if got == want {
		if !quiet {
			c.Printf("%s: OK\n", file)
		}
		return nil
	}
	var differ string
	for _, set := range []struct {
		flag string
		same bool
	}{{"p", got.Permitted == want.Permitted}, {"i", got.Inheritable == want.Inheritable}, {"e", got.Effective == want.Effective}} {
		if !set.same {
			differ += set.flag
		}
	}
	if !quiet {
		c.Printf("%s differs in [%s]\n", file, differ)
	}
	return errors.New("has other capabilities")
}

// runGetcap shows the capabilities of files: "getcap [-r] [-v] FILE...".
func runGetcap(c *Context) int {
	o, err := parseOptions(c.Args, "r", "v")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "want the name of a file")
	}
	for _, file := range o.args {
		info, err := c.FS.Stat(c.Path(file))
		switch {
		case err != nil:
			c.Errorf("%s (%s)", file, reason(err))
		case info.Type != scriptfs.Directory:
			c.showCapabilities(file, o.has("v"))
		case o.has("r"):
			c.showTreeCapabilities(file, o.has("v"))
		}
	}
	return 0
}

func (c *Context) showTreeCapabilities(directory string, all bool) {
	entries, err := c.FS.ReadDir(c.Path(directory))
	if err != nil {
		c.Errorf("%s (%s)", directory, reason(err))
	}
	for _, e := range entries {
		name := strings.TrimSuffix(directory, "/") + "/" + e.Name
		switch e.Type {
		case scriptfs.Directory:
			c.showTreeCapabilities(name, all)
		case scriptfs.Regular:
			c.showCapabilities(name, all)
		}
	}
}

func (c *Context) showCapabilities(file string, all bool) {
	caps, ok, err := c.capabilities(file)
	switch {
	case err != nil:
		c.Errorf("%s (%s)", file, reason(err))
	case ok:
		c.Printf("%s %v\n", file, caps)
	case all:
		c.Printf("%s\n", file)
	}
}
