package narinfo

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/store"
)

// MaxSize is the largest narinfo that Parse reads, in bytes.
const MaxSize = 1 << 20

// Parse reads a narinfo of a cache whose store directory is storeDir: lines of
// "<field>: <value>". Fields that are not known are passed over, as Nix does.
func Parse(storeDir string, data []byte) (*NARInfo, error) {
	if err := checkKind(data); err != nil {
		return nil, err
	}
	p := parser{storeDir: storeDir, info: NARInfo{FileSize: -1, Compression: decompress.Bzip2}, lines: map[string]int{}}
	text := string(data[:len(data)-1])
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		if err := p.line(number, line); err != nil {
			return nil, fmt.Errorf("narinfo, line %d: %w", number, err)
		}
	}
	for _, field := range []string{"StorePath", "URL", "NarHash", "NarSize"} {
		if p.lines[field] == 0 {
			return nil, fmt.Errorf("narinfo: the field %s is missing: it is truncated, or not a narinfo", field)
		}
	}
	return &p.info, nil
}

// checkKind tells a narinfo from the other things that servers answer.
func checkKind(data []byte) error {
	start := bytes.TrimSpace(data[:min(len(data), 1024)])
	switch {
	case len(data) > MaxSize:
		return fmt.Errorf("not a narinfo: it has %d bytes, at most %d are allowed", len(data), MaxSize)
	case len(start) == 0:
		return errors.New("not a narinfo: it is empty")
	case start[0] == '<':
		return fmt.Errorf("not a narinfo but HTML (it begins with %q): is there a proxy or a login page between here and the cache?", start[:min(len(start), 20)])
	case data[len(data)-1] != '\n':
		return errors.New("narinfo: the last line does not end: it is truncated, or not a narinfo")
	}
	return nil
}

type parser struct {
	storeDir string
	info     NARInfo
	// lines has the line of each field that was read.
	lines map[string]int
}

func (p *parser) line(number int, line string) error {
	field, value, ok := strings.Cut(line, ":")
	if !ok || !isField(field) || value != "" && value[0] != ' ' {
		return fmt.Errorf("%q is not \"<field>: <value>\"", shorten(line))
	}
	value = strings.TrimPrefix(value, " ")
	if i := strings.IndexFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		return fmt.Errorf("%s: the value has the control character %q", field, value[i])
	}
	if before := p.lines[field]; before != 0 && field != "Sig" {
		return fmt.Errorf("%s was on line %d already", field, before)
	}
	p.lines[field] = number
	if err := p.field(field, value); err != nil {
		return fmt.Errorf("%s: %w", field, err)
	}
	return nil
}

// isField says whether s looks like the name of a field: letters and digits.
func isField(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func (p *parser) field(field, value string) (err error) {
	info := &p.info
	switch field {
	case "StorePath":
		info.StorePath, err = store.ParsePath(p.storeDir, value)
	case "URL":
		info.URL = value
		if value == "" {
			err = errors.New("it is empty")
		}
	case "Compression":
		info.Compression, err = parseCompression(value)
	case "FileHash":
		info.FileHash, err = ParseHash(value)
	case "FileSize":
		info.FileSize, err = parseSize(value)
	case "NarHash":
		info.NARHash, err = ParseHash(value)
	case "NarSize":
		info.NARSize, err = parseSize(value)
		if err == nil && info.NARSize == 0 {
			err = errors.New("no NAR has 0 bytes")
		}
	case "References":
		info.References, err = p.references(value)
	case "Sig":
		var s Signature
		s, err = ParseSignature(value)
		info.Signatures = append(info.Signatures, s)
	case "CA":
		info.ContentAddress = value
	case "Deriver":
		if value != "unknown-deriver" {
			info.Deriver = value
		}
	case "System":
		info.System = value
	}
	return err
}

// references reads base names of store paths.
func (p *parser) references(value string) ([]store.Path, error) {
	var paths []store.Path
	for _, base := range strings.Fields(value) {
		path, err := store.ParsePath(p.storeDir, p.storeDir+"/"+base)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for i := range paths {
		if i > 0 && paths[i] == paths[i-1] {
			return nil, fmt.Errorf("%s is repeated", paths[i])
		}
	}
	return paths, nil
}

// parseCompression reads the name of a format; bzip2 is the one that has none.
func parseCompression(s string) (decompress.Format, error) {
	switch f := decompress.Format(s); f {
	case decompress.XZ, decompress.Zstd, decompress.Gzip, decompress.Bzip2, decompress.None:
		return f, nil
	case "":
		return decompress.Bzip2, nil
	}
	return "", fmt.Errorf("%q is not supported: xz, zstd, gzip, bzip2 and none are", shorten(s))
}

// parseSize reads a number of bytes: digits only.
func parseSize(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%q is not a number of bytes from 0 to %d", shorten(s), int64(math.MaxInt64))
	}
	return int64(n), nil
}

// shorten cuts the end off a text that is too long for an error.
func shorten(s string) string {
	const keep = 160
	if len(s) <= keep {
		return s
	}
	return s[:keep] + "…"
}
