package imagecheck

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strings"
)

// checkConfig lists what is wrong with a config.
func checkConfig(data []byte, want map[string]any) ([]string, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var config map[string]any
	if err := dec.Decode(&config); err != nil {
		return nil, fmt.Errorf("the image's config: %w", err)
	}
	var failures []string
	for _, name := range sortedKeys(want) {
		got, ok := find(config, name)
		if !ok {
			inner, _ := config["config"].(map[string]any)
			got, _ = find(inner, name)
		}
		failures = append(failures, compare(name, got, want[name])...)
	}
	return failures, nil
}

// find finds a field by its name, or by the names that lead to it with dots
// between. Names may have dots themselves: the shortest that is there is taken
// first.
func find(object map[string]any, name string) (any, bool) {
	if value, ok := object[name]; ok {
		return value, true
	}
	for i := range len(name) {
		if name[i] != '.' {
			continue
		}
		inner, _ := object[name[:i]].(map[string]any)
		if value, ok := find(inner, name[i+1:]); ok {
			return value, true
		}
	}
	return nil, false
}

// compare lists where got is not as want says. Absent is nil.
func compare(name string, got, want any) []string {
	wanted, ok := want.(map[string]any)
	if !ok {
		if equal(got, want) {
			return nil
		}
		return []string{fmt.Sprintf("config: %s is %s, want %s", name, show(got), show(want))}
	}
	object, ok := got.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("config: %s is %s, want an object with %s", name, show(got), show(want))}
	}
	var failures []string
	for _, field := range sortedKeys(wanted) {
		value, ok := object[field]
		if !ok && wanted[field] != nil {
			failures = append(failures, fmt.Sprintf("config: %s has no %q, want %s; it has %s",
				name, field, show(wanted[field]), enumerate(sortedKeys(object))))
			continue
		}
		failures = append(failures, compare(name+"."+field, value, wanted[field])...)
	}
	return failures
}

// equal compares JSON values; numbers by what they mean.
func equal(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		if !ok {
			return false
		}
		x, okX := new(big.Rat).SetString(string(a))
		y, okY := new(big.Rat).SetString(string(b))
		return okX && okY && x.Cmp(y) == 0
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	}
	return reflect.DeepEqual(a, b)
}

// show is a value as JSON.
func show(v any) string {
	if v == nil {
		return "not set"
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(text.String(), "\n")
}
