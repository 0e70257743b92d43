// Command reapi-proxy stands between Bazel 7 and a server of a remote cache or
// of remote execution that has left the first version of their interface.
//
// Bazel 7 speaks version 2.0 of the Remote Execution API
// (github.com/bazelbuild/remote-apis) and gives up on a server whose answer to
// GetCapabilities begins at a later one, with "The client supported API
// versions, 2.0 to 2.0, is not supported by the server"; BuildBox's casd is
// such a server. What Bazel 7 asks for is the same in all versions 2.x. This
// proxy passes every call on as it is and changes that one answer: a server
// that begins at 2.x, above 2.0, is said to begin at 2.0.
//
// A server that still answers to 2.0 needs no proxy, nor does a Bazel that
// speaks later versions too, as Bazel 8 and 9 do.
//
//	reapi-proxy --to=127.0.0.1:50051
//	grpc://127.0.0.1:41763
//
// It prints the address for Bazel's --remote_cache or --remote_executor on its
// own line when it listens, and runs until it is interrupted. Neither side is
// encrypted: it is for servers on the same machine or in the same pod.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/rules-strata/rules_strata/tools/reapi-proxy/proxy"
)

const (
	exitFailure = 1
	exitUsage   = 2
)

// options are the command line.
type options struct {
	Listen string `default:"127.0.0.1:0" placeholder:"ADDRESS" help:"Where to listen: HOST:PORT, of which port 0 is any free one, or unix:PATH (default ${default})."`
	To     string `required:"" placeholder:"ADDRESS" help:"The server: HOST:PORT or unix:PATH."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	exited := -1
	parser, err := kong.New(&o,
		kong.Name("reapi-proxy"),
		kong.Description("Passes calls of the Remote Execution API on to a server that begins at a later version than Bazel 7's, and says that it begins at 2.0."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }),
	)
	if err != nil {
		panic(err)
	}
	_, err = parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "reapi-proxy: %v: see --help\n", err)
		return exitUsage
	}
	if err := o.serve(ctx, stdout); err != nil {
		fmt.Fprintf(stderr, "reapi-proxy: %v\n", err)
		return exitFailure
	}
	return 0
}

// serve runs the proxy until the context is done.
func (o options) serve(ctx context.Context, stdout io.Writer) error {
	p, err := proxy.New(o.To)
	if err != nil {
		return err
	}
	network, address := "tcp", o.Listen
	if path, ok := strings.CutPrefix(o.Listen, "unix:"); ok {
		network, address = "unix", path
	}
	l, err := net.Listen(network, address)
	if err != nil {
		p.Stop()
		return fmt.Errorf("--listen: %w", err)
	}
	defer context.AfterFunc(ctx, p.Stop)()
	if _, err := fmt.Fprintln(stdout, proxy.URL(l.Addr())); err != nil {
		l.Close()
		p.Stop()
		return err
	}
	return p.Serve(l)
}
