// Package engine says what all container engines have in common that images
// are loaded into: Docker, Podman and containerd.
package engine

import (
	"context"
	"io"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/progress"
)

// Engine is a container engine, somewhere. It may be used by one goroutine at a
// time.
type Engine interface {
	// String names the engine and where it is: "Docker at
	// unix:///var/run/docker.sock".
	String() string
	// Load brings an image to the engine: the layers that it lacks, then the
	// config, then the names in RepoTags. The names change last, and only once
	// all of the image is there, so that a load which is killed leaves them what
	// they were. Names are as the user wrote them, "hello:latest"; the engine
	// says what they mean. The progress is told the number of layers and those
	// that are sent.
	Load(ctx context.Context, img archive.Image, p *progress.Reporter) (Loaded, error)
	// Run runs a container of an image that the engine has, removes it again
	// and returns the exit status of its command.
	Run(ctx context.Context, o RunOptions) (status int, err error)
	// Close frees what the engine's client holds.
	Close() error
}

// Loaded is an image that an engine has got.
type Loaded struct {
	// ID is the engine's name for the image whatever its tags, "sha256:" and 64
	// hexadecimal digits: the digest of the config or of the manifest, as the
	// engine has it.
	ID string
	// Names are those that the image has now, as the engine's own commands
	// print them: "hello:latest", "localhost/hello:latest".
	Names []string
}

// RunOptions say what to run, and how.
type RunOptions struct {
	// Image is a name or an ID of an image.
	Image string
	// ID is the ID of the image, as Load returned it. Then Image is what
	// messages call it, and another image that got its name in the meantime is
	// not run. An engine that runs nothing itself goes by Image.
	ID string
	// Args take the place of the image's Cmd. None leaves it.
	Args []string
	// Network is the engine's network mode, "none" or "host". Empty is the
	// engine's default.
	Network string
	// Stdin, Stdout and Stderr are the container's. Those that are nil are not
	// connected.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}
