package object

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/nar"
)

// ReadListing reads what WriteListing writes, and nothing else. The entries
// have no Size, and their files cannot be opened. Errors name the line; one in
// what a line says is a *LineError.
func ReadListing(r io.Reader) ([]Entry, error) {
	in := bufio.NewReaderSize(r, maxLine)
	l := listing{}
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		switch {
		case err == io.EOF && len(line) == 0 && len(l.entries) > 0:
			return l.entries, nil
		case err == io.EOF:
			return nil, fmt.Errorf("listing truncated in line %d", number)
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("line %d of the listing has more than %d bytes", number, maxLine)
		case err != nil:
			return nil, err
		}
		text := string(line[:len(line)-1])
		if number == 1 {
			if text != listingHead {
				return nil, fmt.Errorf("not a listing: it begins with %q, want %q", shorten(text), listingHead)
			}
			continue
		}
		if err := l.add(text); err != nil {
			return nil, &LineError{Line: number, Err: err}
		}
	}
}

// LineError is what is wrong with a line of a listing. A form that has more
// lines than a listing counts them otherwise.
type LineError struct {
	// Line is the line's number, from 1 on.
	Line int
	Err  error
}

// Error names the line.
func (e *LineError) Error() string { return fmt.Sprintf("line %d of the listing: %v", e.Line, e.Err) }

// Unwrap is the error without the line.
func (e *LineError) Unwrap() error { return e.Err }

// listing is what was read so far.
type listing struct {
	entries []Entry
	// open holds the directories that the last entry is in, and it if it is
	// one.
	open []string
}

func (l *listing) add(line string) error {
	e, err := parseListing(line)
	if err != nil {
		return err
	}
	if err := checkPath("", e.Path); err != nil {
		return err
	}
	if n := len(l.entries); n == 0 {
		if e.Path != "" {
			return fmt.Errorf("%q comes before the object itself", shorten(e.Path))
		}
	} else {
		if Compare(l.entries[n-1].Path, e.Path) >= 0 {
			return fmt.Errorf("%q comes after %q: not sorted", shorten(e.Path), shorten(l.entries[n-1].Path))
		}
		dir := e.Path[:max(0, strings.LastIndexByte(e.Path, '/'))]
		for len(l.open) > 0 && l.open[len(l.open)-1] != dir {
			l.open = l.open[:len(l.open)-1]
		}
		if len(l.open) == 0 {
			return fmt.Errorf("%q is in %q, which is not a directory", shorten(e.Path), shorten(dir))
		}
	}
	if e.Type == nar.Directory {
		l.open = append(l.open, e.Path)
	}
	l.entries = append(l.entries, e)
	return nil
}

func parseListing(line string) (Entry, error) {
	path, keywords, ok := strings.Cut(line, " ")
	if !ok {
		return Entry{}, fmt.Errorf("%q has no type", shorten(line))
	}
	e := Entry{Type: nar.Regular}
	var err error
	if path != "." {
		rest, ok := strings.CutPrefix(path, "./")
		if !ok || rest == "" {
			return Entry{}, fmt.Errorf("the path %q does not begin with %q", shorten(path), "./")
		}
		if e.Path, err = unescape(rest); err != nil {
			return Entry{}, err
		}
	}
	switch {
	case keywords == listingFile:
	case keywords == listingProgram:
		e.Executable = true
	case keywords == listingDir:
		e.Type = nar.Directory
	case strings.HasPrefix(keywords, listingLink):
		e.Type = nar.Symlink
		if e.Target, err = unescape(keywords[len(listingLink):]); err != nil {
			return Entry{}, err
		}
		err = checkTarget(e.Path, e.Target)
	default:
		err = fmt.Errorf("%q has unknown keywords %q", shorten(e.Path), shorten(keywords))
	}
	return e, err
}

// unescape undoes appendEscaped. What that would not have written is an
// error.
func unescape(s string) (string, error) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' {
			value, ok := octal(s[i+1:])
			if !ok || !escaped(value) {
				return "", fmt.Errorf("%q has a wrong escape at byte %d", shorten(s), i)
			}
			out = append(out, value)
			i += 3
			continue
		}
		if escaped(c) {
			return "", fmt.Errorf("%q has %q, which must be escaped", shorten(s), c)
		}
		out = append(out, c)
	}
	return string(out), nil
}

// octal reads three octal digits.
func octal(s string) (byte, bool) {
	if len(s) < 3 {
		return 0, false
	}
	value := 0
	for i := range 3 {
		if s[i] < '0' || s[i] > '7' {
			return 0, false
		}
		value = value<<3 | int(s[i]-'0')
	}
	return byte(value), value < 256
}
