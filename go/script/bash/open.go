package bash

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func outputFlags(add bool) int {
	if add {
		return os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	return os.O_WRONLY | os.O_CREATE | os.O_TRUNC
}

// path is a path seen from the working directory. "." and ".." stay.
func (sh *Shell) path(p string) string {
	if p == "" || p[0] == '/' {
		return p
	}
	return strings.TrimSuffix(sh.physical, "/") + "/" + p
}

// open opens the file of a redirection.
func (sh *Shell) open(target string, flag int) (*openFile, error) {
	if f, ok := sh.deviceFile(target); ok {
		if f == nil {
			return nil, fmt.Errorf("%s: No such device or address", target)
		}
		return f, nil
	}
	h, err := sh.fs.OpenFile(sh.path(target), flag, 0o666&^sh.umask)
	sh.checkHost()
	if err != nil {
		return nil, fmt.Errorf("%s: %s", target, reason(err))
	}
	if info, err := h.Stat(); err == nil && info.Type == scriptfs.Directory {
		// A directory can be opened, and not be read.
		return &openFile{Reader: h, closer: h}, nil
	}
	f := &openFile{closer: h, null: target == "/dev/null"}
	if flag&(os.O_WRONLY|os.O_RDWR) == 0 || flag&os.O_RDWR != 0 {
		f.Reader = h
	}
	if flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		f.Writer = h
	}
	return f, nil
}

// deviceFile is what the names of descriptors in /dev stand for.
func (sh *Shell) deviceFile(target string) (*openFile, bool) {
	number := -1
	switch target {
	case "/dev/stdin":
		number = 0
	case "/dev/stdout":
		number = 1
	case "/dev/stderr":
		number = 2
	default:
		for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
			if rest, ok := strings.CutPrefix(target, dir); ok {
				if n, err := strconv.Atoi(rest); err == nil && n < firstTemporary {
					number = n
				}
			}
		}
		if strings.HasPrefix(target, "/dev/tcp/") || strings.HasPrefix(target, "/dev/udp/") {
			sh.refuse("the network (%s)", target)
		}
	}
	if number < 0 {
		return nil, false
	}
	return sh.files[number], true
}

// cat writes a file to the standard output, for $(< file).
func (sh *Shell) cat(w *syntax.Word) int {
	words, err := sh.fields([]*syntax.Word{w})
	if err != nil || len(words) != 1 {
		sh.errorf("ambiguous redirect")
		return 1
	}
	f, err := sh.open(words[0], os.O_RDONLY)
	if err != nil {
		sh.report(err)
		return 1
	}
	sh.files.hold(f)
	defer sh.files.drop(f)
	_, err = io.Copy(sh.stdout(), f)
	sh.checkHost()
	return int(truth(err != nil))
}

func emptyFile() *openFile { return &openFile{Reader: strings.NewReader("")} }

// reason is a failure in the words of the C library.
func reason(err error) string {
	var number syscall.Errno
	if !errors.As(err, &number) {
		return err.Error()
	}
	if text, ok := reasons[number]; ok {
		return text
	}
	return number.Error()
}

var reasons = map[syscall.Errno]string{
	syscall.ENOENT: "No such file or directory", syscall.ENOTDIR: "Not a directory", syscall.EISDIR: "Is a directory",
	syscall.EEXIST: "File exists", syscall.EROFS: "Read-only file system", syscall.EACCES: "Permission denied",
	syscall.ELOOP: "Too many levels of symbolic links", syscall.ENAMETOOLONG: "File name too long", syscall.ENXIO: "No such device or address",
}
