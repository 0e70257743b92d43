package harness

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// Requirement is something that a machine may lack.
type Requirement struct {
	name  string
	check func() error
}

// What tests need of the machine.
var (
	// SuperUser: the tests run as root, as container daemons must here.
	SuperUser = requirement("root's rights", func() error {
		if os.Geteuid() != 0 {
			return errors.New("the tests do not run as root")
		}
		return nil
	})
	// TestRoot: ./bazelw can set up the root that has the servers.
	TestRoot = requirement("the test root", func() error { return works("true") })
	// DockerDaemon: dockerd can be run.
	DockerDaemon = requirement("a Docker daemon", func() error { return errors.Join(check(SuperUser), works("dockerd", "--version")) })
	// PodmanEngine: podman can be run.
	PodmanEngine = requirement("Podman", func() error { return errors.Join(check(SuperUser), works("podman", "--version")) })
	// ContainerdEngine: containerd can be run.
	ContainerdEngine = requirement("containerd", func() error { return errors.Join(check(SuperUser), works("containerd", "--version")) })
	// CacheServer: nginx can be run.
	CacheServer = requirement("nginx", func() error { return works("nginx", "-v") })
	// CASServer: BuildBox's casd can be run, a cache over gRPC.
	CASServer = requirement("buildbox-casd", func() error { return errors.Join(check(SuperUser), works("buildbox-casd", "--version")) })
	// ExecutionServer: casd can run actions.
	ExecutionServer = requirement("BuildBox's runner", func() error { return works(runner, "--version") })
	// NixStore: Nix can write a store that is nobody's.
	NixStore = requirement("a Nix store for tests", func() error {
		if _, err := os.Stat("/nix"); err == nil {
			return errors.New("the machine has a /nix of its own, which tests leave alone")
		}
		return errors.Join(check(SuperUser), works("nix-store", "--version"))
	})
	// OtherUser: a program can be run as an ordinary user, who may make user
	// namespaces.
	OtherUser = requirement("an ordinary user with user namespaces", func() error {
		return errors.Join(check(SuperUser), run(AsNobody("unshare", "--user", "--map-root-user", "true")...))
	})
	// CPUAffinity: a program can be kept on one CPU of several.
	CPUAffinity = requirement("the command taskset", func() error { return run("taskset", "--cpu-list", "0", "true") })
	// NoDaemon: no container engine is in the way, or it can be hidden.
	NoDaemon = requirement("a machine without a container engine, or root's rights to hide it", func() error {
		if !engineToHide() {
			return nil
		}
		return errors.Join(check(SuperUser), check(TestRoot))
	})
)

func requirement(name string, check func() error) Requirement {
	return Requirement{name, sync.OnceValue(check)}
}

func check(r Requirement) error { return r.check() }

// engineToHide says whether the machine's own container engine, or the test
// root's, would be found by who looks for one.
func engineToHide() bool {
	for _, socket := range []string{"/var/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock"} {
		if _, err := os.Stat(socket); err == nil {
			return true
		}
	}
	return works("sh", "-c", "command -v podman") == nil
}

// withoutEngines runs a command where nothing is in /run, and podman is no
// program.
const withoutEngines = `mount -t tmpfs none /run
podman=$(command -v podman) && mount --bind /dev/null "$podman"
exec "$@"`

// WithoutDaemon is the command where no container engine can be found.
func WithoutDaemon(c Command) Command {
	c.Env = append(c.Env, "XDG_RUNTIME_DIR", "DOCKER_CONFIG=/nonexistent")
	if engineToHide() {
		c.Args = append(Exec("unshare", "--mount", "sh", "-c", withoutEngines, "sh").Args, c.Args...)
	}
	return c
}

// works tries a program in the test root.
func works(args ...string) error { return run(Exec(args...).Args...) }

func run(args ...string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = Root(), environment(nil)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", args[0], err, clip(string(out)))
	}
	return nil
}

// AsNobody is the command line that runs a program as a user with no rights.
func AsNobody(args ...string) []string {
	return append([]string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"}, args...)
}

// Need skips the test when the machine lacks what it names, and notes that; in
// CI, where nothing may be missing, it fails the test.
func Need(t testing.TB, needs ...Requirement) {
	t.Helper()
	for _, need := range needs {
		if err := check(need); err != nil {
			NotRun(t, fmt.Sprintf("needs %s: %v", need.name, err))
		}
	}
}

// NotRun ends a test that cannot run here, and says why.
func NotRun(t testing.TB, why string) {
	t.Helper()
	if strict() {
		t.Fatalf("in CI every test runs; this one %s", why)
	}
	notRun.mu.Lock()
	notRun.lines = append(notRun.lines, fmt.Sprintf("not run: %s: %s", t.Name(), why))
	notRun.mu.Unlock()
	t.Skip(why)
}

func strict() bool {
	return os.Getenv("CI") != "" || os.Getenv("STRATA_E2E_STRICT") == "1"
}

var notRun struct {
	mu    sync.Mutex
	lines []string
}

// report writes which tests did not run: `go test` shows what a package writes
// only when it fails or with -v, so a file gets it too.
func report(w io.Writer) {
	notRun.mu.Lock()
	defer notRun.mu.Unlock()
	for _, line := range notRun.lines {
		fmt.Fprintln(w, line)
	}
	name := os.Getenv("STRATA_E2E_NOT_RUN")
	if name == "" || len(notRun.lines) == 0 {
		return
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		fmt.Fprintln(w, "harness: STRATA_E2E_NOT_RUN:", err)
		return
	}
	defer f.Close()
	for _, line := range notRun.lines {
		fmt.Fprintln(f, line)
	}
}
