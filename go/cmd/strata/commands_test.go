package main

import (
	"slices"
	"strings"
	"testing"
)

// TestCommands: the parser takes every command, and shows it in the help.
func TestCommands(t *testing.T) {
	status, all := strata("--help")
	if status != 0 {
		t.Fatalf("status %d: %s", status, all)
	}
	var names []string
	for _, c := range program.Commands {
		names = append(names, c.Name)
		if status, text := strata(c.Name, "--help"); status != 0 || !strings.HasPrefix(text, "Usage: strata "+c.Name+" ") {
			t.Errorf("%s: status %d: %s", c.Name, status, text)
		}
		if !strings.Contains(all, "\n  "+c.Name+" ") || !strings.Contains(all, c.Help) {
			t.Errorf("%s is not in %s", c.Name, all)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(program.Commands) {
		t.Errorf("two commands of one name: %q", names)
	}
}
