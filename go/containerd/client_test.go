package containerd

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	contentapi "github.com/containerd/containerd/api/services/content/v1"
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
	stuck, wait := false, f.waiter()
	f.fail = func(called string, _ int) error {
		if stuck = stuck || called == method; stuck {
			wait()
		}
		return nil
	}
}

// waiter makes a function that waits for the end of the test, while others may
// use the fake.
func (f *fake) waiter() (wait func()) {
	stop := make(chan struct{})
	f.t.Cleanup(func() { close(stop) })
	return func() {
		f.mu.Unlock()
		defer f.mu.Lock()
		<-stop
	}
}

// wantSeen checks that a request of the method came.
func (f *fake) wantSeen(method string) {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.requests[method] == 0 {
		f.t.Errorf("it was never asked for %s: %v", method, f.requests)
	}
}

// TestSilence: a containerd that hangs is told from one that works.
func TestSilence(t *testing.T) {
	for _, method := range []string{
		"Namespaces/Get", "Images/Get", "Leases/Create", "Content/Write", "Content/List", "Snapshots/Stat",
		"Snapshots/Prepare", "Diff/Apply", "Snapshots/Commit", "Images/Create",
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel() // they wait for most of the time
			f := startFake(t)
			// A request before it, however slow, is not to be taken for it.
			f.client.patience, f.client.pingTimeout, f.client.maxStalls = 20*time.Millisecond, time.Second, 1<<20
			f.hang(method)
			_, err := f.client.Load(background, imageOf(t, layerOf(1, 2000, nil)), progress.New(nil))
			wantError(t, err, "load an image: "+f.client.String(), "no answer for ", ", nor does it tell its version (no answer for 1s): see", "restart it")
			f.wantSeen(method)
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

// TestNoVersion: why containerd does not tell its version is in the error, and
// what was tried is not tried again.
func TestNoVersion(t *testing.T) {
	for _, code := range []codes.Code{codes.Unavailable, codes.PermissionDenied} {
		for _, method := range []string{"Images/Get", "Content/Write"} {
			t.Run(code.String()+" "+method, func(t *testing.T) {
				f := startFake(t)
				f.client.patience, f.client.maxStalls = 5*time.Millisecond, 1<<20
				stuck, wait := false, f.waiter()
				f.fail = func(called string, _ int) error {
					switch {
					case called == method:
						stuck = true
						wait()
					case stuck && called == "Version/Version":
						return status.Error(code, "not today")
					}
					return nil
				}
				_, err := f.client.Load(background, imageOf(t, layerOf(1, 2000, nil)), progress.New(nil))
				wantError(t, err, f.client.String(), "no answer for ", ", nor does it tell its version (not today): see", "restart it")
				var refusal *APIError
				if !errors.As(err, &refusal) || refusal.Code != code {
					t.Errorf("got %#v", err)
				}
				f.mu.Lock()
				defer f.mu.Unlock()
				if n := f.requests[method]; n != 1 {
					t.Errorf("%d requests", n)
				}
			})
		}
	}
}

// TestTakesNothing: a containerd that is alive and takes nothing of a blob is
// stuck.
func TestTakesNothing(t *testing.T) {
	for _, action := range []contentapi.WriteAction{contentapi.WriteAction_STAT, contentapi.WriteAction_WRITE} {
		t.Run(action.String(), func(t *testing.T) {
			f := startFake(t)
			f.client.patience, f.client.maxStalls = 10*time.Millisecond, 5
			layer, wait := layerOf(7, bigSize, nil), f.waiter()
			f.failWrite = func(w write) error {
				if w.ref == ref(layer.DiffID) && w.Action == action {
					wait()
				}
				return nil
			}
			_, err := f.client.Load(background, imageOf(t, layer), progress.New(nil))
			wantError(t, err, "load an image: "+f.client.String(), "layer 1 of 1 (object-7)",
				"it took nothing of what was sent for 50ms, although it tells its version: see", "restart it")
		})
	}
}

// TestSlowCommit: what containerd took it may take any time to write.
func TestSlowCommit(t *testing.T) {
	f := startFake(t)
	f.client.patience, f.client.maxStalls = 5*time.Millisecond, 8
	layer := layerOf(7, 2000, nil)
	img := imageOf(t, layer)
	pings, slow := make(chan struct{}, 1000), false
	f.fail = func(method string, _ int) error {
		if slow && method == "Version/Version" {
			pings <- struct{}{}
		}
		return nil
	}
	f.failWrite = func(w write) error {
		if w.Action == contentapi.WriteAction_COMMIT && w.ref == ref(layer.DiffID) && !w.done {
			slow = true
			f.mu.Unlock()
			defer f.mu.Lock()
			for range 10 {
				<-pings
			}
		}
		return nil
	}
	if _, err := f.client.Load(background, img, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
	f.wantWhole(f.images[helloName].Target)
}

func TestUnavailable(t *testing.T) {
	for _, test := range []struct{ message, want string }{
		{"error reading from server: EOF", "error reading from server: EOF: containerd, or the connection with it, went away: load again when it runs"},
		{"ref strata-sha256:1 locked for 1s: unavailable", "ref strata-sha256:1 locked for 1s: unavailable"},
	} {
		if got := (&APIError{codes.Unavailable, test.message}).Error(); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// TestSlow: containerd may take its time, as long as it is alive.
func TestSlow(t *testing.T) {
	f := startFake(t)
	f.client.patience, f.client.maxStalls = 5*time.Millisecond, 1<<20
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
