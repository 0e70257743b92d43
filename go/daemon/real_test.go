package daemon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestRealDaemon talks to the daemon that STRATA_TEST_DOCKER_HOST names. It
// loads the docker archive that STRATA_TEST_IMAGE names, if set: an image with
// /bin/sh, which is left behind.
func TestRealDaemon(t *testing.T) {
	host := os.Getenv("STRATA_TEST_DOCKER_HOST")
	if host == "" {
		t.Skip("set STRATA_TEST_DOCKER_HOST to a Docker daemon's address to run this test")
	}
	ctx, cancel := context.WithTimeout(background, time.Minute)
	defer cancel()
	c, err := New(host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	version, err := c.Ping(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("API version %s", version)
	if _, err := c.InspectImage(ctx, "strata-test/absent:1"); !errors.Is(err, ErrNotFound) {
		t.Errorf("inspect of an absent image: %v", err)
	}
	if _, err := c.Run(ctx, RunOptions{Image: "strata-test/absent:1"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("run of an absent image: %v", err)
	}
	if names, err := c.Load(ctx, strings.NewReader("not an archive")); err == nil {
		t.Errorf("loaded %q from what is not an archive", names)
	} else {
		t.Logf("not an archive: %v", err)
	}
	if path := os.Getenv("STRATA_TEST_IMAGE"); path != "" {
		testRealImage(ctx, t, c, path)
	}
}

func testRealImage(ctx context.Context, t *testing.T, c *Client, path string) {
	archive, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if names, err := c.Load(ctx, bytes.NewReader(archive[:len(archive)/2])); err == nil {
		t.Errorf("loaded %q from half of an archive", names)
	} else {
		t.Logf("half of an archive: %v", err)
	}
	names, err := c.Load(ctx, bytes.NewReader(archive))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	image, err := c.InspectImage(ctx, names[0])
	if err != nil || !strings.HasPrefix(image.ID, "sha256:") || len(image.DiffIDs) == 0 {
		t.Fatal(image, err)
	}
	t.Logf("loaded %q: %+v", names, image)
	byID, err := c.InspectImage(ctx, image.ID)
	if err != nil || byID.ID != image.ID {
		t.Errorf("inspect by ID: %v, %v", byID, err)
	}

	run := func(stdin io.Reader, args ...string) (stdout, stderr string, code int, err error) {
		var out, errs bytes.Buffer
		code, err = c.Run(ctx, RunOptions{Image: names[0], Args: args, Network: "none", Stdin: stdin, Stdout: &out, Stderr: &errs})
		return out.String(), errs.String(), code, err
	}
	out, errs, code, err := run(strings.NewReader("input\n"), "/bin/sh", "-c", "read x; echo out $x; echo err >&2; exit 3")
	if out != "out input\n" || errs != "err\n" || code != 3 || err != nil {
		t.Errorf("run: %q, %q, %d, %v", out, errs, code, err)
	}
	if _, _, code, err := run(nil, "/bin/absent"); code != ExitNotFound || err == nil {
		t.Errorf("run of an absent command: %d, %v", code, err)
	}
	signals := make(chan os.Signal, 1)
	time.AfterFunc(time.Second, func() { signals <- syscall.SIGINT })
	trap := []string{"/bin/sh", "-c", "trap 'exit 7' INT; while :; do sleep 0.1; done"}
	if code, err := c.Run(ctx, RunOptions{Image: names[0], Args: trap, Network: "none", Signals: signals}); code != 7 || err != nil {
		t.Errorf("run that gets a signal: %d, %v", code, err)
	}
	short, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	if _, err := c.Run(short, RunOptions{Image: names[0], Args: []string{"/bin/sh", "-c", "sleep 60"}, Network: "none"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("run that is cancelled: %v", err)
	}
}
