package objectfiles

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
)

// ReadFile reads what Write wrote into a file. Errors name the file.
func ReadFile(name string) (*Files, error) {
	r, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	f, err := Read(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// maxLine bounds a line: two paths, all of whose bytes are escaped, fit.
const maxLine = 64 << 10

// Read reads what Write writes, and nothing else. Errors name the line.
func Read(r io.Reader) (*Files, error) {
	in := bufio.NewReaderSize(r, maxLine)
	var listing bytes.Buffer
	f := &Files{}
	// contents are what the lines say of their files, by the lines' numbers.
	var contents []string
	for number := 1; ; number++ {
		line, err := in.ReadSlice('\n')
		switch {
		case err == io.EOF && len(line) == 0 && len(contents) > 0:
			if err := f.finish(&listing, contents); err != nil {
				return nil, err
			}
			return f, nil
		case err == io.EOF:
			return nil, fmt.Errorf("line %d: truncated", number)
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, fmt.Errorf("line %d has more than %d bytes", number, maxLine)
		case err != nil:
			return nil, err
		}
		text := string(line[:len(line)-1])
		if number == 2 {
			if f.NAR, err = parseHead(text); err != nil {
				return nil, fmt.Errorf("line %d: %w", number, err)
			}
			continue
		}
		entry, content := text, ""
		if at := strings.Index(text, sizeKeyword); at >= 0 {
			entry, content = text[:at], text[at:]
		}
		listing.WriteString(entry)
		listing.WriteByte('\n')
		if number > 2 {
			contents = append(contents, content)
		}
	}
}

// parseHead reads the second line, which may describe a NAR.
func parseHead(text string) (*cas.Digest, error) {
	rest, ok := strings.CutPrefix(text, head)
	if !ok {
		return nil, fmt.Errorf("%.80q: want %q: build the image again", text, head)
	}
	if rest == "" {
		return nil, nil
	}
	size, hash, err := parseContent(rest, hashKeyword)
	if err != nil {
		return nil, err
	}
	d := cas.Digest{SHA256: hash, Size: size}
	return &d, d.Check()
}

// parseContent reads the size and the value of the keyword after it.
func parseContent(text, keyword string) (size int64, value string, err error) {
	number, value, ok := strings.Cut(strings.TrimPrefix(text, sizeKeyword), keyword)
	if !ok || !strings.HasPrefix(text, sizeKeyword) {
		return 0, "", fmt.Errorf("%.200q: want%sN%s…", text, sizeKeyword, keyword)
	}
	size, err = parseNumber(number)
	return size, value, err
}

func parseNumber(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != text {
		return 0, fmt.Errorf("%.40q is not a number of bytes", text)
	}
	return n, nil
}

// finish joins the entries with what is known of their contents.
func (f *Files) finish(listing io.Reader, contents []string) error {
	var err error
	var line *object.LineError
	if f.Entries, err = object.ReadListing(listing); errors.As(err, &line) {
		return fmt.Errorf("line %d: %w", line.Line+1, line.Err) // A listing does not have the second line.
	} else if err != nil {
		return err
	}
	if f.NAR != nil {
		f.Offsets = map[string]int64{}
	} else {
		f.Digests = map[string]cas.Digest{}
	}
	for i := range f.Entries {
		if err := f.add(&f.Entries[i], contents[i]); err != nil {
			return fmt.Errorf("line %d: %w", i+3, err)
		}
	}
	return nil
}

// add takes what a line says of an entry's content.
func (f *Files) add(e *object.Entry, content string) error {
	if e.Type != nar.Regular {
		if content != "" {
			return fmt.Errorf("%.200q: only a file has a size", content)
		}
		return nil
	}
	keyword := hashKeyword
	if f.NAR != nil {
		keyword = offsetKeyword
	}
	size, value, err := parseContent(content, keyword)
	if err != nil {
		return err
	}
	e.Size = size
	if f.NAR == nil {
		d := cas.Digest{SHA256: value, Size: size}
		f.Digests[e.Path] = d
		return d.Check()
	}
	offset, err := parseNumber(value)
	if err == nil && (offset > f.NAR.Size || size > f.NAR.Size-offset) {
		err = fmt.Errorf("a content of %d bytes at %d is not within a NAR of %d bytes", size, offset, f.NAR.Size)
	}
	f.Offsets[e.Path] = offset
	return err
}
