package nixlock

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// maxDepth is deeper than any value of a lock.
const maxDepth = 8

// parseTree reads one JSON value: map[string]any, []any, string, json.Number,
// bool or nil. Unlike encoding/json it refuses an object that has a name twice,
// which is what merging two locks by hand leaves behind.
func parseTree(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	tree, err := parseValue(dec, 0)
	if err == nil {
		if _, end := dec.Token(); end != io.EOF {
			err = fmt.Errorf("something follows after the JSON value")
		}
	}
	if err != nil {
		offset := min(int(dec.InputOffset()), len(data))
		return nil, fmt.Errorf("line %d: %w", 1+bytes.Count(data[:offset], []byte("\n")), notJSON(err))
	}
	return tree, nil
}

func notJSON(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("truncated")
	}
	return err
}

func parseValue(dec *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d", maxDepth)
	}
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		object := map[string]any{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			if _, ok := object[name.(string)]; ok {
				return nil, fmt.Errorf("%q is there twice", name)
			}
			if object[name.(string)], err = parseValue(dec, depth+1); err != nil {
				return nil, err
			}
		}
		_, err = dec.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			value, err := parseValue(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = dec.Token()
		return list, err
	}
	return token, nil
}

// node is a value of a lock and the names that lead to it. The first error of
// its tree is kept.
type node struct {
	at    string
	value any
	err   *error
}

func (n node) fail(format string, args ...any) {
	if *n.err == nil {
		*n.err = fmt.Errorf("%s: %w", n.at, fmt.Errorf(format, args...))
	}
}

// fields gives the values of an object that has all of the required names, and
// beside them only optional ones.
func (n node) fields(required, optional []string) map[string]node {
	fields := n.object()
	for _, name := range required {
		if _, ok := fields[name]; !ok && *n.err == nil {
			n.fail("the field %q is missing", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(required, name) && !slices.Contains(optional, name) {
			n.fail("unknown field %q", name)
		}
	}
	return fields
}

func (n node) object() map[string]node {
	object, ok := n.value.(map[string]any)
	if !ok && *n.err == nil {
		n.fail("want an object, got %s", kind(n.value))
	}
	out := map[string]node{}
	for name, value := range object {
		out[name] = node{strings.TrimPrefix(n.at+": "+name, ": "), value, n.err}
	}
	return out
}

func (n node) text() string {
	text, ok := n.value.(string)
	if !ok && *n.err == nil {
		n.fail("want a string, got %s", kind(n.value))
	}
	return text
}

func (n node) number() int64 {
	number, _ := n.value.(json.Number)
	i, err := number.Int64()
	if err != nil && *n.err == nil {
		n.fail("want a whole number, got %s", kind(n.value))
	}
	return i
}

func (n node) texts() []string {
	list, ok := n.value.([]any)
	if !ok && *n.err == nil {
		n.fail("want a list, got %s", kind(n.value))
	}
	out := make([]string, len(list))
	for i, value := range list {
		out[i] = node{n.at, value, n.err}.text()
	}
	return out
}

func kind(value any) string {
	switch value := value.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	default:
		return fmt.Sprintf("%v", value)
	}
}
