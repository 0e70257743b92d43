package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

const appPath = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app"

type addCmd struct {
	N    int      `required:"" help:"A number."`
	Args []string `arg:"" optional:"" help:"Any."`
}

func (c *addCmd) Run(stderr io.Writer) error {
	if c.N < 0 {
		return errors.New("too small")
	}
	fmt.Fprintf(stderr, "%d%q", c.N, c.Args)
	return nil
}

type otherCmd struct{}

func (otherCmd) Run() error { return nil }

var program = Program{
	Name:        "prog",
	Description: "Adds.",
	Commands: []Command{
		{Name: "add", Help: "Add.", Make: func() any { return new(addCmd) }},
		{Name: "other", Help: "Do nothing.", Make: func() any { return new(otherCmd) }},
	},
}

func run(args ...string) (int, string) {
	var stdout, stderr bytes.Buffer
	status := program.Run(args, &stdout, &stderr)
	return status, stdout.String() + stderr.String()
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, args string
		status     int
		want       string
	}{
		{"a command", "add --n=1 x y", 0, `1["x" "y"]`},
		{"another", "other", 0, ""},
		{"help", "--help", 0, "Usage: prog <command>"},
		{"help on a command", "add --help", 0, "Usage: prog add --n=INT"},
		{"a bad input", "add --n=-1", command.ExitBadInput, "prog add: too small\n"},
		{"nothing", "", command.ExitUsage, "prog: expected one of"},
		{"no command", "bogus", command.ExitUsage, "prog: unexpected argument bogus"},
		{"flag of no command", "--bogus", command.ExitUsage, "prog: unknown flag --bogus"},
		{"no flag", "add --m", command.ExitUsage, "prog add: unknown flag --m"},
		{"no value", "add", command.ExitUsage, "prog add: missing flags: --n=INT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := run(strings.Fields(test.args)...)
			if status != test.status || !strings.HasPrefix(text, test.want) || test.want == "" && text != "" {
				t.Errorf("status %d: %s, want %d: %s", status, text, test.status, test.want)
			}
		})
	}
}

// TestLearnsOneCommand: the flags of a command are all that the program looks
// at when it is told which, as every action pays for what is looked at.
func TestLearnsOneCommand(t *testing.T) {
	if n := len(program.selectCommands([]string{"add", "--help"})); n != 1 {
		t.Errorf("%d commands", n)
	}
	for _, args := range [][]string{nil, {"--help"}, {"-h", "add"}, {"bogus"}, {""}, {"ad"}} {
		if n := len(program.selectCommands(args)); n != len(program.Commands) {
			t.Errorf("%q: %d commands", args, n)
		}
	}
}
