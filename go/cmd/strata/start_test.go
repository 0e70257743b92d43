package main

import (
	"slices"
	"strings"
	"testing"
)

// TestLearnsOneCommand: the flags of a command are all that the program looks
// at when it is told which, as every action pays for what is looked at.
func TestLearnsOneCommand(t *testing.T) {
	for _, c := range commands {
		if n := len(selectCommands([]string{c.name, "--help"})); n != 1 {
			t.Errorf("%s: %d commands", c.name, n)
		}
	}
	for _, args := range [][]string{nil, {"--help"}, {"-h", "layer"}, {"bogus"}, {""}, {"lay"}} {
		if n := len(selectCommands(args)); n != len(commands) {
			t.Errorf("%q: %d commands", args, n)
		}
	}
}

// TestCommands: the parser takes every command, and shows it in the help.
func TestCommands(t *testing.T) {
	status, all := strata("--help")
	if status != 0 {
		t.Fatalf("status %d: %s", status, all)
	}
	var names []string
	for _, c := range commands {
		names = append(names, c.name)
		if status, text := strata(c.name, "--help"); status != 0 || !strings.HasPrefix(text, "Usage: strata "+c.name+" ") {
			t.Errorf("%s: status %d: %s", c.name, status, text)
		}
		if !strings.Contains(all, "\n  "+c.name+" ") || !strings.Contains(all, c.help) {
			t.Errorf("%s is not in %s", c.name, all)
		}
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != len(commands) {
		t.Errorf("two commands of one name: %q", names)
	}
}
