package rootfs

import (
	"io"
	"os"
)

// Spec says what to run, with the words of an image's config. The zero value of
// each field is what an empty config means to Docker.
type Spec struct {
	// Args are the command and its arguments: the config's Entrypoint and Cmd.
	// A command without a slash is looked up in the image's PATH.
	Args []string
	// Env is the command's whole environment, "NAME=value". PATH and HOME are
	// added if they are not there, as Docker adds them.
	Env []string
	// WorkingDir is where the command starts; it is made if it is absent. It
	// defaults to "/".
	WorkingDir string
	// User is who the command runs as: a user or user:group, each a number or a
	// name from the image's /etc/passwd and /etc/group. It defaults to root.
	User string
	// Stdin, Stdout and Stderr are the command's. A nil Stdin is empty, a nil
	// Stdout or Stderr is thrown away. Those that are an *os.File are handed
	// over as they are, a terminal too.
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Hostname is the command's host name; empty keeps the host's.
	Hostname string
	// PrivateNetwork gives the command a loopback interface and nothing else,
	// as `docker run --network none` does. Otherwise it uses the host's network
	// like any other program of the user: localhost is the host's, and ports
	// below 1024 can only be taken if net.ipv4.ip_unprivileged_port_start says
	// so, even by root.
	PrivateNetwork bool
	// Signals are forwarded to the command. If nil, those that end a program
	// and that this process gets while Run runs are.
	Signals <-chan os.Signal
}

// What Run returns beside an error, as the docker command does.
const (
	// ExitNotStarted is the exit code when the container could not be made.
	ExitNotStarted = 125
	// ExitNotExecutable is the exit code when the command cannot be run.
	ExitNotExecutable = 126
	// ExitNotFound is the exit code when there is no such command.
	ExitNotFound = 127
)

// DefaultPath is the PATH of an image that sets none, as Docker's.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// UnavailableError says that this machine cannot run an image without a daemon.
type UnavailableError struct {
	Reason string
	Err    error // may be nil
}

func (e *UnavailableError) Error() string {
	s := "cannot run the image without a daemon: " + e.Reason
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s + ": use Docker, or `-- stream` to send the image to another machine"
}

func (e *UnavailableError) Unwrap() error { return e.Err }
