package nixshell

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

const (
	attrsJSONFile  = ".attrs.json"
	attrsShellFile = ".attrs.sh"
)

// structuredAttributes adds the files of structured attributes to the object;
// the variables say where they are.
func (m *maker) structuredAttributes() (map[string]string, error) {
	dec := json.NewDecoder(strings.NewReader(m.d.StructuredAttrs))
	dec.UseNumber()
	var attrs map[string]any
	if err := dec.Decode(&attrs); err != nil {
		return nil, fmt.Errorf("structured attributes: %w", err)
	}
	if err := m.extend(attrs); err != nil {
		return nil, fmt.Errorf("structured attributes: %w", err)
	}
	outputs := map[string]any{}
	for name, output := range m.d.Outputs {
		outputs[name] = string(output.Path)
	}
	attrs["outputs"] = outputs
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(attrs); err != nil {
		return nil, fmt.Errorf("structured attributes: %w", err)
	}
	m.add(attrsJSONFile, false, strings.TrimSuffix(text.String(), "\n"))
	m.add(attrsShellFile, false, declarations(attrs))
	return map[string]string{"NIX_ATTRS_JSON_FILE": m.path(attrsJSONFile), "NIX_ATTRS_SH_FILE": m.path(attrsShellFile)}, nil
}

// extend adds the extra packages and the shell hook.
func (m *maker) extend(attrs map[string]any) error {
	if len(m.ExtraPackages) > 0 {
		switch inputs := attrs[inputsName].(type) {
		case nil, []any:
			list, _ := inputs.([]any)
			for _, p := range m.extraPackages() {
				list = append(list, p)
			}
			attrs[inputsName] = list
		case string:
			attrs[inputsName] = strings.TrimLeft(inputs+" "+strings.Join(m.extraPackages(), " "), " ")
		default:
			return fmt.Errorf("%s is neither a list nor a string, so that no extra packages can be added", inputsName)
		}
	}
	if m.ShellHook != "" {
		hook, isString := attrs[hookName].(string)
		if attrs[hookName] != nil && !isString {
			return fmt.Errorf("%s is not a string, so that no shell hook can be added", hookName)
		}
		attrs[hookName] = appendHook(hook, m.ShellHook)
	}
	return nil
}

// isShellName says whether a variable of the shell can have the name.
func isShellName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
	return name != "" && strings.IndexByte(letters, name[0]) >= 0 && strings.Trim(name, letters+"0123456789") == ""
}

// declarations are the attributes in the shell's language: those that are
// simple, and lists and sets of such.
func declarations(attrs map[string]any) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if !isShellName(name) {
			continue
		}
		if flags, value, ok := declaration(attrs[name]); ok {
			fmt.Fprintf(&out, "declare %s%s=%s\n", flags, name, value)
		}
	}
	return out.String()
}

// declaration gives the value of a variable, and the flags of declare that it
// needs.
func declaration(v any) (flags, value string, ok bool) {
	var items strings.Builder
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			word, ok := simple(item)
			if !ok {
				return "", "", false
			}
			items.WriteString(word + " ")
		}
		return "-a ", "(" + items.String() + ")", true
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			word, ok := simple(v[key])
			if !ok {
				return "", "", false
			}
			fmt.Fprintf(&items, "[%s]=%s ", quoteAlways(key), word)
		}
		return "-A ", "(" + items.String() + ")", true
	}
	word, ok := simple(v)
	return "", word, ok
}

// simple gives a value that is neither a list nor a set, nor a fraction.
func simple(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "''", true
	case bool:
		if v {
			return "1", true
		}
		return "", true
	case string:
		return quoteAlways(v), true
	case json.Number:
		return integer(v)
	}
	return "", false
}

// integer gives a number without a fraction.
func integer(n json.Number) (string, bool) {
	if i, err := n.Int64(); err == nil {
		return strconv.FormatInt(i, 10), true
	}
	f, err := n.Float64()
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return "", false
	}
	return strconv.FormatInt(int64(f), 10), true
}
