package script

import (
	"context"

	"mvdan.cc/sh/v3/interp"
)

// call sees every simple command before it runs: functions, the shell's own
// commands and others.
func (r *run) call(ctx context.Context, args []string) ([]string, error) {
	hc := interp.HandlerCtx(ctx)
	r.called(hc.Pos.Line(), args[0])
	if err := r.outside(hc.Pos.Line()); err != nil {
		return nil, err
	}
	return args, nil
}
