package nar

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"
)

// raw builds an archive from its strings, right or wrong.
func raw(list ...string) []byte {
	var b []byte
	for _, s := range list {
		b = binary.LittleEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
		b = append(b, make([]byte, padding(int64(len(s))))...)
	}
	return b
}

// inRoot builds an archive whose root is a directory with these strings in it.
func inRoot(list ...string) []byte {
	return raw(append(append([]string{magic, "(", "type", "directory"}, list...), ")")...)
}

// file gives the strings of a directory entry for a small file.
func file(name string) []string {
	return []string{"entry", "(", "name", name, "node", "(", "type", "regular", "contents", "x", ")", ")"}
}

// unseekable hides a reader's other methods.
type unseekable struct{ io.Reader }

// item is an entry with its content.
type item struct {
	Entry
	content string
}

// readAll reads an archive to its end.
func readAll(r io.Reader) ([]item, error) {
	var items []item
	for reader := NewReader(r); ; {
		entry, err := reader.Next()
		if err == io.EOF {
			return items, nil
		}
		if err != nil {
			return items, err
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return items, err
		}
		items = append(items, item{entry, string(content)})
	}
}

// writeAll is the opposite of readAll.
func writeAll(items []item) ([]byte, error) {
	var buf bytes.Buffer
	w := NewWriter(&buf)
	for _, it := range items {
		if err := w.WriteHeader(it.Entry); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, it.content); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func wantError(t *testing.T, err error, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if err == nil || !strings.Contains(err.Error(), phrase) {
			t.Errorf("got error %v, want one with %q", err, phrase)
		}
	}
}

// sample is an archive with every kind of entry.
func sample(tb testing.TB) []byte {
	tb.Helper()
	data, err := writeAll([]item{
		{Entry: Entry{Type: Directory}},
		{Entry: Entry{Path: "bin", Type: Directory}},
		{Entry: Entry{Path: "bin/hello", Type: Regular, Executable: true, Size: 7}, content: "#!hello"},
		{Entry: Entry{Path: "bin/sh", Type: Symlink, Target: "hello"}},
		{Entry: Entry{Path: "bin.d", Type: Regular}},
		{Entry: Entry{Path: "empty", Type: Directory}},
		{Entry: Entry{Path: "l\xff", Type: Directory}},
		{Entry: Entry{Path: "l\xff/\x01\n", Type: Regular, Size: 8}, content: "01234567"},
		{Entry: Entry{Path: "z", Type: Symlink, Target: "/nope"}},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
