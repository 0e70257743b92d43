// Package stamp reads Bazel's workspace status files, stable-status.txt and
// volatile-status.txt, and puts their values into texts (Bazel's user manual,
// "Build stamping").
package stamp

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Status has the variables of status files, values by names.
type Status map[string]string

// Read reads status files: one variable a line, its name, a space and its
// value, which may be empty. Of several values the last counts.
func Read(files ...string) (Status, error) {
	s := Status{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("status file: %w", err)
		}
		for line := range strings.Lines(string(data)) {
			name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
			if name != "" {
				s[name] = value
			}
		}
	}
	return s, nil
}

// HasPlaceholder says whether a text has a placeholder, {NAME}. Other braces
// are text.
func HasPlaceholder(text string) bool {
	_, _, _, found := cutPlaceholder(text)
	return found
}

// Expand puts values in the place of placeholders. A variable that is not
// there is an error that names those that are.
func (s Status) Expand(text string) (string, error) {
	var expanded strings.Builder
	var missing string
	for rest := text; ; {
		before, name, after, found := cutPlaceholder(rest)
		expanded.WriteString(before)
		if !found {
			break
		}
		value, ok := s[name]
		if !ok && missing == "" {
			missing = name
		}
		expanded.WriteString(value)
		rest = after
	}
	if missing != "" {
		return "", fmt.Errorf("%.200q: no variable %s in Bazel's status files: let --workspace_status_command print it (there are %s)",
			text, missing, s.names())
	}
	return expanded.String(), nil
}

func (s Status) names() string {
	names := make([]string, 0, len(s))
	for name := range s {
		names = append(names, name)
	}
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
