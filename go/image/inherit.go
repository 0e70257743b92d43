package image

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// notInherited are the fields that FROM drops: what describes the container
// that the base was made in; OnBuild, which a Dockerfile does once; and a
// container's resources, which no runtime takes from an image today, and which
// are not among the fields that BuildKit reads of a base. ArgsEscaped is.
var notInherited = map[string]bool{
	"AttachStderr": true, "AttachStdin": true, "AttachStdout": true, "Domainname": true, "Hostname": true, "Image": true,
	"MacAddress": true, "NetworkDisabled": true, "OpenStdin": true, "StdinOnce": true, "Tty": true,
	"OnBuild": true,
	"CpuSet":  true, "CpuShares": true, "Cpuset": true, "Memory": true, "MemorySwap": true,
}

// inherits says whether a field of the base's config is inherited.
func inherits(fields []string, name string) bool {
	return fields == nil || slices.Contains(fields, name)
}

// inherit merges the config of a base with the user's, as Docker does for FROM:
//
//   - Env is merged by name: the base's variables come first, in their order; a
//     variable that the user sets keeps its place and has the user's value.
//   - Labels, Volumes and ExposedPorts are joined; the user's labels win.
//   - Healthcheck takes all that it does not set, or sets to zero or to an empty
//     list, from the base's: the Docker image specification says that what is
//     left out of it is inherited.
//   - Entrypoint, if the user sets it, drops the base's Cmd.
//   - Every other field is the user's if set, also when it is empty, and
//     otherwise the base's; fields that are not in the specification too.
//   - OnBuild, a container's resources (Memory, CpuShares and their like) and
//     what describes the container that the base was made in (Hostname, Image
//     and their like) are not inherited.
//   - A field that the user sets to null is not inherited and not set.
//
// fields are the names of those that are inherited, nil for all.
func inherit(base map[string]json.RawMessage, user json.RawMessage, fields []string) (json.RawMessage, error) {
	if err := checkInherit(fields); err != nil {
		return nil, err
	}
	var own map[string]json.RawMessage
	if err := json.Unmarshal(user, &own); err != nil {
		return nil, err
	}
	merged := map[string]json.RawMessage{}
	for name, value := range base {
		if inherits(fields, name) && !notInherited[name] && !isNull(value) {
			merged[name] = value
		}
	}
	if _, ok := own["Entrypoint"]; ok {
		delete(merged, "Cmd")
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		value, err := own[name], error(nil)
		if below, ok := merged[name]; ok && !isNull(value) {
			value, err = mergeField(name, below, value)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if merged[name] = value; isNull(value) {
			delete(merged, name)
		}
	}
	return jsonfile.Marshal(merged)
}

func isNull(value json.RawMessage) bool { return string(value) == "null" }

// inheritable are the names of the fields that can be inherited, sorted. The
// rules have the same list.
func inheritable() []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[UserConfig]()) {
		if name := field.Tag.Get("json"); !notInherited[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkInherit wants names of such fields.
func checkInherit(fields []string) error {
	names := inheritable()
	for _, name := range fields {
		problem := fmt.Sprintf("unknown field %q", name)
		if notInherited[name] {
			problem = name + " is never inherited, as in a Dockerfile's FROM"
		}
		if !slices.Contains(names, name) {
			return fmt.Errorf("inherit_config: %s: the fields are %s", problem, strings.Join(names, ", "))
		}
	}
	return nil
}

// mergeField merges a field that both the base and the user set.
func mergeField(name string, base, user json.RawMessage) (json.RawMessage, error) {
	switch name {
	case "Env":
		return mergeEnv(base, user)
	case "Labels", "Volumes", "ExposedPorts":
		return mergeObjects(base, user)
	case "Healthcheck":
		return mergeHealthcheck(base, user)
	}
	return user, nil
}

// mergeEnv keeps the place of a variable's first value, and the last value.
func mergeEnv(base, user json.RawMessage) (json.RawMessage, error) {
	var below, own []string
	if err := json.Unmarshal(base, &below); err != nil {
		return nil, fmt.Errorf("that of the base image: %w", err)
	}
	if err := json.Unmarshal(user, &own); err != nil {
		return nil, err
	}
	env := []string{}
	at := map[string]int{}
	for _, variable := range append(below, own...) {
		name, _, _ := strings.Cut(variable, "=")
		if i, ok := at[name]; ok {
			env[i] = variable
			continue
		}
		at[name] = len(env)
		env = append(env, variable)
	}
	return json.Marshal(env)
}

func mergeObjects(base, user json.RawMessage) (json.RawMessage, error) {
	merged := map[string]json.RawMessage{}
	if err := json.Unmarshal(base, &merged); err != nil {
		return nil, fmt.Errorf("those of the base image: %w", err)
	}
	// Decoding into a map adds to it.
	if err := json.Unmarshal(user, &merged); err != nil {
		return nil, err
	}
	return json.Marshal(merged)
}

func mergeHealthcheck(base, user json.RawMessage) (json.RawMessage, error) {
	var own Healthcheck
	if err := json.Unmarshal(user, &own); err != nil {
		return nil, err
	}
	var set map[string]json.RawMessage
	if err := json.Unmarshal(user, &set); err != nil {
		return nil, err
	}
	merged := map[string]json.RawMessage{}
	if err := json.Unmarshal(base, &merged); err != nil {
		return nil, fmt.Errorf("that of the base image: %w", err)
	}
	for name, value := range set {
		if text := string(value); text != "0" && text != "null" && (name != "Test" || len(own.Test) > 0) {
			merged[name] = value
		}
	}
	return json.Marshal(merged)
}
