package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/engines"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

type runCmd struct {
	Quiet   bool   `short:"q" help:"Say nothing but what the image's command says."`
	Network string `placeholder:"MODE" help:"The engine's network mode for the container; its default when empty."`
	Sandbox bool   `help:"Use no engine: unpack the image into a temporary folder and run it there, on the host's network."`
	engineFlag
	cacheFlags
	Args []string `arg:"" optional:"" passthrough:"" help:"The command's arguments, in place of the image's Cmd."`
}

func (c *runCmd) Run(ctx context.Context, img *imagefile.Image, std *streams) (err error) {
	if len(c.Args) > 0 && c.Args[0] == "--" {
		c.Args = c.Args[1:]
	}
	if c.Sandbox {
		return c.sandbox(ctx, img, std)
	}
	in, err := c.find(ctx, true)
	var none *engines.NoneError
	if errors.As(err, &none) {
		if !c.Quiet {
			fmt.Fprintln(std.err, "no container engine answers: running the image in a sandbox of its own")
		}
		return c.sandbox(ctx, img, std)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	loaded, err := load(ctx, in, img, std, c.Quiet)
	if err == nil && !c.Quiet {
		err = printLoaded(std.err, loaded)
	}
	if err != nil {
		return err
	}
	// Signals are the container's from here on: it may end as it likes.
	status, err := in.Run(context.WithoutCancel(ctx), engine.RunOptions{
		Image:   img.Ref(),
		ID:      loaded.ID,
		Args:    c.Args,
		Network: c.Network,
		Stdin:   std.in,
		Stdout:  std.out,
		Stderr:  std.err,
	})
	return result(status, err)
}

// sandbox unpacks the image into a temporary folder and runs it there.
func (c *runCmd) sandbox(ctx context.Context, img *imagefile.Image, std *streams) (err error) {
	command, err := img.Command(c.Args)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "strata-run-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rootfs.RemoveAll(dir)) }()
	root, err := os.MkdirTemp(dir, "root-")
	if err != nil {
		return err
	}
	if err := rootfs.Unpack(ctx, root, layers(img), rootfs.UnpackOptions{}); err != nil {
		return err
	}
	status, err := rootfs.Run(context.WithoutCancel(ctx), root, rootfs.Spec{
		Args:       command.Args,
		Env:        command.Env,
		WorkingDir: command.WorkingDir,
		User:       command.User,
		Stdin:      std.in,
		Stdout:     std.out,
		Stderr:     std.err,
	})
	return result(status, err)
}

func layers(img *imagefile.Image) []rootfs.Layer {
	var layers []rootfs.Layer
	for _, l := range img.Archive().Layers {
		layers = append(layers, rootfs.Layer{Describe: l.Describe, Open: rootfs.Pipe(l.WriteChecked)})
	}
	return layers
}

// result turns a command's exit status into an error that main passes on.
func result(status int, err error) error {
	if err == nil && status != 0 {
		return exitStatus(status)
	}
	return err
}
