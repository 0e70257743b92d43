package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// TestStatusOf: an interruption hides no other error.
func TestStatusOf(t *testing.T) {
	running, cancel := context.WithCancel(context.Background())
	interrupted, interrupt := context.WithCancel(context.Background())
	defer cancel()
	interrupt()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		err    error
		status int
		said   string
	}{
		{"nothing", interrupted, nil, 0, ""},
		{"failed", running, errors.New("it broke"), exitFailure, "hello: it broke\n"},
		{"interrupted", interrupted, fmt.Errorf("load: %w", context.Canceled), command.ExitInterrupted, "hello: interrupted\n"},
		{"failed after an interruption", interrupted, errors.New("it broke"), command.ExitInterrupted, "hello: it broke\n"},
		{"a container's own", interrupted, exitStatus(7), 7, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var said bytes.Buffer
			if status := statusOf(test.ctx, "hello", test.err, &streams{err: &said}); status != test.status || said.String() != test.said {
				t.Errorf("got %d, %q", status, &said)
			}
		})
	}
}
