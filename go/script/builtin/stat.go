package builtin

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// statRun is one run of stat.
type statRun struct {
	c        *Context
	accounts accounts
	format   string
	follow   bool
	// escapes says that the format has backslash escapes and no newline of its own (--printf).
	escapes bool
}

func stat(c *Context) int {
	o, err := parseOptions(c.Args, "c,format=", "printf=", "L,dereference")
	if err != nil {
		return c.Fail(usageStatus, "%v", err)
	}
	if len(o.args) == 0 {
		return c.Fail(1, "missing operand")
	}
	r := &statRun{c: c, accounts: c.accounts(), follow: o.has("L")}
	switch o.last("c", "printf") {
	case "c":
		r.format, _ = o.value("c")
	case "printf":
		r.format, _ = o.value("printf")
		r.escapes = true
	default:
		return c.Fail(usageStatus, "the output without -c, --format or --printf is not supported: it has times and numbers of the host")
	}
	ok := true
	for _, path := range o.args {
		ok = r.file(path) && ok
	}
	return exitStatus(ok)
}

// file prints the format for one file.
func (r *statRun) file(path string) bool {
	lookUp := r.c.FS.Lstat
	if r.follow {
		lookUp = r.c.FS.Stat
	}
	info, err := lookUp(r.c.Path(path))
	if err != nil {
		r.c.Errorf("cannot statx %s: %s", quote(path), reason(err))
		return false
	}
	var b strings.Builder
	for rest := r.format; rest != ""; {
		switch {
		case rest[0] == '%':
			var text string
			if text, rest, err = r.directive(rest, path, info); err != nil {
				r.c.Printf("%s", b.String())
				r.c.Errorf("%v", err)
				return false
			}
			b.WriteString(text)
		case rest[0] == '\\' && r.escapes:
			var warning string
			var text string
			text, rest, warning = formatEscape(rest)
			if warning != "" {
				r.c.Errorf("warning: %s", warning)
			}
			b.WriteString(text)
		default:
			b.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	if !r.escapes {
		b.WriteByte('\n')
	}
	r.c.Printf("%s", b.String())
	return true
}

// directive renders the directive that a format begins with and returns what follows it.
func (r *statRun) directive(format, path string, info scriptfs.Info) (text, rest string, err error) {
	d, rest, ok := parseFileDirective(format)
	if !ok {
		if format == "%" {
			return format, "", nil
		}
		return "", "", fmt.Errorf("%s: invalid directive", quote(format))
	}
	switch d.letter {
	case "%":
		return "%", rest, nil
	case "a":
		return d.octal(info.Mode), rest, nil
	case "A":
		return d.text(modeString(info)), rest, nil
	case "f":
		return d.hex(uint64(info.Mode | typeBits(info.Type))), rest, nil
	case "F":
		return d.text(typeName(info)), rest, nil
	case "g":
		return d.unsigned(info.GID), rest, nil
	case "G":
		return d.text(r.shownName(r.accounts.groups, info.GID)), rest, nil
	case "h":
		return d.unsigned(int64(info.Nlink)), rest, nil
	case "n":
		return d.text(path), rest, nil
	case "N":
		name := quote(path)
		if info.Type == scriptfs.Symlink {
			name += " -> " + quote(info.Target)
		}
		return d.text(name), rest, nil
	case "s":
		return d.unsigned(fileSize(info)), rest, nil
	case "t":
		return d.hex(uint64(info.Major)), rest, nil
	case "T":
		return d.hex(uint64(info.Minor)), rest, nil
	case "Hr":
		return d.unsigned(info.Major), rest, nil
	case "Lr":
		return d.unsigned(info.Minor), rest, nil
	case "u":
		return d.unsigned(info.UID), rest, nil
	case "U":
		return d.text(r.shownName(r.accounts.users, info.UID)), rest, nil
	case "Y":
		return d.seconds(info.MTime), rest, nil
	case "y":
		return d.text(info.MTime.UTC().Format("2006-01-02 15:04:05.000000000 -0700")), rest, nil
	}
	return "", "", fmt.Errorf("format directive %%%s is not supported: these are: "+
		"%%%% %%a %%A %%f %%F %%g %%G %%h %%n %%N %%s %%t %%T %%u %%U %%y %%Y %%Hr %%Lr", d.letter)
}

// shownName is the name of an owner as stat shows it: one that has none is UNKNOWN.
func (r *statRun) shownName(list []account, id int64) string {
	if a, ok := byID(list, id); ok {
		return a.name
	}
	return "UNKNOWN"
}

// directorySize is what directories have as their size: the least that they have on common file systems.
const directorySize = 4096

// fileSize is the size that commands show of a file.
func fileSize(info scriptfs.Info) int64 {
	if info.Type == scriptfs.Directory {
		return directorySize
	}
	return info.Size
}

// typeName is a file's type in words.
func typeName(info scriptfs.Info) string {
	if info.Type == scriptfs.Regular && info.Size == 0 {
		return "regular empty file"
	}
	return info.Type.String()
}

// formatEscape renders the backslash escape that a format begins with and returns what follows it.
func formatEscape(format string) (text, rest, warning string) {
	if len(format) == 1 {
		return `\`, "", "backslash at end of format"
	}
	c := format[1]
	if at := strings.IndexByte(`abefnrtv"\`, c); at >= 0 {
		return "\a\b\x1b\f\n\r\t\v\"\\"[at : at+1], format[2:], ""
	}
	digits, base, from := 0, 8, 1
	switch {
	case c == 'x':
		base, from = 16, 2
		for digits < 2 && from+digits < len(format) && isHex(format[from+digits]) {
			digits++
		}
	case isOctal(c):
		for digits < 3 && from+digits < len(format) && isOctal(format[from+digits]) {
			digits++
		}
	}
	if digits == 0 {
		return string([]byte{c}), format[2:], fmt.Sprintf(`unrecognized escape '\%c'`, c)
	}
	n, _ := strconv.ParseUint(format[from:from+digits], base, 16)
	return string([]byte{byte(n)}), format[from+digits:], ""
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
