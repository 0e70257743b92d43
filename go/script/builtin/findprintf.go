package builtin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// printfPart is a piece of -printf's format: a text, or a directive.
type printfPart struct {
	text      string
	directive fileDirective
}

// printf parses a format into the action that prints it.
func (p *findParser) printf(format string) (findTest, error) {
	p.acts = true
	parts, err := p.r.parseFormat(format)
	if err != nil {
		return nil, err
	}
	return func(e *findEntry) bool {
		var b strings.Builder
		for _, part := range parts {
			if part.directive.letter == "" {
				b.WriteString(part.text)
			} else {
				b.WriteString(p.r.render(part.directive, e))
			}
		}
		p.r.c.Printf("%s", b.String())
		return true
	}, nil
}

// parseFormat takes a format apart.
func (r *findRun) parseFormat(format string) ([]printfPart, error) {
	var parts []printfPart
	text := func(s string) { parts = append(parts, printfPart{text: s}) }
	for format != "" {
		switch {
		case strings.HasPrefix(format, `\c`):
			return parts, nil
		case format[0] == '\\':
			s, rest, known := findEscape(format)
			if !known {
				r.c.Errorf("warning: unrecognized escape `%s'", s)
			}
			text(s)
			format = rest
		case strings.HasPrefix(format, "%%"):
			text("%")
			format = format[2:]
		case format == "%":
			return nil, errors.New("the format ends with %")
		case format[0] == '%':
			d, rest, ok := parseFileDirective(format)
			if ok && d.letter == "T" && rest != "" && strings.Contains("@aAbBdDeFGgHIjklmMpRTuUVwWxXyYZz", rest[:1]) {
				d.letter, rest = "T"+rest[:1], rest[1:]
			}
			if !ok || len(d.letter) == 1 && !strings.Contains(" p f h H P m M u U g G s y Y l d n t ", " "+d.letter+" ") {
				return nil, fmt.Errorf("directive '%%%s' is not supported: these are: "+
					"%%%% %%d %%f %%g %%G %%h %%H %%l %%m %%M %%n %%p %%P %%s %%t %%Tk (%%T@ or a field of date) %%u %%U %%y %%Y", d.letter)
			}
			parts = append(parts, printfPart{directive: d})
			format = rest
		default:
			end := strings.IndexAny(format, `\%`)
			if end < 0 {
				end = len(format)
			}
			text(format[:end])
			format = format[end:]
		}
	}
	return parts, nil
}

// findEscape renders the escape that a format begins with and returns what follows it.
func findEscape(format string) (text, rest string, known bool) {
	if len(format) == 1 {
		return `\`, "", true
	}
	if at := strings.IndexByte(`abfnrtv\`, format[1]); at >= 0 {
		return "\a\b\f\n\r\t\v\\"[at : at+1], format[2:], true
	}
	if !isOctal(format[1]) {
		return format[:2], format[2:], false
	}
	n, end := 0, 1
	for end < len(format) && end < 4 && isOctal(format[end]) {
		n = n*8 + int(format[end]-'0')
		end++
	}
	return string([]byte{byte(n)}), format[end:], true
}

// render renders one directive for a file.
func (r *findRun) render(d fileDirective, e *findEntry) string {
	info := e.info
	switch d.letter {
	case "p":
		return d.text(e.path)
	case "f":
		return d.text(e.shownName())
	case "h":
		return d.text(e.shownDir())
	case "H":
		return d.text(e.start)
	case "P":
		return d.text(e.relative())
	case "m":
		return d.octal(info.Mode)
	case "M":
		return d.text(modeString(info))
	case "u":
		return d.text(nameOf(r.accounts.users, info.UID))
	case "g":
		return d.text(nameOf(r.accounts.groups, info.GID))
	case "U":
		return d.text(strconv.FormatInt(info.UID, 10))
	case "G":
		return d.text(strconv.FormatInt(info.GID, 10))
	case "s":
		return d.text(strconv.FormatInt(fileSize(info), 10))
	case "n":
		return d.text(strconv.FormatInt(int64(info.Nlink), 10))
	case "d":
		return d.decimal(int64(e.depth))
	case "y":
		return d.text(findType(info))
	case "Y":
		return d.text(r.targetType(e))
	case "l":
		return d.text(info.Target)
	case "t":
		return d.text(info.MTime.UTC().Format("Mon Jan _2 15:04:05.000000000") + "0" + info.MTime.UTC().Format(" 2006"))
	case "T@":
		return d.text(epochText(info.MTime))
	default:
		return d.text(formatDate("%"+strings.TrimPrefix(d.letter, "T"), info.MTime.UTC()))
	}
}

// epochText is a time in seconds since 1970 with ten decimals.
func epochText(t time.Time) string {
	return fmt.Sprintf("%d.%09d0", t.Unix(), t.Nanosecond())
}

// findType is the letter of a type as find shows it.
func findType(info scriptfs.Info) string {
	if info.Type == scriptfs.Regular {
		return "f"
	}
	return string([]byte{typeLetter(info.Type)})
}

// targetType is the type of what a symlink leads to.
func (r *findRun) targetType(e *findEntry) string {
	target, err := r.c.FS.Stat(r.c.Path(e.path))
	switch {
	case err == nil:
		return findType(target)
	case errors.Is(err, syscall.ELOOP):
		return "L"
	case notExist(err):
		return "N"
	default:
		return "?"
	}
}

// shownName is the path's last name, with a slash if the command line has one.
func (e *findEntry) shownName() string {
	trimmed := strings.TrimRight(e.path, "/")
	if trimmed == "" {
		return e.path
	}
	name := trimmed[strings.LastIndexByte(trimmed, '/')+1:]
	if trimmed != e.path {
		name += "/"
	}
	return name
}

// shownDir is what stands before the last name: "." where nothing does, not even a slash behind the name.
func (e *findEntry) shownDir() string {
	trimmed := strings.TrimRight(e.path, "/")
	at := strings.LastIndexByte(trimmed, '/')
	switch {
	case at >= 0:
		return e.path[:at]
	case trimmed != e.path:
		return trimmed
	}
	return "."
}
