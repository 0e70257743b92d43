package builtin

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// errGzipData is in the errors that are about what is compressed, for which gzip begins a new line.
var errGzipData = errors.New("not in gzip format")

// gzipOS is what gzip writes as the operating system: Unix.
const gzipOS = 3

// gzipRun is one run of gzip, gunzip or zcat.
type gzipRun struct {
	c              *Context
	o              *options
	decompress     bool
	stdout         bool
	level          int
	suffix         string
	name           bool
	status         int
	force, keep    bool
	verbose, quiet bool
}

// runGzip compresses files to NAME.gz, and takes them apart again with -d.
func runGzip(c *Context) int {
	levels := []string{"1,fast", "2", "3", "4", "5", "6", "7", "8", "9,best"}
	o, err := parseOptions(c.Args, append(levels, "c,stdout,to-stdout", "d,decompress,uncompress", "f,force", "k,keep", "n,no-name", "N,name",
		"q,quiet", "r,recursive", "t,test", "v,verbose", "S,suffix=")...)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	// All three say gzip in their messages.
	r := &gzipRun{c: c.With("gzip"), o: o, decompress: o.has("d") || o.has("t"), stdout: o.has("c"), level: 6, suffix: ".gz", force: o.has("f"),
		keep: o.has("k"), verbose: o.has("v"), quiet: o.has("q")}
	switch c.Name() {
	case "gunzip":
		r.decompress = true
	case "zcat":
		r.decompress, r.stdout = true, true
	}
	if level := o.last("1", "2", "3", "4", "5", "6", "7", "8", "9"); level != "" {
		r.level = int(level[0] - '0')
	}
	if suffix, ok := o.value("S"); ok {
		r.suffix = suffix
	}
	// Names and times are stored when compressing, and used when decompressing only with -N.
	r.name = o.last("n", "N") == "N" || !r.decompress && !o.has("n")
	if len(o.args) == 0 {
		o.args = []string{"-"}
	}
	for _, file := range o.args {
		r.argument(file)
	}
	return r.status
}

// fail reports an error that is one file's.
func (r *gzipRun) fail(file string, err error) {
	if errors.Is(err, errGzipData) {
		fmt.Fprintln(r.c.Stderr)
	}
	r.c.Errorf("%s: %s", file, reason(err))
	r.status = 1
}

// warn reports what is left out; that alone gives status 2.
func (r *gzipRun) warn(format string, args ...any) {
	if !r.quiet {
		r.c.Errorf(format, args...)
	}
	if r.status == 0 {
		r.status = 2
	}
}

func (r *gzipRun) argument(file string) {
	if file == "-" {
		if err := r.stream(r.c.Stdin, r.c.Stdout); err != nil {
			r.fail("stdin", err)
		}
		return
	}
	info, err := r.c.FS.Lstat(r.c.Path(file))
	if notExist(err) && r.decompress && !strings.HasSuffix(file, r.suffix) {
		file += r.suffix
		info, err = r.c.FS.Lstat(r.c.Path(file))
	}
	if err == nil && info.Type == scriptfs.Symlink && (r.stdout || r.force || r.o.has("t")) {
		info, err = r.c.FS.Stat(r.c.Path(file))
	}
	switch {
	case err != nil:
		r.fail(file, err)
	case info.Type == scriptfs.Directory && r.o.has("r"):
		r.directory(file)
	case info.Type == scriptfs.Directory:
		r.warn("%s is a directory -- ignored", file)
	case info.Type == scriptfs.Symlink:
		r.fail(file, syscall.ELOOP)
	case info.Type != scriptfs.Regular:
		r.warn("%s is not a directory or a regular file - ignored", file)
	default:
		if err := r.file(file, info); err != nil {
			r.fail(file, err)
		}
	}
}

func (r *gzipRun) directory(directory string) {
	entries, err := r.c.FS.ReadDir(r.c.Path(directory))
	if err != nil {
		r.fail(directory, err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(directory, "/") + "/" + e.Name
		if e.Type == scriptfs.Directory || e.Type == scriptfs.Regular && strings.HasSuffix(e.Name, r.suffix) == r.decompress {
			r.argument(name)
		}
	}
}

// stream compresses or decompresses what has no name.
func (r *gzipRun) stream(in io.Reader, out io.Writer) error {
	if r.decompress {
		if r.o.has("t") {
			out = io.Discard
		}
		_, err := gunzip(in, out)
		return err
	}
	return r.gzip(in, out, gzip.Header{ModTime: time.Unix(0, 0)})
}

// file works on a file. The result has its mode, owner and time, and takes its place.
func (r *gzipRun) file(file string, info scriptfs.Info) error {
	target := file + r.suffix
	if r.decompress {
		target = r.plainName(file)
	}
	switch {
	case r.decompress && target == "" && !r.stdout && !r.o.has("t"):
		r.warn("%s: unknown suffix -- ignored", file)
		return nil
	case !r.decompress && strings.HasSuffix(file, r.suffix) && !r.force && !r.stdout:
		if !r.quiet {
			r.c.Errorf("%s already has %s suffix -- unchanged", file, r.suffix)
		}
		return nil
	}
	in, err := r.c.FS.Open(r.c.Path(file))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	header := gzip.Header{ModTime: time.Unix(0, 0)}
	if r.name {
		header = gzip.Header{Name: lastName(file), ModTime: info.MTime}
	}
	if r.stdout || r.o.has("t") {
		if r.decompress {
			return r.stream(in, r.c.Stdout)
		}
		return r.gzip(in, r.c.Stdout, header)
	}
	if info.Nlink > 1 && !r.force && !r.keep {
		other := "links"
		if info.Nlink == 2 {
			other = "link"
		}
		r.warn("%s has %d other %s -- file ignored", file, info.Nlink-1, other)
		return nil
	}
	return r.replace(in, file, target, header, info)
}

func (r *gzipRun) replace(in io.Reader, file, target string, header gzip.Header, info scriptfs.Info) error {
	path := r.c.Path(target)
	if _, err := r.c.FS.Lstat(path); err == nil {
		if !r.force {
			r.warn("%s already exists;\tnot overwritten", target)
			return nil
		}
		if err := r.c.FS.Remove(path); err != nil {
			return err
		}
	}
	out, err := r.c.FS.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	when := info.MTime
	if r.decompress {
		var stored time.Time
		stored, err = gunzip(in, out)
		if r.name && !stored.IsZero() {
			when = stored
		}
	} else {
		err = r.gzip(in, out, header)
	}
	if err := errors.Join(err, out.Close()); err != nil {
		return errors.Join(err, r.c.FS.Remove(path))
	}
	if r.c.Privileged {
		err = r.c.FS.Chown(path, info.UID, info.GID)
	}
	if err := errors.Join(err, r.c.FS.Chmod(path, info.Mode), r.c.FS.Chtimes(path, when)); err != nil {
		return err
	}
	if r.verbose {
		r.c.Errorf("%s: replaced with %s", file, target)
	}
	if r.keep {
		return nil
	}
	return r.c.FS.Remove(r.c.Path(file))
}
