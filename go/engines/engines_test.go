package engines

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// alone takes all engines from the environment: those of the machine that the
// test runs on are at sockets in folders that do not exist here.
func alone(t *testing.T) {
	t.Helper()
	for _, name := range []string{
		"DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "CONTAINER_HOST", "CONTAINER_CONNECTION", "CONTAINERD_ADDRESS", "XDG_RUNTIME_DIR",
	} {
		t.Setenv(name, "")
	}
	folder := t.TempDir()
	t.Setenv("HOME", folder)
	t.Setenv("DOCKER_CONFIG", folder)
	t.Setenv("PATH", folder)
	for _, socket := range []string{"/var/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock"} {
		if _, err := os.Stat(socket); err == nil {
			t.Skipf("%s is there: an engine of this machine would be found", socket)
		}
	}
}

// service answers at a Unix socket as Docker and as Podman do.
func service(t *testing.T) (host string) {
	t.Helper()
	folder, err := os.MkdirTemp("", "engines")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	listener, err := net.Listen("unix", filepath.Join(folder, "s"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.44")
		w.Header().Set("Libpod-Api-Version", "5.0.0")
		io.WriteString(w, "OK")
	}))
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return "unix://" + listener.Addr().String()
}

func TestFind(t *testing.T) {
	alone(t)
	docker, podman := service(t), service(t)
	for _, test := range []struct {
		name, engine string
		env          map[string]string
		want         string
	}{
		{"DOCKER_HOST", "", map[string]string{"DOCKER_HOST": docker}, "Docker at " + docker},
		{"CONTAINER_HOST", "", map[string]string{"CONTAINER_HOST": podman}, "Podman at " + podman},
		{"both", "", map[string]string{"DOCKER_HOST": docker, "CONTAINER_HOST": podman}, "Docker at " + docker},
		{"both, and a name", "podman", map[string]string{"DOCKER_HOST": docker, "CONTAINER_HOST": podman}, "Podman at " + podman},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			e, err := Find(t.Context(), test.engine, false)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			if e.String() != test.want {
				t.Errorf("got %s, want %s", e, test.want)
			}
		})
	}
}

func TestNone(t *testing.T) {
	alone(t)
	_, err := Find(t.Context(), "", false)
	var none *NoneError
	if !errors.As(err, &none) || len(none.Reasons) != len(kinds) || !strings.Contains(err.Error(), "Docker") || !strings.Contains(err.Error(), "-- stream") {
		t.Errorf("got %v", err)
	}
	// A program that fails is there, and does not work.
	podman := filepath.Join(os.Getenv("PATH"), "podman")
	if err := os.WriteFile(podman, []byte("#!/bin/sh\necho broken storage >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Find(t.Context(), "", false); !errors.As(err, &none) || !strings.Contains(err.Error(), "broken storage") {
		t.Errorf("got %v", err)
	}
}

// TestContainerdRunsNothing: an engine that does not run images is not chosen
// for that.
func TestContainerdRunsNothing(t *testing.T) {
	alone(t)
	_, err := Find(t.Context(), "", true)
	var none *NoneError
	if !errors.As(err, &none) || len(none.Reasons) != 2 {
		t.Errorf("got %v", err)
	}
}

func TestFindErrors(t *testing.T) {
	alone(t)
	meta := filepath.Join(os.Getenv("DOCKER_CONFIG"), "contexts/meta", fmt.Sprintf("%x", sha256.Sum256([]byte("far"))))
	if err := os.MkdirAll(meta, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(meta, "meta.json"), []byte(`{"Name":"far","Endpoints":{"docker":{"Host":"tcp://127.0.0.1:1"}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), []byte(`{"currentContext":"far"}`), 0o644); err != nil {
		t.Fatal(err)
	}
	gone := "unix://" + filepath.Join(t.TempDir(), "gone")
	for _, test := range []struct {
		name, engine string
		env          map[string]string
		want         string
	}{
		{"unknown name", "rkt", nil, `"rkt" is no engine that is known: want one of docker, podman, containerd`},
		{"a Docker that is asked for", "", map[string]string{"DOCKER_HOST": gone}, gone},
		{"a Docker on another machine", "", nil, "tcp://127.0.0.1:1"},
		{"named and not there", "docker", map[string]string{"DOCKER_CONTEXT": "default"}, "no Docker daemon answers"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			_, err := Find(t.Context(), test.engine, false)
			var none *NoneError
			if err == nil || errors.As(err, &none) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Find(ctx, "", false); err == nil {
		t.Error("found one after the context ended")
	}
}
