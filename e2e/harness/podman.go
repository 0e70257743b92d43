package harness

import (
	"os"
	"path/filepath"
	"testing"
)

// PodmanStorage is Podman with images and containers of the test's own.
type PodmanStorage struct{ options []string }

// Podman is Podman with an empty storage, which is removed after the test.
func Podman(t testing.TB) *PodmanStorage {
	t.Helper()
	Need(t, PodmanEngine)
	dir := TempDir(t)
	p := &PodmanStorage{options: []string{
		"podman", "--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run"),
		"--tmpdir", filepath.Join(dir, "tmp"), "--storage-driver", "overlay",
		// crun refuses machines with both kinds of control groups.
		"--runtime", "runc", "--cgroup-manager", "cgroupfs",
	}}
	t.Cleanup(func() { _ = works(append(p.options, "system", "reset", "--force")...) })
	return p
}

// Serve starts Podman's service, which ends with the test, and returns its
// address.
func (p *PodmanStorage) Serve(t testing.TB) (host string) {
	t.Helper()
	host, _ = p.Service(t)
	return host
}

// Service starts Podman's service, which ends with the test and can be killed,
// and returns its address.
func (p *PodmanStorage) Service(t testing.TB) (host string, service *Killable) {
	t.Helper()
	dir := TempDir(t)
	socket := filepath.Join(dir, "s")
	return "unix://" + socket, startKillable(t, func() (*server, error) {
		// One that was killed leaves its socket.
		if err := os.RemoveAll(socket); err != nil {
			return nil, err
		}
		s, err := startServer(filepath.Join(dir, "podman.log"), append(append([]string{}, p.options...), "system", "service", "--time=0", "unix://"+socket)...)
		if err != nil {
			return nil, err
		}
		return s, s.await(func() bool { return listens(socket) })
	})
}

// Run runs the podman command.
func (p *PodmanStorage) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return Exec(append(append([]string{}, p.options...), args...)...).Run(t)
}

// Load loads an archive and returns the names that it has.
func (p *PodmanStorage) Load(t testing.TB, archive string) []string {
	t.Helper()
	return LoadedNames(p.Run(t, "load", "--quiet", "--input", archive).Must(t).Stdout)
}

// RunImage starts a container of an image and returns what it says. The limits
// are those that a container gets where the machine's own are lower.
func (p *PodmanStorage) RunImage(t testing.TB, image string, args ...string) Result {
	t.Helper()
	return p.Run(t, append([]string{
		"run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", image,
	}, args...)...)
}

// Inspect is the state of an image that must be there.
func (p *PodmanStorage) Inspect(t testing.TB, image string) ImageState {
	t.Helper()
	return inspected(t, p.Run(t, "image", "inspect", image))
}
