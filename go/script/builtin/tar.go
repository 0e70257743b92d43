package builtin

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// tarFailure is the exit status of tar for all errors.
const tarFailure = 2

// tarError is an error in GNU tar's words.
type tarError string

func (e tarError) Error() string { return string(e) }

var tarOptions = []string{"c,create", "x,extract,get", "t,list", "f,file=", "C,directory=", "z,gzip,gunzip,ungzip", "J,xz",
	"j,bzip2", "zstd",
	"a,auto-compress", "v,verbose", "p,preserve-permissions,same-permissions", "strip-components=", "exclude=", "X,exclude-from=",
	"T,files-from=", "null", "owner=", "group=", "numeric-owner", "mtime=", "mode=", "sort=", "format=", "h,dereference",
	"hard-dereference",
	"o,no-same-owner", "same-owner", "no-same-permissions", "no-recursion", "k,keep-old-files", "m,touch", "O,to-stdout",
	"P,absolute-names", "keep-directory-symlink", "skip-old-files", "wildcards", "exclude-vcs"}

// versionControlFiles are what --exclude-vcs leaves out.
var versionControlFiles = strings.Fields(`CVS RCS SCCS .git .gitignore .gitmodules .gitattributes .cvsignore .svn .arch-ids {arch} =RELEASE-ID
	=meta-update =update .bzr .bzrignore .bzrtags .hg .hgignore .hgtags _darcs .darcsboring`)

// tarRun is one run of tar.
type tarRun struct {
	c        *Context
	operands []tarOperand
	// directory is the last one of -C, and directoryOption what -C said.
	directory, directoryOption string
	o                          *options
	excludes                   []string
	strip                      int
	verbose                    int
	status                     int
	// removed are the prefixes that were taken off names with a message.
	removed map[string]bool
	// width is that of owner, group and size in the long listing so far.
	width int
	// listing is where -v writes.
	listing io.Writer
}

// tarOperand is a name on the command line, with what the options before it said.
type tarOperand struct {
	name, directory string
	excludes        []string
}

// tarCommand makes, lists and unpacks archives.
func tarCommand(c *Context) int {
	r := &tarRun{c: c, o: &options{}, directory: c.Dir, removed: map[string]bool{}, listing: c.Stdout}
	if err := r.parse(oldTarOptions(c.Args)); err != nil {
		return c.Fail(tarFailure, "%v", err)
	}
	var modes []string
	for _, mode := range []string{"c", "x", "t"} {
		if r.o.has(mode) {
			modes = append(modes, mode)
		}
	}
	if len(modes) != 1 {
		return c.Fail(tarFailure, "You must specify one of the '-c', '-t' or '-x' options")
	}
	err := map[string]func() error{"c": r.create, "t": r.list, "x": r.extract}[modes[0]]()
	if err != nil {
		c.Errorf("%s", err)
		return c.Fail(tarFailure, "Error is not recoverable: exiting now")
	}
	if r.status != 0 {
		c.Errorf("Exiting with failure status due to previous errors")
	}
	return r.status
}

// oldTarOptions turns "tar xzf FILE" into "tar -x -z -f FILE": letters without a dash, whose values follow in their order.
func oldTarOptions(args []string) []string {
	if len(args) < 2 || args[1] == "" || strings.HasPrefix(args[1], "-") {
		return args
	}
	converted, rest := []string{args[0]}, args[2:]
	for i := range len(args[1]) {
		letter := args[1][i : i+1]
		converted = append(converted, "-"+letter)
		takesValue := slices.ContainsFunc(tarOptions, func(s string) bool {
			return strings.HasPrefix(s, letter+",") &&
				strings.HasSuffix(s, "=")
		})
		if takesValue && len(rest) > 0 {
			converted, rest = append(converted, rest[0]), rest[1:]
		}
	}
	return append(converted, rest...)
}

// parse reads the command line. -C counts for the names after it.
func (r *tarRun) parse(args []string) error {
	for onlyNames := false; ; {
		o := &options{args: args[1:]}
		if !onlyNames {
			var err error
			if o, err = parseLeadingOptions(args, tarOptions...); err != nil {
				return err
			}
		}
		for _, option := range o.given {
			if err := r.apply(option); err != nil {
				return err
			}
		}
		r.o.given = append(r.o.given, o.given...)
		if len(o.args) == 0 {
			return r.check()
		}
		ended := len(args) - len(o.args) - 1
		onlyNames = onlyNames || ended > 0 && args[ended] == "--"
		r.operands = append(r.operands, tarOperand{o.args[0], r.directory, slices.Clone(r.excludes)})
		args = o.args
	}
}

// apply applies the options whose place counts or that can be given several times.
func (r *tarRun) apply(option givenOption) error {
	switch option.name {
	case "C":
		r.directory, r.directoryOption = r.c.in(r.directory).Path(option.value), option.value
	case "v":
		r.verbose++
	case "exclude":
		r.excludes = append(r.excludes, option.value)
	case "exclude-vcs":
		r.excludes = append(r.excludes, versionControlFiles...)
	case "X":
		return r.readNames(option.value, "\n", func(name string) { r.excludes = append(r.excludes, name) })
	case "strip-components":
		n, err := strconv.Atoi(option.value)
		if err != nil || n < 0 {
			return fmt.Errorf("%s: Invalid number of elements", option.value)
		}
		r.strip = n
	case "sort":
		if option.value != "name" && option.value != "none" {
			return fmt.Errorf("--sort=%s is not supported: members are always sorted by name", option.value)
		}
	case "format":
		if option.value != "gnu" && option.value != "oldgnu" {
			return fmt.Errorf("--format=%s is not supported: archives are written in the format gnu", option.value)
		}
	}
	return nil
}

// check checks what options say together.
func (r *tarRun) check() error {
	if file, ok := r.o.value("T"); ok {
		end := "\n"
		if r.o.has("null") {
			end = "\x00"
		}
		return r.readNames(file, end, func(name string) { r.operands = append(r.operands, tarOperand{name, r.directory, r.excludes}) })
	}
	if n := len(r.operands); r.o.has("c") && n > 0 && len(r.operands[n-1].excludes) < len(r.excludes) {
		return fmt.Errorf("--exclude '%s' has no effect: it stands after the names, and counts for those that follow it",
			r.excludes[len(r.excludes)-1])
	}
	return nil
}

// in is a copy of c with another working directory.
func (c *Context) in(directory string) *Context {
	other := *c
	other.Dir = directory
	return &other
}

// warn reports an error that does not end the run.
func (r *tarRun) warn(format string, args ...any) {
	r.c.Errorf(format, args...)
	r.status = tarFailure
}
