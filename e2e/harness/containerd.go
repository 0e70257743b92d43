package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// ContainerdServer is a containerd of the test's own.
type ContainerdServer struct {
	// Address is its socket.
	Address string
	*Killable
}

// Kubernetes' part and what watches other programs are left out.
const containerdConfig = `version = 3
root = %q
state = %q
disabled_plugins = [
	"io.containerd.grpc.v1.cri",
	"io.containerd.cri.v1.images",
	"io.containerd.cri.v1.runtime",
	"io.containerd.internal.v1.restart",
	"io.containerd.nri.v1.nri",
	"io.containerd.tracing.processor.v1.otlp",
	"io.containerd.internal.v1.tracing",
]
[grpc]
address = %q
[ttrpc]
address = %q
`

// Containerd is containerd with an empty store, which is removed after the
// test.
func Containerd(t testing.TB) *ContainerdServer {
	t.Helper()
	Need(t, ContainerdEngine)
	dir := TempDir(t)
	at := func(name string) string { return filepath.Join(dir, name) }
	config := fmt.Sprintf(containerdConfig, at("root"), at("state"), at("s"), at("ttrpc"))
	if err := os.WriteFile(at("config.toml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return &ContainerdServer{at("s"), startKillable(t, func() (*server, error) {
		s, err := startServer(at("containerd.log"), "containerd", "--config", at("config.toml"))
		if err != nil {
			return nil, err
		}
		return s, s.await(func() bool { return listens(at("s")) })
	})}
}

// Run runs containerd's own command.
func (c *ContainerdServer) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return Exec(append([]string{"ctr", "--address", c.Address}, args...)...).Run(t)
}

// RunImage starts a container of an image, by its whole name, and returns what
// it says.
func (c *ContainerdServer) RunImage(t testing.TB, image string) Result {
	t.Helper()
	return c.Run(t, "run", "--rm", image, "strata")
}
