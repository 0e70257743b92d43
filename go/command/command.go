// Package command is what command lines of the project's programs are made of:
// values, exit statuses, streams, Bazel's parameter files. It is small, and so is
// what it imports, as a program that is started for each of very many actions
// needs it. Package cli has the rest.
package command

// Exit statuses of a program.
const (
	ExitBadInput = 1 // an input is bad, or what was asked for failed
	ExitUsage    = 2 // the command line is
	// ExitInterrupted is that of a tool that a signal ended, as shells have it for
	// SIGINT.
	ExitInterrupted = 130
)
