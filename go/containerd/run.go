package containerd

import (
	"context"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/reference"
)

// RunError says that a container was not run, because containerd leaves most of
// that to its clients (the OCI runtime's config, the network, the standard
// streams), and what to do.
type RunError struct {
	// Commands run the image, one is as good as another.
	Commands []string
}

func (e *RunError) Error() string {
	return fmt.Sprintf("containerd runs no images by itself: type %s, or do without it: `-- run --sandbox`", strings.Join(e.Commands, " or "))
}

// Run does not run the image: the error is a *RunError with the commands of
// other clients of containerd that do.
func (c *Client) Run(_ context.Context, o engine.RunOptions) (status int, err error) {
	name, err := reference.Parse(o.Image)
	if err != nil {
		return 0, err
	}
	image := name.Full()
	return 0, &RunError{Commands: []string{
		"`" + strings.Join(c.ctrCommand(image, o), " ") + "`",
		"`" + strings.Join(c.nerdctlCommand(image, o), " ") + "`",
	}}
}

// containerName is the name of the container in the commands.
const containerName = "strata"

func (c *Client) ctrCommand(image string, o engine.RunOptions) []string {
	command := append([]string{"ctr"}, c.where()...)
	command = append(command, "run", "--rm")
	if o.Network == "host" {
		command = append(command, "--net-host")
	}
	if c.snapshotter != "" {
		command = append(command, "--snapshotter", c.snapshotter)
	}
	return append(append(command, image, containerName), quoted(o.Args)...)
}

func (c *Client) nerdctlCommand(image string, o engine.RunOptions) []string {
	command := append([]string{"nerdctl"}, c.where()...)
	if c.snapshotter != "" {
		command = append(command, "--snapshotter", c.snapshotter)
	}
	command = append(command, "run", "--rm")
	if o.Network != "" {
		command = append(command, "--network", o.Network)
	}
	return append(append(command, image), quoted(o.Args)...)
}

// where are the options that both commands need to find this containerd.
func (c *Client) where() []string {
	var options []string
	if address := strings.TrimPrefix(c.at.String(), "unix://"); address != standardAddress {
		options = append(options, "--address", address)
	}
	if c.namespace != DefaultNamespace {
		options = append(options, "--namespace", c.namespace)
	}
	return options
}

// standardAddress is where both commands look for containerd.
const standardAddress = "/run/containerd/containerd.sock"

// quoted are arguments as a shell takes them.
func quoted(args []string) []string {
	var words []string
	for _, arg := range args {
		words = append(words, "'"+strings.ReplaceAll(arg, "'", `'\''`)+"'")
	}
	return words
}
