package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// echoCmd is the grammar of a tool with one command.
type echoCmd struct {
	Fail bool   `help:"Fail."`
	Wait bool   `help:"Wait for the end."`
	Text string `arg:"" help:"What to say."`
}

func (c *echoCmd) Run(ctx context.Context, std *command.Streams) error {
	if c.Wait {
		<-ctx.Done()
		return fmt.Errorf("waiting: %w", ctx.Err())
	}
	if c.Fail {
		return errors.New("it failed")
	}
	data, err := io.ReadAll(std.In)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "%s%s", data, c.Text)
	return err
}

func TestTool(t *testing.T) {
	tool := Tool{Name: "echo", Description: "Says it again.", Interrupted: "nothing was said"}
	for _, test := range []struct {
		name, args     string
		status         int
		stdout, stderr string
		interrupted    bool
	}{
		{name: "works", args: "b", stdout: "ab"},
		{name: "fails", args: "b --fail", status: command.ExitBadInput, stderr: "echo: it failed\n"},
		{name: "unknown flag", args: "--fast b", status: command.ExitUsage, stderr: "echo: unknown flag --fast"},
		{name: "unknown flag, interrupted", args: "--fast b", status: command.ExitUsage, stderr: "echo: unknown flag --fast", interrupted: true},
		{name: "help", args: "--help", stdout: "Usage: echo <text> [flags]\n\nSays it again.\n"},
		{name: "interrupted", args: "b --wait", status: command.ExitInterrupted, stderr: "echo: interrupted: nothing was said\n", interrupted: true},
		{name: "interrupted when it was over", args: "b", stdout: "ab", interrupted: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if test.interrupted {
				cancel()
			}
			var stdout, stderr bytes.Buffer
			status := tool.Run(ctx, new(echoCmd), strings.Fields(test.args), &command.Streams{In: strings.NewReader("a"), Out: &stdout, Err: &stderr})
			said := stdout.String()
			if status == 0 && test.args == "--help" {
				said, _, _ = strings.Cut(said, "\nArguments:")
			}
			if status != test.status || said != test.stdout || !strings.HasPrefix(stderr.String(), test.stderr) {
				t.Errorf("status %d, %q, %q", status, &stdout, &stderr)
			}
		})
	}
}

// TestMainStatus: the status is the function's.
func TestMainStatus(t *testing.T) {
	if got := command.Main(func(ctx context.Context, _ []string, std *command.Streams) int {
		if ctx.Err() != nil || std.In == nil || std.Out == nil || std.Err == nil {
			t.Error("it is not ready")
		}
		return 7
	}); got != 7 {
		t.Error(got)
	}
}
