package builtin

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// privilegeHint ends the message of what only root may do.
const privilegeHint = "(extra_commands run without root's rights: move this command to fake_root_commands, of a build_image to run_as_root)"

// errnoTexts are the words that GNU commands have for an error number, whatever the system that the script runs on.
var errnoTexts = map[syscall.Errno]string{
	syscall.EACCES:       "Permission denied",
	syscall.EBADF:        "Bad file descriptor",
	syscall.EBUSY:        "Device or resource busy",
	syscall.EEXIST:       "File exists",
	syscall.EFBIG:        "File too large",
	syscall.EINVAL:       "Invalid argument",
	syscall.EIO:          "Input/output error",
	syscall.EISDIR:       "Is a directory",
	syscall.ELOOP:        "Too many levels of symbolic links",
	syscall.EMLINK:       "Too many links",
	syscall.ENAMETOOLONG: "File name too long",
	syscall.ENODATA:      "No data available",
	syscall.ENODEV:       "No such device",
	syscall.ENOENT:       "No such file or directory",
	syscall.ENOSPC:       "No space left on device",
	syscall.ENOSYS:       "Function not implemented",
	syscall.ENOTDIR:      "Not a directory",
	syscall.ENOTEMPTY:    "Directory not empty",
	syscall.ENOTSUP:      "Operation not supported",
	syscall.ENXIO:        "No such device or address",
	syscall.EPERM:        "Operation not permitted",
	syscall.EROFS:        "Read-only file system",
	syscall.EXDEV:        "Invalid cross-device link",
}

// reason returns what GNU commands say after the last colon of a message: the error's number in words, without operation and path, which
// the message has already.
func reason(err error) string {
	var pathError *fs.PathError
	var linkError *os.LinkError
	switch {
	case errors.As(err, &pathError):
		err = pathError.Err
	case errors.As(err, &linkError):
		err = linkError.Err
	}
	if errno, ok := err.(syscall.Errno); ok {
		if text, ok := errnoTexts[errno]; ok {
			return text
		}
	}
	return err.Error()
}

// errPrivilege is EPERM with the remedy.
var errPrivilege = fmt.Errorf("%w %s", privilegeErrno{}, privilegeHint)

// privilegeErrno is EPERM in GNU's words.
type privilegeErrno struct{}

func (privilegeErrno) Error() string { return errnoTexts[syscall.EPERM] }
func (privilegeErrno) Unwrap() error { return syscall.EPERM }

// notExist says whether an error means that there is no such file.
func notExist(err error) bool {
	return errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ENOTDIR)
}

// quote puts a name between quotation marks as messages show it: a shell would read it back.
func quote(name string) string {
	switch {
	case strings.IndexFunc(name, notPrintable) >= 0:
		return quoteEscapes(name)
	case strings.Contains(name, "'") && !strings.ContainsAny(name, "\"`$\\"):
		return `"` + name + `"`
	default:
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
}

// notPrintable says whether a character cannot be shown in the C locale.
func notPrintable(r rune) bool { return r < ' ' || r >= 0x7f }

// quoteEscapes quotes a name with unprintable bytes, which stand as $'\n' between the quoted rest.
func quoteEscapes(name string) string {
	letters := map[byte]string{'\a': `\a`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\v': `\v`}
	var b strings.Builder
	b.WriteByte('\'')
	escaping := false
	for i := range len(name) {
		c := name[i]
		if notPrintable(rune(c)) {
			if !escaping {
				b.WriteString("'$'")
			}
			escaping = true
			if letter, ok := letters[c]; ok {
				b.WriteString(letter)
			} else {
				fmt.Fprintf(&b, `\%03o`, c)
			}
			continue
		}
		if escaping {
			b.WriteString("''")
		}
		escaping = false
		if c == '\'' {
			b.WriteString(`'\''`)
		} else {
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
