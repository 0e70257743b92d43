// Package builtin holds the commands that customisation scripts call: chmod, cp, find, sed, useradd and the rest, written against an
// in-memory file tree (package scriptfs) instead of the host's file system, so that a script gives the same result on any machine, without
// root and without host tools.
//
// The commands behave as GNU's do in the C locale with UTC (coreutils 9, findutils 4.9, sed, grep, shadow 4.17), messages included as far as
// a script can depend on them. What a command does not support is an error that names it, never another result.
package builtin

import (
	"maps"
	"slices"
)

// Command runs one command and returns its exit status.
type Command func(c *Context) int

// families are the maps from names to commands that do something; no name is in two of them.
func families() []map[string]Command {
	return []map[string]Command{fileCommands, textCommands, userCommands}
}

// Lookup returns the command of that name.
func Lookup(name string) (Command, bool) {
	for _, family := range families() {
		if command, ok := family[name]; ok {
			return command, true
		}
	}
	command, ok := refusedCommands[name]
	return command, ok
}

// Names returns the names of all commands but the refused ones, sorted by bytes.
func Names() []string {
	var names []string
	for _, family := range families() {
		names = slices.AppendSeq(names, maps.Keys(family))
	}
	slices.Sort(names)
	return names
}
