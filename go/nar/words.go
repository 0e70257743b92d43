package nar

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// header reads the archive's first string, its magic.
func (r *Reader) header() error {
	want := binary.LittleEndian.AppendUint64(nil, uint64(len(magic)))
	want = append(want, magic...)
	want = append(want, make([]byte, padding(int64(len(magic))))...)
	got, err := r.src.buf.Peek(len(want))
	switch {
	case bytes.Equal(got, want):
		_, err = r.src.buf.Discard(len(want))
		r.src.pos += int64(len(want))
		return err
	case !bytes.HasPrefix(want, got):
		return fmt.Errorf("not a NAR: it begins with %q%s", got[:min(8, len(got))], compression(got))
	default:
		r.src.pos += int64(len(got))
		return fmt.Errorf("not a NAR, or only its beginning: %w", r.src.wrap(err))
	}
}

// compression says what to do about a compressed archive.
func compression(start []byte) string {
	for _, format := range []struct{ name, magic string }{
		{"xz", "\xfd7zXZ\x00"},
		{"zstd", "\x28\xb5\x2f\xfd"},
		{"gzip", "\x1f\x8b"},
		{"bzip2", "BZh"},
	} {
		if bytes.HasPrefix(start, []byte(format.magic)) {
			return ", as " + format.name + " does: decompress it first"
		}
	}
	return ""
}

// text reads a string of at most limit bytes, which is the caller's until the
// next read. what names it in errors.
func (r *Reader) text(what string, limit int) ([]byte, error) {
	at := r.src.pos
	n, err := r.src.length()
	if err != nil {
		return nil, err
	}
	if n > uint64(limit) {
		return nil, r.tooLong(what, n, limit, at)
	}
	// String and padding are one read, because a second would overwrite the
	// string.
	at = r.src.pos + int64(n)
	padded, err := r.src.take(int(n) + int(padding(int64(n))))
	if err != nil {
		return nil, err
	}
	return padded[:n], checkPadding(padded[n:], at)
}

// tooLong names the string, as far as an error has room for it.
func (r *Reader) tooLong(what string, n uint64, limit int, at int64) error {
	shown, err := r.src.take(int(min(n, 40)))
	if err != nil {
		return err
	}
	return fmt.Errorf("%s %q… of %d bytes below %s in NAR at offset %d: at most %d are allowed",
		what, shown, n, describe(string(r.path)), at, limit)
}

// tag reads one of the archive's own words.
func (r *Reader) tag() ([]byte, error) { return r.text("tag", maxTag) }

// expect reads the word that must come next.
func (r *Reader) expect(want string) error {
	_, err := r.oneOf(want)
	return err
}

// oneOf reads a word and returns the one of want that it is.
func (r *Reader) oneOf(want ...string) (string, error) {
	at := r.src.pos
	tag, err := r.tag()
	if err != nil {
		return "", err
	}
	for _, w := range want {
		if string(tag) == w {
			return w, nil
		}
	}
	quoted := make([]string, len(want))
	for i, w := range want {
		quoted[i] = fmt.Sprintf("%q", w)
	}
	return "", fmt.Errorf("unexpected tag %q in NAR at offset %d: want %s", tag, at, strings.Join(quoted, " or "))
}
