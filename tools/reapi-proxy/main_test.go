package main

import (
	"bufio"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	testgrpc "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
)

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		name           string
		args           []string
		status         int
		stdout, stderr string
	}{
		{"help", []string{"--help"}, 0, "--listen", ""},
		{"no server", nil, exitUsage, "", "--to"},
		{"a flag that is none", []string{"--to=x", "--from=y"}, exitUsage, "", "--from"},
		{"an address that is none", []string{"--to=127.0.0.1:1", "--listen=nowhere"}, exitFailure, "", "--listen"},
		{"a socket in no folder", []string{"--to=127.0.0.1:1", "--listen=unix:/does/not/exist/s"}, exitFailure, "", "/does/not/exist/s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if got := run(t.Context(), test.args, &stdout, &stderr); got != test.status {
				t.Errorf("exit status %d, want %d", got, test.status)
			}
			if !said(stdout.String(), test.stdout) {
				t.Errorf("on standard output %q, want %q in it", stdout.String(), test.stdout)
			}
			if !said(stderr.String(), test.stderr) {
				t.Errorf("on standard error %q, want %q in it", stderr.String(), test.stderr)
			}
		})
	}
}

// said says whether a text has in it what was wanted, or is empty when nothing
// was.
func said(text, want string) bool {
	return strings.Contains(text, want) && (want != "" || text == "")
}

// TestPrintsWhereItListens: the address on the first line answers, until the
// program is interrupted.
func TestPrintsWhereItListens(t *testing.T) {
	for _, test := range []struct{ name, listen, prefix string }{
		{"on a free port", "127.0.0.1:0", "grpc://127.0.0.1:"},
		{"on a socket", "unix:" + filepath.Join(t.TempDir(), "s"), "unix:/"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			out, in := io.Pipe()
			ended := make(chan int, 1)
			var stderr strings.Builder
			// Nobody is behind it, which is an answer too.
			nobody := "--to=unix:" + filepath.Join(t.TempDir(), "nobody")
			go func() { ended <- run(ctx, []string{nobody, "--listen=" + test.listen}, in, &stderr) }()
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			address := strings.TrimSuffix(line, "\n")
			if !strings.HasPrefix(address, test.prefix) || strings.HasSuffix(address, ":0") {
				t.Errorf("listens at %q", address)
			}
			conn, err := grpc.NewClient(strings.TrimPrefix(address, "grpc://"), grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, err = testgrpc.NewTestServiceClient(conn).EmptyCall(ctx, &testgrpc.Empty{})
			if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), "nobody") {
				t.Errorf("want the proxy's word that nobody is there: %v", err)
			}
			interrupt()
			if got := <-ended; got != 0 {
				t.Errorf("exit status %d: %s", got, stderr.String())
			}
		})
	}
}
