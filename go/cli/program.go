// Package cli is the frame of the project's programs. A Program is an action
// binary: sub-commands, each of which reads files, calls one package and writes
// files. A Tool is what people run. Command lines follow the GNU conventions,
// those of a Program also Bazel's parameter files.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/rules-strata/rules_strata/go/command"
)

// Command is a sub-command.
type Command struct {
	Name string
	Help string // a sentence
	// Make gives a new struct with the flags (github.com/alecthomas/kong) and a
	// method Run, which may take an io.Writer, the standard error; a
	// context.Context; and the command.Folder that its paths are in.
	Make func() any
}

// Program is a program of sub-commands.
type Program struct {
	Name        string
	Description string // a sentence
	Commands    []Command
}

// Run runs the sub-command that the arguments name and gives the exit status.
// Errors go to stderr, after the names of the program and the sub-command.
func (p Program) Run(args []string, stdout, stderr io.Writer) (status int) {
	return p.RunIn(context.Background(), "", args, stdout, stderr)
}

// RunIn is Run for arguments whose relative paths are in a folder. The
// sub-command must be one that takes it, unless it is "".
func (p Program) RunIn(ctx context.Context, in command.Folder, args []string, stdout, stderr io.Writer) (status int) {
	args, err := in.Expand(args)
	if err != nil {
		fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
		return command.ExitUsage
	}
	exited := -1
	parsed, err := p.parser(ctx, in, args, stdout, stderr, func(status int) { exited = status }).Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		var parseError *kong.ParseError
		if errors.As(err, &parseError) && parseError.Context != nil && parseError.Context.Selected() != nil {
			fmt.Fprintf(stderr, "%s %s: %s\n", p.Name, parseError.Context.Selected().Name, explain(err))
		} else {
			fmt.Fprintf(stderr, "%s: %v\n", p.Name, err)
		}
		return command.ExitUsage
	}
	if err := parsed.Run(); err != nil {
		fmt.Fprintf(stderr, "%s %s: %v\n", p.Name, parsed.Selected().Name, err)
		return command.ExitBadInput
	}
	return 0
}

// parser knows the flags of the command that the arguments begin with.
func (p Program) parser(ctx context.Context, in command.Folder, args []string, stdout, stderr io.Writer, exit func(status int)) *kong.Kong {
	options := append(p.selectCommands(args),
		kong.Name(p.Name),
		kong.Description(p.Description),
		kong.Writers(stdout, stderr),
		kong.Exit(exit),
		kong.BindTo(stderr, (*io.Writer)(nil)),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(in),
		kong.TypeMapper(reflect.TypeFor[command.Object](), decoder[command.Object](in.Object)),
		kong.TypeMapper(reflect.TypeFor[command.Time](), decoder[command.Time](in.Time)),
		kong.TypeMapper(reflect.TypeFor[command.RecordList](), kong.MapperFunc(decodeRecords)),
	)
	parser, err := kong.New(&struct{}{}, options...)
	if err != nil {
		panic(err)
	}
	return parser
}

// Only is the program with some of its sub-commands.
func (p Program) Only(names ...string) Program {
	p.Commands = slices.DeleteFunc(slices.Clone(p.Commands), func(c Command) bool { return !slices.Contains(names, c.Name) })
	return p
}

// explain is the text of an error of the command line.
func explain(err error) string {
	var t *command.TimeError
	if errors.As(err, &t) {
		return strings.TrimPrefix(err.Error(), "--")
	}
	return err.Error()
}

// selectCommands gives the parser the command that the arguments begin with, or
// all of them if they do not begin with one. To learn the flags of all commands
// takes longer than many a command itself.
func (p Program) selectCommands(args []string) []kong.Option {
	var all []kong.Option
	for _, c := range p.Commands {
		option := func() kong.Option { return kong.DynamicCommand(c.Name, c.Help, "", c.Make()) }
		if len(args) > 0 && args[0] == c.Name {
			return []kong.Option{option()}
		}
		all = append(all, option())
	}
	return all
}
