package script

import (
	"io"

	"mvdan.cc/sh/v3/interp"
)

// shellOptions are what a new shell begins with.
type shellOptions struct {
	// dir is the working directory, an absolute path of the tree.
	dir            string
	env            []string
	params         []string
	stdin          io.Reader
	stdout, stderr io.Writer
}

// shell makes a shell that reaches nothing of the host.
func (r *run) shell(o shellOptions) (*interp.Runner, error) {
	uid := builderUID
	if r.script.Privileged {
		uid = 0
	}
	env := newVariables(o.env, uid)
	shell, err := interp.New(
		interp.Env(env),
		// The interpreter looks for its directory on the host; any that is
		// there will do until the right one is set below.
		interp.Dir("/"),
		interp.StdIO(o.stdin, o.stdout, o.stderr),
		interp.CallHandler(r.call),
		interp.ExecHandlers(func(interp.ExecHandlerFunc) interp.ExecHandlerFunc { return r.exec }),
		interp.OpenHandler(r.open),
		interp.ReadDirHandler2(r.readDir),
		interp.StatHandler(r.stat),
		interp.AccessHandler(r.access),
	)
	if err != nil {
		return nil, err
	}
	shell.Dir = o.dir
	shell.Params = o.params
	shell.Reset()
	env.resetting = false
	return shell, nil
}
