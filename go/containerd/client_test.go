package containerd

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/progress"
)

// wantError checks that err is there and has each of these in its text.
func wantError(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want one with %q", err, want)
		}
	}
}

func TestFullNames(t *testing.T) {
	got, err := fullNames([]string{"hello", "a:1", "docker.io/hello:1", "index.docker.io/me/hello:1", "localhost:5000/a/b:1"})
	want := []string{"docker.io/library/hello:latest", "docker.io/library/a:1", "docker.io/library/hello:1", "docker.io/me/hello:1", "localhost:5000/a/b:1"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, bad := range [][]string{nil, {"hello", "UPPER/x:1"}, {"hello@sha256:" + strings.Repeat("a", 64)}, {""}} {
		if got, err := fullNames(bad); err == nil {
			t.Errorf("%q: got %q", bad, got)
		}
	}
}

func TestChainIDs(t *testing.T) {
	// The example of the OCI image specification's definition, with real digests.
	a, b := "sha256:"+strings.Repeat("a", 64), "sha256:"+strings.Repeat("b", 64)
	got := chainIDs([]archive.Layer{{DiffID: a}, {DiffID: b}})
	// printf '%s %s' "$a" "$b" | sha256sum
	const want = "sha256:ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c"
	if len(got) != 2 || got[0] != a || got[1] != want {
		t.Errorf("chain IDs %q", got)
	}
}

func TestPing(t *testing.T) {
	f := startFake(t)
	if version, err := f.client.Ping(background); version != "2.1.9" || err != nil {
		t.Errorf("version %q, %v", version, err)
	}
	if want := "containerd at unix://" + f.socket + ", namespace default"; f.client.String() != want {
		t.Errorf("%s, want %s", f.client, want)
	}
	f.fail = func(string, int) error { return status.Error(codes.Unimplemented, "unknown method") }
	_, err := f.client.Ping(background)
	var old *VersionError
	if !errors.As(err, &old) {
		t.Errorf("got %v", err)
	}
}

// hang makes the fake hang in requests of a method, and of all that come then.
func (f *fake) hang(method string) {
	stop, stuck := make(chan struct{}), false
	f.t.Cleanup(func() { close(stop) })
	f.fail = func(called string, _ int) error {
		if stuck = stuck || called == method; stuck {
			f.mu.Unlock()
			<-stop
			f.mu.Lock()
		}
		return nil
	}
}

// TestSilence: a containerd that hangs is told from one that works.
func TestSilence(t *testing.T) {
	for _, method := range []string{
		"Namespaces/Get", "Images/Get", "Leases/Create", "Content/Write", "Content/List", "Snapshots/Stat",
		"Snapshots/Prepare", "Diff/Apply", "Snapshots/Commit", "Images/Create",
	} {
		t.Run(method, func(t *testing.T) {
			f := startFake(t)
			f.client.patience, f.client.pingTimeout = 20*time.Millisecond, 20*time.Millisecond
			if method == "Content/Write" { // no request before it may be taken for it
				f.client.pingTimeout = time.Second
			}
			f.hang(method)
			_, err := f.client.Load(background, imageOf(t, layerOf(1, 2000, nil)), progress.New(nil))
			wantError(t, err, "load an image: "+f.client.String(), "no answer for 20ms", "restart it")
			if method == "Content/Write" {
				wantError(t, err, "manifest")
			}
		})
	}
	f := startFake(t)
	f.client.pingTimeout = 20 * time.Millisecond
	f.hang("Version/Version")
	_, err := f.client.Ping(background)
	wantError(t, err, f.client.String(), "no answer for 20ms", "restart it")
}

// TestSlow: containerd may take its time, as long as it is alive.
func TestSlow(t *testing.T) {
	f := startFake(t)
	f.client.patience = 5 * time.Millisecond
	pings := make(chan struct{}, 1000)
	f.fail = func(method string, _ int) error {
		switch method {
		case "Version/Version":
			pings <- struct{}{}
		case "Diff/Apply":
			f.mu.Unlock()
			for range 3 {
				<-pings
			}
			f.mu.Lock()
		}
		return nil
	}
	_, err := f.client.Load(background, imageOf(t, layerOf(1, 2000, nil)), progress.New(nil))
	if err != nil {
		t.Fatal(err)
	}
	f.wantWhole(f.images[helloName].Target)
}

func TestFind(t *testing.T) {
	f := startFake(t)
	t.Setenv("CONTAINERD_ADDRESS", f.socket)
	t.Setenv("CONTAINERD_NAMESPACE", "k8s.io")
	t.Setenv(SnapshotterVariable, "native")
	f.client.namespace = "k8s.io" // what the fake expects
	c, err := Find(background, "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if want := "containerd at unix://" + f.socket + ", namespace k8s.io"; c.String() != want || c.snapshotter != "native" {
		t.Errorf("%s, snapshotter %s, want %s", c, c.snapshotter, want)
	}
	if _, err := Find(background, "tcp://localhost:1"); err == nil {
		t.Error("containerd over TCP")
	}
}

func TestNoContainerd(t *testing.T) {
	dir := t.TempDir()
	dead := filepath.Join(dir, "file")
	if err := os.WriteFile(dead, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, socket := range []string{filepath.Join(dir, "absent"), dead} {
		_, err := Find(background, socket)
		var absent *endpoint.NotRunningError
		if !errors.As(err, &absent) {
			t.Errorf("find: %v", err)
		}
		_, err = clientAt(t, socket, Options{}).Load(background, imageOf(t, layerOf(1, 2000, nil)), progress.New(nil))
		wantError(t, err, "no containerd answers at unix://"+socket, "start containerd", "CONTAINERD_ADDRESS")
	}
}

// TestPermission needs another user than root, who may use every socket.
func TestPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may use every socket")
	}
	f := startFake(t)
	if err := os.Chmod(f.socket, 0); err != nil {
		t.Fatal(err)
	}
	_, err := f.client.Ping(background)
	var refused *endpoint.PermissionError
	if !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
}
