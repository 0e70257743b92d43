package builtin

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"github.com/rules-strata/rules_strata/go/passwd"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// accountFiles are the account files of one image while a command changes them: read at the start, written by commit.
type accountFiles struct {
	c *Context
	// root is the directory in the tree that has etc.
	root string
	// prefixed says that root was given by --prefix, which takes no lock.
	prefixed bool
	settings passwd.Definitions
	users    *accountFile[passwd.User]
	groups   *accountFile[passwd.Group]
	// shadow, groupShadow, subUIDs and subGIDs are used only where present: commands do not make them.
	shadow      *accountFile[passwd.Shadow]
	groupShadow *accountFile[passwd.GroupShadow]
	subUIDs     *accountFile[passwd.SubID]
	subGIDs     *accountFile[passwd.SubID]
}

// accountFile is one account file and where it is.
type accountFile[E passwd.Entry] struct {
	*passwd.File[E]
	// name is the path in the image: "/etc/passwd".
	name string
	path string
	// present says whether the file was there.
	present bool
}

// accountError is the failure of an account command, with the exit status that shadow has for it.
type accountError struct {
	status int
	text   string
}

func (e *accountError) Error() string { return e.text }

func accountFailure(status int, format string, args ...any) error {
	return &accountError{status: status, text: fmt.Sprintf(format, args...)}
}

// accountCommand makes a command of a function that only root may run.
func accountCommand(run func(c *Context) error) Command {
	return func(c *Context) int {
		if !c.Privileged {
			return c.Fail(1, "Permission denied %s", privilegeHint)
		}
		err := run(c)
		var failure *accountError
		switch {
		case err == nil:
			return 0
		case errors.As(err, &failure):
			return c.Fail(failure.status, "%s", failure.text)
		default:
			return c.Fail(1, "%v", err)
		}
	}
}

// openAccounts reads the account files of the image, or of the directory that --root or --prefix name.
func openAccounts(c *Context, o *options) (*accountFiles, error) {
	f := &accountFiles{c: c, root: c.Root, settings: passwd.Definitions{}}
	for _, option := range []string{"root", "prefix"} {
		if directory, ok := o.value(option); ok {
			if !strings.HasPrefix(directory, "/") {
				return nil, accountFailure(3, "--%s %s: must be an absolute path", option, directory)
			}
			f.root, f.prefixed = directory, option == "prefix" && directory != "/"
		}
	}
	if r, err := c.FS.Open(f.path("/etc/login.defs")); err == nil {
		f.settings, err = passwd.ReadDefinitions(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return nil, err
		}
	} else if !notExist(err) {
		return nil, fmt.Errorf("cannot open /etc/login.defs: %s", reason(err))
	}
	if n, err := f.settings.Number("MAX_MEMBERS_PER_GROUP", 0); n > 0 || err != nil {
		return nil, errors.Join(err, errors.New("MAX_MEMBERS_PER_GROUP of /etc/login.defs is not supported: remove it"))
	}
	return f, f.readAll()
}

func (f *accountFiles) readAll() error {
	var errs [6]error
	f.users, errs[0] = readAccountFile(f, "/etc/passwd", passwd.ParseUser)
	f.groups, errs[1] = readAccountFile(f, "/etc/group", passwd.ParseGroup)
	f.shadow, errs[2] = readAccountFile(f, "/etc/shadow", passwd.ParseShadow)
	f.groupShadow, errs[3] = readAccountFile(f, "/etc/gshadow", passwd.ParseGroupShadow)
	f.subUIDs, errs[4] = readAccountFile(f, "/etc/subuid", passwd.ParseSubID)
	f.subGIDs, errs[5] = readAccountFile(f, "/etc/subgid", passwd.ParseSubID)
	return errors.Join(errs[:]...)
}

func readAccountFile[E passwd.Entry](f *accountFiles, name string, parse func(string) (E, bool)) (*accountFile[E], error) {
	a := &accountFile[E]{name: name, path: f.path(name)}
	var content io.Reader = strings.NewReader("")
	r, err := f.c.FS.Open(a.path)
	switch {
	case err == nil:
		defer func() { _ = r.Close() }()
		content, a.present = r, true
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("cannot open %s: %s", name, reason(err))
	}
	if a.File, err = passwd.Read(content, parse); err != nil {
		return nil, fmt.Errorf("cannot read %s: %s", name, reason(err))
	}
	return a, nil
}

// path is where a file of the image is in the tree.
func (f *accountFiles) path(name string) string { return path.Join(f.root, name) }

// lock checks that a command may change a file, as shadow does: the directory can be written to, and the file is no symlink. Like the C
// library, it leaves /etc/.pwd.lock behind, which every image has that these commands were run in.
func (f *accountFiles) lock(status int, name string) error {
	if !f.prefixed {
		w, err := f.c.FS.OpenFile(f.path("/etc/.pwd.lock"), os.O_WRONLY|os.O_CREATE, 0o600&^f.c.Umask)
		if err != nil {
			return accountFailure(status, "cannot lock %s: /etc/.pwd.lock: %s%s", name, reason(err), f.remedy(err))
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	info, err := f.c.FS.Lstat(f.path(name))
	if err == nil && info.Type == scriptfs.Symlink {
		return accountFailure(status, "cannot open %s: it is a symlink to %s, which cannot be changed: copy the file into the image first: "+
			"cp --remove-destination \"$(readlink -f %s)\" %s && chmod 644 %s",
			name, info.Target, f.shown(name), f.shown(name), f.shown(name))
	}
	if err != nil && !notExist(err) {
		return accountFailure(status, "cannot open %s: %s", name, reason(err))
	}
	return nil
}

// shown is a file's path as a script would write it.
func (f *accountFiles) shown(name string) string {
	if f.root == f.c.Dir && f.root != "/" {
		return "." + name
	}
	return f.path(name)
}

// remedy says what to do about a directory that cannot be written to.
func (f *accountFiles) remedy(err error) string {
	switch {
	case errors.Is(err, syscall.EROFS):
		return ": " + f.shown("/etc") + " is in the read-only store: make a directory of it and copy the files into it first"
	case notExist(err):
		return ": make " + f.shown("/etc") + " first"
	}
	return ""
}
