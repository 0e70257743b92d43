//go:build e2e

package e2e

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// faultyEngine is an engine of the test's own behind a faulty socket.
type faultyEngine struct {
	name   string
	socket *harness.FaultySocket
	*harness.Killable
	// env makes it the engine that is chosen.
	env string
	// resumes says that a load gets over a connection that is cut in a layer, and
	// may get over one that is cut elsewhere.
	resumes bool
	// says is what a container of the image says that it has now.
	says string
	// run runs a container of the image.
	run func(t *testing.T) harness.Result
	// update is how many bytes bring a new version, with all that is around them.
	update int64
}

const faultsImage = "faults:latest"

func faultyEngines(t *testing.T) []*faultyEngine {
	t.Helper()
	before := func(host, upload string) *harness.FaultySocket {
		return harness.FaultyBefore(t, strings.TrimPrefix(host, "unix://"), upload)
	}
	var engines []*faultyEngine
	for _, store := range harness.Stores {
		docker, killable := harness.OwnDocker(t, store)
		socket := before(docker.Host, "/images/load")
		engines = append(engines, &faultyEngine{
			name: "docker, " + string(store) + " store", socket: socket, Killable: killable, env: "DOCKER_HOST=unix://" + socket.Path,
			run: func(t *testing.T) harness.Result { return docker.RunImage(t, faultsImage) },
		})
	}
	podman := harness.Podman(t)
	host, killable := podman.Service(t)
	socket := before(host, "/images/load")
	engines = append(engines, &faultyEngine{
		name: "podman", socket: socket, Killable: killable, env: "CONTAINER_HOST=unix://" + socket.Path,
		run: func(t *testing.T) harness.Result { return podman.RunImage(t, "localhost/"+faultsImage) },
	})
	containerd := harness.Containerd(t)
	socket = before(containerd.Address, "")
	return append(engines, &faultyEngine{
		name: "containerd", socket: socket, Killable: containerd.Killable, env: "CONTAINERD_ADDRESS=" + socket.Path, resumes: true,
		run: func(t *testing.T) harness.Result { return containerd.RunImage(t, "docker.io/library/"+faultsImage) },
	})
}

// faultsVersions makes one version of the image after another.
type faultsVersions struct {
	bazel harness.Bazel
	stem  string
	made  uint64
}

func newFaultsVersions(t *testing.T) *faultsVersions {
	t.Helper()
	v := &faultsVersions{bazel: harness.LastingCopy(t, "e2e/objects")}
	harness.WriteFile(t, v.file("busybox"), harness.Exec("cat", "/usr/bin/busybox").Run(t).Must(t).Stdout)
	return v
}

func (v *faultsVersions) file(name string) string { return filepath.Join(v.bazel.Dir, "faults", name) }

// next builds the next version, of whose layers two are new, and returns what
// a container of it says: the digests of what is in them.
func (v *faultsVersions) next(t *testing.T) (says string) {
	t.Helper()
	random := rand.NewChaCha8([32]byte{byte(v.made)})
	v.made++
	for _, name := range []string{"lower", "upper"} {
		data := make([]byte, 3<<19)
		_, _ = random.Read(data)
		harness.WriteFile(t, v.file(name+".bin"), string(data))
		says += fmt.Sprintf("%x  /share/%s.bin\n", sha256.Sum256(data), name)
	}
	v.bazel.Build(t, "//faults:image")
	v.stem = filepath.Join(v.bazel.Bin(t), "faults/image")
	return says
}

// load loads the version into an engine.
func (v *faultsVersions) load(t *testing.T, e *faultyEngine) harness.Result {
	t.Helper()
	return harness.Command{Env: []string{e.env}, Args: []string{v.stem}}.Run(t)
}

// TestLoadThroughFaultySocket: whatever happens to the connection with an
// engine, to the engine or to the program that loads, and at which byte, is
// told with the engine, its address and what to do; the name means the image
// that it meant before; and the next load repairs what is left.
func TestLoadThroughFaultySocket(t *testing.T) {
	harness.Lane(t, "objects")
	harness.Need(t, harness.DockerDaemon, harness.PodmanEngine, harness.ContainerdEngine)
	engines, versions := faultyEngines(t), newFaultsVersions(t)
	versions.next(t)
	for _, e := range engines {
		versions.load(t, e).Must(t)
	}
	says := versions.next(t)
	for _, e := range engines {
		e.socket.Set(nil)
		versions.load(t, e).Must(t)
		_, e.update = e.socket.Happened()
		e.says = says
	}
	const layer = 3 << 19
	for _, test := range []faultyLoad{
		{name: "cut at the first byte", fault: harness.Fault{Kind: harness.Cut}},
		{name: "cut at the first byte, always", fault: harness.Fault{Kind: harness.Cut}, always: true},
		{name: "cut in the first files", fault: harness.Fault{Kind: harness.Cut, After: 3000}},
		{name: "cut in the middle of a layer", fault: harness.Fault{Kind: harness.Cut, After: layer / 2}, inLayer: true},
		{name: "cut close to the end", fault: harness.Fault{Kind: harness.Cut}, fromEnd: 16 << 10},
		{name: "cut before the answer", fault: harness.Fault{Kind: harness.Cut, OfAnswer: true}},
		{name: "cut in the answer", fault: harness.Fault{Kind: harness.Cut, OfAnswer: true, After: 30}},
		{name: "refused in the middle of a layer", fault: harness.Fault{Kind: harness.Refuse, After: layer / 2}},
		{name: "stalled, and interrupted", fault: harness.Fault{Kind: harness.Stall, After: layer / 2}, signal: syscall.SIGINT},
		{name: "stalled, and the loader killed", fault: harness.Fault{Kind: harness.Stall, After: layer / 2}, signal: syscall.SIGKILL},
		{name: "the loader killed close to the end", fault: harness.Fault{Kind: harness.Stall}, fromEnd: 16 << 10, signal: syscall.SIGKILL},
		{name: "the engine killed in the middle of a layer", fault: harness.Fault{Kind: harness.Cut, After: layer / 2}, kill: true},
		{name: "the engine killed close to the end", fault: harness.Fault{Kind: harness.Cut}, fromEnd: 16 << 10, kill: true},
		{name: "the engine killed before the answer", fault: harness.Fault{Kind: harness.Cut, OfAnswer: true}, kill: true},
	} {
		says := versions.next(t)
		t.Run(test.name, func(t *testing.T) {
			for _, e := range engines {
				if test.fault.Kind == harness.Refuse && e.resumes {
					continue // it does not speak HTTP
				}
				t.Run(e.name, func(t *testing.T) { test.run(t, versions, e, says) })
			}
		})
	}
}

// faultyLoad is a load during which something happens.
type faultyLoad struct {
	name  string
	fault harness.Fault
	// fromEnd, if set, is how many bytes before the end of the upload it happens.
	fromEnd int64
	// always has it happen to every connection, not to the first one only.
	always bool
	// signal, if set, is what the program that loads gets then.
	signal syscall.Signal
	// kill has the engine killed then.
	kill bool
	// inLayer says that it happens in the middle of a layer.
	inLayer bool
}

func (f faultyLoad) run(t *testing.T, v *faultsVersions, e *faultyEngine, says string) {
	fault := f.fault
	if f.fromEnd > 0 {
		fault.After = e.update - f.fromEnd
	}
	if !f.always {
		fault.Times = 1
	}
	if f.kill {
		fault.Then = e.Kill
	}
	e.socket.Set(&fault)
	r := f.load(t, v, e)
	if times, _ := e.socket.Happened(); times == 0 {
		t.Fatalf("nothing happened: %s", r)
	}
	e.socket.Set(nil)
	if f.kill {
		e.Restart(t)
	}
	alone := !f.kill && f.signal == 0 && !f.always
	switch {
	case r.Status == 0:
		// Docker's containerd store is sent all of an image that it refused.
		if !alone || !e.resumes && fault.Kind != harness.Refuse {
			t.Errorf("it succeeded: %s", r)
		}
		e.says = says
	case f.signal == 0:
		if alone && e.resumes && f.inLayer {
			t.Errorf("it did not go on: %s", r)
		}
		f.checkError(t, e, r.Stderr)
	}
	equal(t, "the container says afterwards", e.run(t).Must(t).Stdout, e.says)
	v.load(t, e).Must(t)
	e.says = says
	equal(t, "the container says after the next load", e.run(t).Must(t).Stdout, e.says)
}

// checkError looks for the engine, its address and what to do.
func (f faultyLoad) checkError(t *testing.T, e *faultyEngine, said string) {
	t.Helper()
	want := "again when it runs"
	if f.fault.Kind == harness.Refuse {
		want = harness.RefuseMessage
	}
	engine, _, _ := strings.Cut(e.name, ",")
	for _, word := range []string{e.socket.Path, engine, want} {
		contains(t, "the error", strings.ToLower(said), strings.ToLower(word))
	}
}

// load loads the version, and sends the signal when it has happened.
func (f faultyLoad) load(t *testing.T, v *faultsVersions, e *faultyEngine) harness.Result {
	t.Helper()
	if f.signal == 0 {
		return v.load(t, e)
	}
	var stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), v.stem)
	cmd.Env = append(os.Environ(), e.env)
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	for signalled := false; ; {
		select {
		case <-ended:
			if !signalled {
				t.Errorf("it ended before: %s", stderr.String())
			}
			return harness.Result{Command: v.stem, Stderr: stderr.String(), Status: cmd.ProcessState.ExitCode()}
		case <-time.After(20 * time.Millisecond):
		}
		if times, _ := e.socket.Happened(); times > 0 && !signalled {
			signalled = true
			if err := cmd.Process.Signal(f.signal); err != nil {
				t.Fatal(err)
			}
		}
	}
}
