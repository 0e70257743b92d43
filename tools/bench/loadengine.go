package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// loadEngine is an engine that images are loaded into.
type loadEngine struct {
	// name is that of the flag --engine, title that in the table.
	name, title string
	// programs are what it needs in PATH. The first one tells its version.
	programs []string
	// chained says that it knows layers by their chain IDs alone: those above a
	// changed one are sent again.
	chained bool
	// start starts it with an empty store, all of which is in a folder.
	start func(ctx context.Context, folder string) (*running, error)
}

// running is an engine that has been started.
type running struct {
	// env is what strata-deploy is told by.
	env []string
	// load is the engine's own command that loads an archive, whose name comes
	// last.
	load []string
	stop func() error
}

func loadEngines() []loadEngine {
	docker := []string{"dockerd", "docker"}
	return []loadEngine{
		{"docker-classic", "Docker, classic store", docker, true, dockerWith(`{"storage-driver": "overlay2"}`)},
		{"docker-containerd", "Docker, containerd store", docker, false, dockerWith(`{"features": {"containerd-snapshotter": true}}`)},
		{"podman", "Podman", []string{"podman"}, false, startPodman},
		{"containerd", "containerd", []string{"containerd", "ctr"}, false, startContainerd},
	}
}

// missing is why the engine cannot be measured here, nil if it can.
func (e *loadEngine) missing() error {
	for _, program := range e.programs {
		if _, err := exec.LookPath(program); err != nil {
			return err
		}
	}
	return nil
}

// version is what the engine says of itself, in one line.
func (e *loadEngine) version(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, e.programs[0], "--version").Output()
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	if err != nil || first == "" {
		return "of an unknown version"
	}
	return first
}

// systemContainerd is where dockerd looks for a containerd before it starts its
// own.
const systemContainerd = "/run/containerd/containerd.sock"

// resetTime is how long Podman may take to undo its mounts.
const resetTime = time.Minute

// dockerWith starts a Docker daemon with a configuration file, and without
// networks.
func dockerWith(config string) func(context.Context, string) (*running, error) {
	return func(ctx context.Context, folder string) (*running, error) {
		at := func(name string) string { return filepath.Join(folder, name) }
		if _, err := os.Lstat(systemContainerd); err == nil {
			return nil, fmt.Errorf("%s: a containerd runs on this machine, which dockerd would use for images: measure where there is none", systemContainerd)
		}
		if err := os.WriteFile(at("daemon.json"), []byte(config), 0o644); err != nil {
			return nil, err
		}
		host := "unix://" + at("s")
		s, err := startServer(ctx, process{program: "dockerd", dir: folder, args: []string{
			"--config-file", at("daemon.json"), "--host", host, "--pidfile", at("pid"), "--data-root", at("data"), "--exec-root", at("exec"),
			"--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false",
		}}, at("dockerd.log"), at("s"))
		if err == nil {
			err = s.awaitPing(ctx, at("s"))
		}
		if err != nil {
			return nil, err
		}
		return &running{
			env:  []string{"STRATA_ENGINE=docker", "DOCKER_HOST=" + host},
			load: []string{"docker", "--host", host, "load", "--quiet", "--input"},
			stop: s.stop,
		}, nil
	}
}

// startPodman starts a service of Podman's for strata-deploy. Podman's own
// command works without it, on the same storage.
func startPodman(ctx context.Context, folder string) (*running, error) {
	at := func(name string) string { return filepath.Join(folder, name) }
	options := []string{"--root", at("root"), "--runroot", at("run"), "--tmpdir", at("tmp"), "--network-config-dir", at("networks"), "--storage-driver", "overlay"}
	host := "unix://" + at("s")
	s, err := startServer(ctx, process{program: "podman", dir: folder, args: append(options[:len(options):len(options)], "system", "service", "--time=0", host)}, at("podman.log"), at("s"))
	if err == nil {
		err = s.awaitPing(ctx, at("s"))
	}
	if err != nil {
		return nil, err
	}
	podman := append([]string{"podman"}, options...)
	return &running{
		env:  []string{"STRATA_ENGINE=podman", "CONTAINER_HOST=" + host},
		load: append(podman, "load", "--quiet", "--input"),
		stop: func() error {
			// Only Podman itself undoes its mounts.
			reset := process{program: "podman", args: append(options[:len(options):len(options)], "system", "reset", "--force"), dir: folder}
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), resetTime)
			defer cancel()
			_, resetErr := reset.run(ctx)
			return cmp.Or(s.stop(), resetErr)
		},
	}, nil
}

// containerdConfig is without Kubernetes' part and what watches other programs.
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

func startContainerd(ctx context.Context, folder string) (*running, error) {
	at := func(name string) string { return filepath.Join(folder, name) }
	config := fmt.Sprintf(containerdConfig, at("root"), at("state"), at("s"), at("ttrpc"))
	if err := os.WriteFile(at("config.toml"), []byte(config), 0o644); err != nil {
		return nil, err
	}
	s, err := startServer(ctx, process{program: "containerd", dir: folder, args: []string{"--config", at("config.toml")}}, at("containerd.log"), at("s"))
	if err != nil {
		return nil, err
	}
	return &running{
		env:  []string{"STRATA_ENGINE=containerd", "CONTAINERD_ADDRESS=" + at("s")},
		load: []string{"ctr", "--address", at("s"), "images", "import"},
		stop: s.stop,
	}, nil
}

// with starts the engine in a new folder for as long as do runs.
func (e *loadEngine) with(ctx context.Context, parent string, do func(*running) error) (err error) {
	folder, err := os.MkdirTemp(parent, "engine-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	r, err := e.start(ctx, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	return do(r)
}
