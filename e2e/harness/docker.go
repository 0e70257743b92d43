package harness

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Store is where a Docker daemon keeps images.
type Store string

// The two stores that Docker has.
const (
	// ClassicStore is the graph driver overlay2; an image's ID is the SHA-256 of
	// its config.
	ClassicStore Store = "classic"
	// ContainerdStore is containerd's; an image's ID is the SHA-256 of its
	// manifest.
	ContainerdStore Store = "containerd"
)

// Stores are all of them.
var Stores = []Store{ClassicStore, ContainerdStore}

var daemonConfigs = map[Store]string{
	ClassicStore:    `{"storage-driver": "overlay2"}`,
	ContainerdStore: `{"features": {"containerd-snapshotter": true}}`,
}

// DockerEngine is a Docker daemon of the tests' own.
type DockerEngine struct {
	// Host is its address, for DOCKER_HOST.
	Host string
}

// Docker is the daemon with the store, which all tests of a lane share. They use
// image names of their own or remove what they load.
func Docker(t testing.TB, store Store) *DockerEngine {
	t.Helper()
	Need(t, DockerDaemon)
	daemon, err := dockers.get(lanes.of(t), store)
	if err != nil {
		t.Fatal(err)
	}
	return daemon
}

// dockers are the daemons of the lanes.
var dockers = dockerSet{started: map[laneStore]*DockerEngine{}}

type laneStore struct {
	lane  string
	store Store
}

type dockerSet struct {
	mu      sync.Mutex
	started map[laneStore]*DockerEngine
}

func (s *dockerSet) get(lane string, store Store) (*DockerEngine, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := laneStore{lane, store}
	if daemon, ok := s.started[key]; ok {
		return daemon, nil
	}
	daemon, err := startDocker(store)
	if err == nil {
		s.started[key] = daemon
	}
	return daemon, err
}

func startDocker(store Store) (*DockerEngine, error) {
	dir, remove, err := tempDir()
	if err != nil {
		return nil, err
	}
	atEnd.add(remove)
	engine, start, err := prepareDocker(dir, store)
	if err != nil {
		return nil, err
	}
	s, err := start()
	if s != nil {
		atEnd.add(s.stop)
	}
	return engine, err
}

// OwnDocker is a daemon with the store that no other test uses, and can be
// killed. It ends with the test.
func OwnDocker(t testing.TB, store Store) (*DockerEngine, *Killable) {
	t.Helper()
	Need(t, DockerDaemon)
	engine, start, err := prepareDocker(TempDir(t), store)
	if err != nil {
		t.Fatal(err)
	}
	return engine, startKillable(t, start)
}

// prepareDocker writes a daemon's configuration into a folder, where it will
// have everything, and returns what starts it and waits for it.
func prepareDocker(dir string, store Store) (engine *DockerEngine, start func() (*server, error), err error) {
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(at("daemon.json"), []byte(daemonConfigs[store]), 0o644); err != nil {
		return nil, nil, err
	}
	return &DockerEngine{Host: "unix://" + at("s")}, func() (*server, error) {
		s, err := startServer(at("dockerd.log"), "dockerd",
			"--config-file", at("daemon.json"), "--host", "unix://"+at("s"), "--pidfile", at("pid"),
			"--data-root", at("data"), "--exec-root", at("exec"),
			"--bridge=none", "--iptables=false", "--ip6tables=false")
		if err != nil {
			return nil, err
		}
		return s, s.await(func() bool { return listens(at("s")) })
	}, nil
}

func listens(socket string) bool {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return false
	}
	return conn.Close() == nil
}

// Run runs the docker command.
func (d *DockerEngine) Run(t testing.TB, args ...string) Result {
	t.Helper()
	return Exec(append([]string{"docker", "--host", d.Host}, args...)...).Run(t)
}

// RunImage starts a container of an image and returns what it says.
func (d *DockerEngine) RunImage(t testing.TB, image string, args ...string) Result {
	t.Helper()
	return d.Run(t, append([]string{"run", "--rm", "--network", "none", image}, args...)...)
}

// Load loads an archive and returns the names that it has.
func (d *DockerEngine) Load(t testing.TB, archive string) []string {
	t.Helper()
	return LoadedNames(d.Run(t, "load", "--input", archive).Must(t).Stdout)
}

// LoadedNames finds the names in what a load prints.
func LoadedNames(output string) []string {
	var names []string
	for line := range strings.Lines(output) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "Loaded image: "); ok {
			names = append(names, name)
		}
	}
	return names
}

// ImageState is what an engine says of an image it has.
type ImageState struct {
	ID      string `json:"Id"`
	Created string
	RootFS  struct{ Layers []string }
}

// Inspect is the state of an image that must be there.
func (d *DockerEngine) Inspect(t testing.TB, image string) ImageState {
	t.Helper()
	return inspected(t, d.Run(t, "image", "inspect", image))
}

func inspected(t testing.TB, r Result) ImageState {
	t.Helper()
	var states []ImageState
	if err := json.Unmarshal([]byte(r.Must(t).Stdout), &states); err != nil || len(states) != 1 {
		t.Fatalf("%s: %v", r, err)
	}
	return states[0]
}

// Remove removes an image, if it is there.
func (d *DockerEngine) Remove(t testing.TB, image string) {
	t.Helper()
	if r := d.Run(t, "image", "rm", "--force", image); r.Status != 0 && !strings.Contains(r.Stderr, "No such image") {
		t.Fatal(r)
	}
}

// String names the daemon in messages.
func (d *DockerEngine) String() string { return fmt.Sprintf("Docker at %s", d.Host) }
