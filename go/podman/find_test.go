package podman

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// TestMain makes of the tests' program a podman command, if it is called so,
// whose service has no images.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "podman" {
		err := fakePodman(os.Args[1:])
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(125)
	}
	os.Exit(m.Run())
}

// modeVariable says what the fake podman does instead of serving.
const modeVariable = "STRATA_TEST_FAKE_PODMAN"

func fakePodman(args []string) error {
	switch os.Getenv(modeVariable) {
	case "refuses":
		return errors.New("cannot set up namespace using newuidmap")
	case "hangs":
		select {}
	}
	if len(args) != 4 || args[0] != "system" || args[1] != "service" || args[2] != "--time=60" {
		return fmt.Errorf("wrong arguments %q", args)
	}
	listener, err := net.Listen("unix", strings.TrimPrefix(args[3], "unix://"))
	if err != nil {
		return err
	}
	return http.Serve(listener, newFake())
}

// withPodman puts a fake podman command into PATH, and nothing else that Find
// could find.
func withPodman(t *testing.T, mode string) (runtimeDir string) {
	t.Helper()
	if conn, err := net.Dial("unix", "/run/podman/podman.sock"); err == nil {
		_ = conn.Close()
		t.Skip("a Podman service runs on this machine")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(program, filepath.Join(dir, "podman")); err != nil {
		t.Fatal(err)
	}
	runtimeDir = shortDir(t)
	for name, value := range map[string]string{
		"PATH": dir, "XDG_RUNTIME_DIR": runtimeDir, "XDG_CONFIG_HOME": t.TempDir(), modeVariable: mode,
		"CONTAINER_HOST": "", "CONTAINER_CONNECTION": "", "PODMAN_CONNECTIONS_CONF": "",
	} {
		t.Setenv(name, value)
	}
	return runtimeDir
}

func needLinux(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("services are started on Linux alone")
	}
}

// isEmpty checks that a folder has nothing in it.
func isEmpty(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left over: %v, %v", entries, err)
	}
}

func TestFindStartsAService(t *testing.T) {
	needLinux(t)
	dir := withPodman(t, "")
	e, err := Find(background, "")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(e.String(), "Podman (/") || !strings.HasSuffix(e.String(), "/podman)") {
		t.Errorf("got %s", e)
	}
	img := testimage.New(t, 1000, testimage.Seeds(1, 2), "hello:1")
	if loaded, err := e.Load(background, img, progress.New(nil)); err != nil || loaded.ID != testimage.ID(img) {
		t.Error(loaded, err)
	}
	service := e.service
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	<-service.ended
	isEmpty(t, dir)
}

func TestFindExisting(t *testing.T) {
	dir := withPodman(t, "refuses")
	f := startFake(t)
	t.Run("host", func(t *testing.T) {
		e, err := Find(background, "unix://"+f.socket)
		if err != nil || e.String() != "Podman at unix://"+f.socket || e.Close() != nil {
			t.Errorf("got %v, %v", e, err)
		}
	})
	t.Run("CONTAINER_HOST", func(t *testing.T) {
		t.Setenv("CONTAINER_HOST", "unix://"+f.socket)
		e, err := Find(background, "")
		if err != nil || e.String() != "Podman at unix://"+f.socket || e.Close() != nil {
			t.Errorf("got %v, %v", e, err)
		}
	})
	t.Run("socket", func(t *testing.T) {
		serveAt(t, dir, newFake())
		e, err := Find(background, "")
		if err != nil || e.service != nil || e.Close() != nil {
			t.Errorf("got %v, %v", e, err)
		}
	})
}

// serveAt has something answer at the socket of a user's own service.
func serveAt(t *testing.T, runtimeDir string, handler http.Handler) (socket string) {
	t.Helper()
	folder := filepath.Join(runtimeDir, "podman")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	socket = filepath.Join(folder, "podman.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: handler}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return socket
}

// TestFindSkipsWhatDoesNotAnswer: a socket without a Podman that can be used
// behind it is passed over, unless it was asked for.
func TestFindSkipsWhatDoesNotAnswer(t *testing.T) {
	needLinux(t)
	old := newFake()
	old.version = "3.4.4"
	ends := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	for _, test := range []struct {
		name    string
		handler http.Handler
		want    string
	}{
		{"another program", http.NotFoundHandler(), "what listens there is not a Podman service"},
		{"too old", old, "speaks version 3.4.4"},
		{"closes connections", ends, "it closed the connection instead of answering"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := withPodman(t, "")
			socket := serveAt(t, dir, test.handler)
			e, err := Find(background, "")
			if err != nil {
				t.Fatal(err)
			}
			if e.service == nil {
				t.Errorf("found %v", e)
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			_, err = Find(background, "unix://"+socket)
			wantError(t, err, test.want, "unix://"+socket)
			t.Setenv(modeVariable, "refuses")
			_, err = Find(background, "")
			wantError(t, err, "cannot set up namespace using newuidmap", test.want)
			t.Setenv("PATH", "")
			_, err = Find(background, "")
			wantError(t, err, test.want)
		})
	}
	t.Run("dead", func(t *testing.T) {
		dir := withPodman(t, "")
		socket := filepath.Join(dir, "s")
		listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
		if err != nil {
			t.Fatal(err)
		}
		listener.SetUnlinkOnClose(false)
		_ = listener.Close()
		t.Setenv("CONTAINER_HOST", "unix://"+socket)
		_, err = Find(background, "")
		var notRunning *endpoint.NotRunningError
		if wantError(t, err, "connection refused", socket, "from CONTAINER_HOST"); !errors.As(err, &notRunning) {
			t.Errorf("got %#v", err)
		}
	})
}

func TestFindFails(t *testing.T) {
	needLinux(t)
	t.Run("podman refuses", func(t *testing.T) {
		dir := withPodman(t, "refuses")
		_, err := Find(background, "")
		wantError(t, err, "start a Podman service with /", "cannot set up namespace using newuidmap", "`podman info`", "CONTAINER_HOST")
		isEmpty(t, dir)
	})
	t.Run("podman hangs", func(t *testing.T) {
		dir := withPodman(t, "hangs")
		ctx, cancel := context.WithCancel(background)
		cancel()
		if _, err := Find(ctx, ""); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		isEmpty(t, dir)
	})
	t.Run("no podman", func(t *testing.T) {
		withPodman(t, "")
		t.Setenv("PATH", "")
		_, err := Find(background, "")
		var notRunning *endpoint.NotRunningError
		if !errors.As(err, &notRunning) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("bad CONTAINER_HOST", func(t *testing.T) {
		withPodman(t, "")
		t.Setenv("CONTAINER_HOST", "podman.sock")
		_, err := Find(background, "")
		wantError(t, err, "podman.sock", "CONTAINER_HOST")
	})
}

// TestRemoteConnection: on Linux, a default connection to another machine is
// not what podman in PATH uses.
func TestRemoteConnection(t *testing.T) {
	e, err := endpoint.Parse("ssh://me@far/run/podman/podman.sock", endpoint.Options{Kind: endpoint.Podman})
	if err != nil {
		t.Fatal(err)
	}
	if !remote(e) || remote(nil) {
		t.Errorf("remote: %v, %v", remote(e), remote(nil))
	}
	if e, err = endpoint.Parse("unix:///run/podman/podman.sock", endpoint.Options{Kind: endpoint.Podman}); err != nil || remote(e) {
		t.Errorf("a socket is remote (%v)", err)
	}
}

func TestSocketFolder(t *testing.T) {
	needLinux(t)
	short, long := shortDir(t), "/"+strings.Repeat("long", 30)
	for _, test := range []struct{ name, runtimeDir, tempDir, want string }{
		{"runtime folder", short, long, short},
		{"no runtime folder", "", short, short},
		{"runtime folder is not there", filepath.Join(short, "absent"), short, short},
		{"long paths", long, long, "/tmp"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", test.runtimeDir)
			t.Setenv("TMPDIR", test.tempDir)
			folder, err := socketFolder()
			if err != nil {
				t.Fatal(err)
			}
			defer os.RemoveAll(folder)
			info, err := os.Stat(folder)
			if err != nil || info.Mode().Perm() != 0o700 || filepath.Dir(folder) != test.want {
				t.Errorf("got %s, %v, %v, want one in %s", folder, info, err, test.want)
			}
		})
	}
}
