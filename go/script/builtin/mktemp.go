package builtin

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// runMktemp is mktemp: makes a file or directory under a name that is free. The names count up, so that a script makes the same ones every
// time.
func runMktemp(c *Context) int {
	o, err := parseOptions(c.Args, "d,directory", "u,dry-run", "q,quiet", "suffix=", "p=", "tmpdir?", "t")
	if err != nil {
		return c.usage(err)
	}
	if len(o.args) > 1 {
		return c.Fail(1, "too many templates")
	}
	template, err := c.temporaryTemplate(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	name, err := c.makeTemporary(template, o.has("d"), o.has("u"))
	if err != nil {
		if o.has("q") {
			return 1
		}
		kind := "file"
		if o.has("d") {
			kind = "directory"
		}
		return c.Fail(1, "failed to create %s via template %s: %s", kind, quote(template.text()), reason(err))
	}
	c.Printf("%s\n", name)
	return 0
}

// nameTemplate is a name with a run of X, which a number takes the place of.
type nameTemplate struct {
	before, after string
	width         int
}

func (t nameTemplate) text() string { return t.before + strings.Repeat("X", t.width) + t.after }

// temporaryTemplate reads the template and where it is.
func (c *Context) temporaryTemplate(o *options) (nameTemplate, error) {
	name, inDir := "tmp.XXXXXXXXXX", true
	if len(o.args) > 0 {
		name, inDir = o.args[0], o.has("t") || o.has("p") || o.has("tmpdir")
	}
	dir := c.Getenv("TMPDIR")
	if given, _ := o.value(o.last("p", "tmpdir")); given != "" && (!o.has("t") || dir == "") {
		dir = given
	}
	if dir == "" {
		dir = "/tmp"
	}
	t := nameTemplate{}
	end := len(strings.TrimRight(name, "X"))
	suffix, given := o.value("suffix")
	switch {
	case given && end == len(name):
		return t, fmt.Errorf("with --suffix, template %s must end in X", quote(name))
	case given:
		t.after = suffix
	default:
		last := strings.LastIndexByte(name, 'X') + 1
		name, t.after = name[:last], name[last:]
	}
	t.before = strings.TrimRight(name, "X")
	t.width = len(name) - len(t.before)
	switch {
	case strings.Contains(t.after, "/"):
		return t, fmt.Errorf("invalid suffix %s, contains directory separator", quote(t.after))
	case t.width < 3:
		return t, fmt.Errorf("too few X's in template %s", quote(name+t.after))
	case o.has("t") && strings.Contains(name, "/"):
		return t, fmt.Errorf("invalid template, %s, contains directory separator", quote(name))
	case inDir && !o.has("t") && strings.HasPrefix(name, "/"):
		return t, fmt.Errorf("invalid template, %s; with --tmpdir, it may not be absolute", quote(name))
	}
	if inDir {
		t.before = strings.TrimSuffix(dir, "/") + "/" + t.before
	}
	return t, nil
}

// makeTemporary makes what the template names, with the first number that is free.
func (c *Context) makeTemporary(t nameTemplate, directory, dry bool) (string, error) {
	for n := 0; ; n++ {
		number := fmt.Sprintf("%0*d", t.width, n)
		if len(number) > t.width {
			return "", syscall.EEXIST
		}
		name := t.before + number + t.after
		var err error
		switch {
		case dry:
			if _, err = c.FS.Lstat(c.Path(name)); err == nil {
				continue
			} else if notExist(err) {
				return name, nil
			}
		case directory:
			err = c.FS.Mkdir(c.Path(name), 0o700&^c.Umask)
		default:
			var file interface{ Close() error }
			if file, err = c.FS.OpenFile(c.Path(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600&^c.Umask); err == nil {
				err = file.Close()
			}
		}
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, syscall.EEXIST) {
			return "", err
		}
	}
}
