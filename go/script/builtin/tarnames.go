package builtin

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// readNames reads a file of names.
func (r *tarRun) readNames(file, end string, add func(name string)) error {
	in, err := r.c.Open(tarInput(file))
	if err != nil {
		return fmt.Errorf("%s: Cannot open: %s", file, reason(err))
	}
	defer func() { _ = in.Close() }()
	names := bufio.NewReader(in)
	for {
		name, err := names.ReadString(end[0])
		if name = strings.TrimSuffix(name, end); name != "" {
			add(name)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// tarInput turns "-" into the name of standard input.
func tarInput(file string) string {
	if file == "-" {
		return "/dev/stdin"
	}
	return file
}

// safeName takes off a member's name what leads out of the directory: slashes at the start, and all up to the last "..".
func (r *tarRun) safeName(name, what string) string {
	if r.o.has("P") {
		return name
	}
	cut := 0
	for i := 0; i < len(name); {
		end := strings.IndexByte(name[i:], '/')
		if end < 0 {
			end = len(name) - i
		}
		if name[i:i+end] == ".." {
			cut = min(i+end+1, len(name))
		}
		i += end + 1
	}
	for cut < len(name) && name[cut] == '/' {
		cut++
	}
	if cut > 0 && !r.removed[what+name[:cut]] {
		r.removed[what+name[:cut]] = true
		r.c.Errorf("Removing leading `%s' from %s", name[:cut], what)
	}
	if cut == len(name) {
		return "."
	}
	return name[cut:]
}

// excluded says whether patterns of --exclude leave out a file: a pattern matches from any component on,
// and whatever is in what it matches.
func excluded(name string, patterns []string) bool {
	for _, pattern := range patterns {
		pattern = strings.TrimRight(pattern, "/")
		for start := 0; ; {
			text := strings.TrimSuffix(name[start:], "/")
			for end := 0; end >= 0; {
				next := strings.IndexByte(text[end:], '/')
				whole := len(text)
				if next >= 0 {
					whole = end + next
				}
				if whole > 0 && matchGlob(pattern, text[:whole], false) {
					return true
				}
				if next < 0 {
					break
				}
				end = whole + 1
			}
			next := strings.IndexByte(name[start:], '/')
			if next < 0 {
				break
			}
			start += next + 1
		}
	}
	return false
}

// shownName is a name as tar prints it: what is not printable as in C.
func shownName(name string) string {
	letters := map[byte]string{'\a': `\a`, '\b': `\b`, '\f': `\f`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\v': `\v`, '\\': `\\`}
	var b strings.Builder
	for i := range len(name) {
		letter, ok := letters[name[i]]
		switch {
		case ok:
			b.WriteString(letter)
		case notPrintable(rune(name[i])):
			fmt.Fprintf(&b, `\%03o`, name[i])
		default:
			b.WriteByte(name[i])
		}
	}
	return b.String()
}
