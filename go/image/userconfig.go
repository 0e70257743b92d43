package image

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// UserConfig holds the fields that a user may set, as the Docker image
// specification v1.3.0 names them.
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

// Healthcheck is the command that tells whether a container works. Durations
// are in nanoseconds.
type Healthcheck struct {
	Test          []string `json:"Test"`
	Interval      int64    `json:"Interval"`
	Timeout       int64    `json:"Timeout"`
	StartPeriod   int64    `json:"StartPeriod"`
	StartInterval int64    `json:"StartInterval"`
	Retries       int      `json:"Retries"`
}

// ParseUserConfig checks the JSON of a config and returns it as it was
// written: an unknown field or a wrong type is an error with the field's name.
func ParseUserConfig(data []byte) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return nil, fmt.Errorf("config: not a JSON object: %w", err)
	}
	known := fieldNames(reflect.TypeFor[UserConfig]())
	for name := range fields {
		if err := checkField(name, known); err != nil {
			return nil, err
		}
	}
	if err := jsonfile.Decode(data, &UserConfig{}); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, fmt.Errorf("config: %s: a %s cannot stand here: want %s", wrong.Field, wrong.Value, describe(wrong.Type))
		}
		return nil, fmt.Errorf("config: %w", err)
	}
	return bytes.TrimSpace(data), nil
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for i := range t.NumField() {
		names = append(names, t.Field(i).Tag.Get("json"))
	}
	sort.Strings(names)
	return names
}

func checkField(name string, known []string) error {
	for _, k := range known {
		if k == name {
			return nil
		}
		if strings.EqualFold(k, name) {
			return fmt.Errorf("config: unknown field %q: write %q", name, k)
		}
	}
	return fmt.Errorf("config: unknown field %q: the fields are %s", name, strings.Join(known, ", "))
}

func describe(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list of strings"
	case reflect.Map, reflect.Struct, reflect.Pointer:
		return "an object"
	default:
		return "a whole number"
	}
}
