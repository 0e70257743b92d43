package builtin

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/rules-strata/rules_strata/go/decompress"
)

// plainName is a compressed file's name without its ending; "" if it has none that gzip knows.
func (r *gzipRun) plainName(file string) string {
	for _, end := range []struct{ suffix, instead string }{{r.suffix, ""}, {".gz", ""}, {".tgz", ".tar"}, {".taz",
		".tar"}, {"-gz", ""}, {".z", ""}} {
		if name, ok := strings.CutSuffix(file, end.suffix); ok && name != "" && !strings.HasSuffix(name, "/") {
			return name + end.instead
		}
	}
	return ""
}

func (r *gzipRun) gzip(in io.Reader, out io.Writer, header gzip.Header) error {
	w, err := gzip.NewWriterLevel(out, r.level)
	if err != nil {
		return err
	}
	w.Header = header
	if header.ModTime.IsZero() {
		w.ModTime = time.Unix(0, 0)
	}
	w.OS = gzipOS
	if _, err := io.Copy(w, in); err != nil {
		return err
	}
	return w.Close()
}

// gunzip decompresses all members; bytes after them that are none are an error. It gives the time that the first member stores.
func gunzip(in io.Reader, out io.Writer) (time.Time, error) {
	start := &peeker{in: in}
	plain, format, err := decompress.NewReader(start)
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = plain.Close() }()
	if format != decompress.Gzip {
		return time.Time{}, errGzipData
	}
	if _, err := io.Copy(out, plain); err != nil {
		return time.Time{}, fmt.Errorf("cannot decompress: %w", err)
	}
	return start.modTime(), nil
}

// peeker keeps the first bytes that are read through it: the start of a gzip header, which has the time.
type peeker struct {
	in    io.Reader
	start []byte
}

func (p *peeker) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	if want := 8 - len(p.start); want > 0 {
		p.start = append(p.start, b[:min(n, want)]...)
	}
	return n, err
}

func (p *peeker) modTime() time.Time {
	if len(p.start) < 8 {
		return time.Time{}
	}
	seconds := int64(p.start[4]) | int64(p.start[5])<<8 | int64(p.start[6])<<16 | int64(p.start[7])<<24
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}
