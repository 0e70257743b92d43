// Command strata-deploy takes an image to where it runs. It is what `bazel
// run` starts for an image, and, under the name NAME.stream, what writes the
// image to standard output. It finds the image by the name that it is started
// with.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/download"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

// commands are the sub-commands, one file each.
type commands struct {
	Load    loadCmd    `cmd:"" default:"withargs" help:"Load the image into Docker, Podman or containerd: the layers that it lacks."`
	Stream  streamCmd  `cmd:"" help:"Write the image to standard output, as an archive that docker load reads."`
	Run     runCmd     `cmd:"" help:"Load the image and run it; where there is no engine, in a sandbox of its own."`
	Push    pushCmd    `cmd:"" help:"Push the image to a registry: what it lacks."`
	Pull    pullCmd    `cmd:"" help:"Download an image of a registry into an OCI layout; the program's own image has no part in it."`
	Inspect inspectCmd `cmd:"" help:"Print what the image is, as JSON."`
	Layers  layersCmd  `cmd:"" help:"List the image's layers."`
	Check   checkCmd   `cmd:"" help:"Compare the image with what is expected of it."`
}

const help = "Takes a container image to where it runs. Without a command: load; as NAME.stream: stream.\n\n" +
	"An image with created = \"now\" or mtime = \"now\" gets the time at which this program starts: " +
	"every run makes another image, and with mtime other layers, so that nothing is shared or reproducible."

// streams are the program's standard streams. Only what was asked for goes to
// stdout, everything else to stderr.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
}

// exitStatus is an error that carries a status and needs no message.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

const (
	exitFailure = 1
	exitUsage   = 2
)

func main() {
	rootfs.Init()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args, &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(status)
}

func run(ctx context.Context, argv []string, std *streams) int {
	program, programErr := imagefile.Locate(argv[0])
	args := argv[1:]
	var grammar any = new(commands)
	description := help
	pulls := programErr != nil && filepath.Base(argv[0]) == pullName
	switch { // Methods Help describe what is one command alone.
	case pulls:
		grammar, description = new(pullCmd), ""
	case isPush(program) && (!namesCommand(args) || asksForHelp(args)):
		grammar, description = new(pushCmd), ""
	}
	exited := -1
	cache := new(remoteCache)
	defer cache.Close()
	parser, err := kong.New(grammar,
		kong.Name(filepath.Base(argv[0])),
		kong.Description(description),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { exited = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std, cache),
	)
	if err != nil {
		panic(err)
	}
	if program.Stream && !namesCommand(args) {
		args = append([]string{"stream"}, args...)
	} else if isCheck(program) && !namesCommand(args) {
		args = append([]string{"check"}, args...)
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(std.err, "%[1]s: %[2]v: %[1]s --help tells what there is\n", parser.Model.Name, err)
		return exitUsage
	}
	if pulls || commandOf(parsed) == pullName {
		err = parsed.Run()
	} else if err = programErr; err == nil {
		err = runOn(ctx, program, cache, parsed)
	}
	return statusOf(ctx, parser.Model.Name, err, std)
}

// statusOf says on stderr what went wrong, and gives the exit status.
func statusOf(ctx context.Context, name string, err error, std *streams) int {
	var status exitStatus
	var unfinished *download.UnfinishedError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case ctx.Err() != nil && errors.As(err, &unfinished):
		fmt.Fprintf(std.err, "%s: interrupted: what has arrived is in %s: pull again to go on\n", name, unfinished.Folder)
		return command.ExitInterrupted
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintf(std.err, "%s: interrupted\n", name)
		return command.ExitInterrupted
	case ctx.Err() != nil: // A container may have gone on after the interruption.
		fmt.Fprintf(std.err, "%s: %v\n", name, err)
		return command.ExitInterrupted
	default:
		fmt.Fprintf(std.err, "%s: %v\n", name, err)
		return exitFailure
	}
}

// namesCommand says whether arguments begin with a command, or ask for help on
// all of them.
func namesCommand(args []string) bool {
	return len(args) > 0 && !strings.HasPrefix(args[0], "-") || asksForHelp(args)
}

func asksForHelp(args []string) bool {
	return len(args) > 0 && (args[0] == "-h" || args[0] == "--help")
}

// commandOf is the name of the command, empty for a program that is one alone.
func commandOf(parsed *kong.Context) string {
	if node := parsed.Selected(); node != nil {
		return node.Name
	}
	return ""
}

// runOn runs a command on the program's image.
func runOn(ctx context.Context, program imagefile.Program, cache *remoteCache, parsed *kong.Context) error {
	img, err := imagefile.OpenAt(ctx, program.Description, program.Runfiles, time.Now(), cache.options()...)
	if err != nil {
		return err
	}
	if name := commandOf(parsed); img.IsRemote() && name != "" && name != "push" {
		return fmt.Errorf("%s: this program can push the image and nothing else, since its layers are in %s and not here: run the image's own target", img.Ref(), img.Origin().Repository)
	}
	return errors.Join(parsed.Run(img, program), img.Close())
}
