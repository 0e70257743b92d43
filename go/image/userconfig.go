package image

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// UserConfig holds the fields that a user may set, as the Docker image
// specification v1.3.0 names them. Of those, Memory, MemorySwap and CpuShares
// mean nothing to today's Docker, and ArgsEscaped only something on Windows:
// they are written into the config as they are.
type UserConfig struct {
	User         string              `json:"User"`
	ExposedPorts map[string]struct{} `json:"ExposedPorts"`
	Env          []string            `json:"Env"`
	Entrypoint   []string            `json:"Entrypoint"`
	Cmd          []string            `json:"Cmd"`
	Volumes      map[string]struct{} `json:"Volumes"`
	WorkingDir   string              `json:"WorkingDir"`
	Labels       map[string]string   `json:"Labels"`
	StopSignal   string              `json:"StopSignal"`
	Healthcheck  *Healthcheck        `json:"Healthcheck"`
	Shell        []string            `json:"Shell"`
	OnBuild      []string            `json:"OnBuild"`
	ArgsEscaped  bool                `json:"ArgsEscaped"`
	Memory       int64               `json:"Memory"`
	MemorySwap   int64               `json:"MemorySwap"`
	CPUShares    int64               `json:"CpuShares"`
}

// Healthcheck is the command that tells whether a container works.
type Healthcheck struct {
	Test          []string    `json:"Test"`
	Interval      nanoseconds `json:"Interval"`
	Timeout       nanoseconds `json:"Timeout"`
	StartPeriod   nanoseconds `json:"StartPeriod"`
	StartInterval nanoseconds `json:"StartInterval"`
	Retries       int         `json:"Retries"`
}

// nanoseconds is a duration.
type nanoseconds int64

// ParseUserConfig checks the JSON of a config and returns it as it was
// written: an unknown field, a wrong type or an impossible value is an error
// with the field's name.
func ParseUserConfig(data []byte) (json.RawMessage, error) {
	if err := checkUserConfig(data); err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	return bytes.TrimSpace(data), nil
}

func checkUserConfig(data []byte) error {
	if !utf8.Valid(data) {
		return fmt.Errorf("byte %d is not UTF-8: JSON cannot carry it", validLen(data))
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var value any
	switch err := dec.Decode(&value); {
	case err == io.EOF:
		return errors.New("not JSON: it is empty: write {} for no settings")
	case err != nil:
		return fmt.Errorf("not JSON: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("not JSON: something follows after the value, at byte %d", dec.InputOffset())
	}
	if _, ok := value.(map[string]any); !ok {
		return fmt.Errorf("%s is not a config: want an object with fields like Cmd and Env", describe(value))
	}
	if err := check("", value, reflect.TypeFor[UserConfig]()); err != nil {
		return err
	}
	var c UserConfig
	if err := json.Unmarshal(data, &c); err != nil {
		return err
	}
	return c.checkValues()
}

// validLen is the number of bytes before the first one that is not UTF-8.
func validLen(data []byte) int {
	n := 0
	for {
		r, size := utf8.DecodeRune(data[n:])
		if r == utf8.RuneError && size <= 1 {
			return n
		}
		n += size
	}
}

// check compares the value of the field at a path with a type.
func check(path string, value any, t reflect.Type) error {
	nullable := t.Kind() == reflect.Slice || t.Kind() == reflect.Map || t.Kind() == reflect.Pointer
	if value == nil && nullable {
		return nil
	}
	ok := false
	switch t.Kind() {
	case reflect.Pointer:
		return check(path, value, t.Elem())
	case reflect.String:
		var text string
		if text, ok = value.(string); ok {
			return checkNUL(path, text)
		}
	case reflect.Bool:
		_, ok = value.(bool)
	case reflect.Slice:
		if list, isList := value.([]any); isList {
			return checkList(path, list, t)
		}
	case reflect.Map, reflect.Struct:
		if fields, isObject := value.(map[string]any); isObject {
			return checkObject(path, fields, t)
		}
	default:
		number, _ := value.(json.Number)
		_, err := strconv.ParseInt(number.String(), 10, 64)
		ok = err == nil
	}
	if !ok {
		return fmt.Errorf("%s: %s cannot stand here: want %s", path, describe(value), wanted(t))
	}
	return nil
}

func checkList(path string, list []any, t reflect.Type) error {
	for i, element := range list {
		if err := check(fmt.Sprintf("%s[%d]", path, i), element, t.Elem()); err != nil {
			return err
		}
	}
	return nil
}

func checkObject(path string, fields map[string]any, t reflect.Type) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at, of := fmt.Sprintf("%s[%q]", path, name), t
		if t.Kind() == reflect.Map {
			of = t.Elem()
			if err := checkNUL(path, name); err != nil {
				return err
			}
		} else {
			field, err := findField(path, name, t)
			if err != nil {
				return err
			}
			at, of = strings.TrimPrefix(path+"."+name, "."), field.Type
		}
		if err := check(at, fields[name], of); err != nil {
			return err
		}
	}
	return nil
}

// checkNUL refuses text that no program can be started with.
func checkNUL(path, text string) error {
	if strings.ContainsRune(text, 0) {
		return fmt.Errorf("%s: %q has a NUL byte, which no argument, variable or file name can have: remove it", path, text)
	}
	return nil
}

// findField finds a field by its JSON name in the struct t, which is at path.
func findField(path, name string, t reflect.Type) (reflect.StructField, error) {
	where := fmt.Sprintf("unknown field %q", name)
	if path != "" {
		where += " in " + path
	}
	var names []string
	for i := range t.NumField() {
		known := t.Field(i).Tag.Get("json")
		if known == name {
			return t.Field(i), nil
		}
		if strings.EqualFold(known, strings.ReplaceAll(name, "_", "")) {
			return reflect.StructField{}, fmt.Errorf("%s: write %q", where, known)
		}
		names = append(names, known)
	}
	if len(names) == 0 {
		return reflect.StructField{}, fmt.Errorf("%s: want an empty object, {}", where)
	}
	slices.Sort(names)
	return reflect.StructField{}, fmt.Errorf("%s: the fields are %s", where, strings.Join(names, ", "))
}

// describe says what a value is.
func describe(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(value)
	case string:
		return "a string"
	case json.Number:
		return fmt.Sprintf("the number %.40s", value)
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// wanted says what a value of the type t would be.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list of strings"
	case reflect.Map:
		return "an object"
	case reflect.Struct:
		if t.NumField() == 0 {
			return "an empty object, {}"
		}
		return "an object"
	}
	if t == reflect.TypeFor[nanoseconds]() {
		return "a whole number of nanoseconds, 30000000000 for 30 s"
	}
	return "a whole number of at most 64 bits"
}
