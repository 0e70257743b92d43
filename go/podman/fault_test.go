package podman

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/endpoint"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// at makes a fault of those requests whose short form is call.
func at(call string, do func(w http.ResponseWriter, r *http.Request)) func(http.ResponseWriter, *http.Request, string) bool {
	return func(w http.ResponseWriter, r *http.Request, full string) bool {
		if shorten([]string{full}) != call {
			return false
		}
		do(w, r)
		return true
	}
}

// cut takes n bytes of a request's body and closes the connection.
func cut(n int64) func(http.ResponseWriter, *http.Request) {
	return func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.CopyN(io.Discard, r.Body, n)
		panic(http.ErrAbortHandler)
	}
}

// reply takes a request's body and answers; if cutOff, it closes the connection
// then.
func reply(status int, text string, cutOff bool) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
		if cutOff {
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
}

// Whatever happens, the name means the old image, or the new one if all of that
// is there; and the next load brings the new one.
func TestFaults(t *testing.T) {
	const name, full, size = "hello:1", "localhost/hello:1", 200 << 10
	all := testimage.Seeds(1, 5)
	old, img := testimage.New(t, size, all, name), testimage.New(t, size, testimage.Changed(testimage.Changed(all, 1, 50), 3, 51), name)
	for _, test := range []struct {
		name  string
		fault func(http.ResponseWriter, *http.Request, string) bool
		want  []string
	}{
		{"the upload is reset at once", at("load", cut(0)), nil},
		{"the upload is reset in the middle", at("load", cut(size)), nil},
		{"the upload is reset at its end", at("load", cut(1<<30)), []string{"closed the connection"}},
		{"the answer to the upload is cut", at("load", reply(200, `{"Names":["sha2`, true)), []string{"its answer was cut off"}},
		{"the answer to the upload is not JSON", at("load", reply(200, "Loaded", false)), []string{"not the JSON"}},
		{"the answer to the upload has no ID", at("load", reply(200, `{"Names":["localhost/x:1"]}`, false)), []string{"does not tell the ID", "localhost/x:1"}},
		{"the answer to the upload has an unknown ID", at("load", reply(200, `{"Names":["sha256:12"]}`, false)), []string{"sha256:12", "failed to find"}},
		{"the disk is full", at("load", reply(500, `{"message":"payload does not match:\n * oci: not a directory\n * oci-archive: writing blob: no space left on device\n * dir: not a directory","response":500}`, false)), []string{"writing blob: no space left on device"}},
		{"the service refuses early", at("load", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.CopyN(io.Discard, r.Body, 1000)
			refuse(w, 500, "no temporary file")
		}), nil},
		{"the service fails without a message", at("load", reply(502, "", false)), []string{"502 Bad Gateway"}},
		{"naming is reset", at("tag", cut(0)), []string{"give image", full, "closed the connection"}},
		{"naming is refused", at("tag", reply(500, `{"message":"repository name must be lowercase"}`, false)), []string{"give image", full, "must be lowercase"}},
		{"looking is reset", at("inspect", cut(0)), []string{"inspect image sha256:"}},
		{"looking is cut", at("inspect", reply(200, `{"Id":`, true)), []string{"inspect image sha256:", "its answer was cut off"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := startFake(t)
			load(t, f, old, 5, full)
			f.reset(test.fault)
			loaded, err := f.engine.Load(background, img, progress.New(nil))
			wantError(t, err, append(test.want, "load an image: ")...)
			if loaded.ID != "" || f.named(full) != testimage.ID(old) {
				t.Errorf("loaded %+v, %s is %s", loaded, full, f.named(full))
			}
			if strings.Contains(err.Error(), "directory") {
				t.Errorf("error %q has other kinds of archives", err)
			}
			f.reset(nil)
			if _, err := f.engine.Load(background, img, progress.New(nil)); err != nil || f.named(full) != testimage.ID(img) {
				t.Errorf("the next load: %v, %s is %s", err, full, f.named(full))
			}
		})
	}
}

// An image that Podman cannot look at is taken for none.
func TestDamagedImage(t *testing.T) {
	f := startFake(t)
	img := testimage.New(t, 1000, testimage.Seeds(1, 3), "hello:1")
	load(t, f, img, 3, "localhost/hello:1")
	looks := 0
	f.reset(at("inspect", func(w http.ResponseWriter, _ *http.Request) {
		if looks++; looks <= 2 {
			refuse(w, 500, "layer not known")
			return
		}
		f.inspect(w, testimage.ID(img))
	}))
	p := progress.New(nil)
	if _, err := f.engine.Load(background, img, p); err != nil {
		t.Fatal(err)
	}
	if sent, _ := p.Sent(); sent != 3 {
		t.Error(p.Summary())
	}
}

// Podman has another image than ours after it took ours.
func TestWrongAfterwards(t *testing.T) {
	img, other := testimage.New(t, 1000, testimage.Seeds(1, 3), "hello:1"), testimage.New(t, 1000, testimage.Seeds(5, 3))
	f := startFake(t)
	load(t, f, other, 3)
	f.reset(at("load", reply(200, `{"Names":["`+testimage.ID(other)+`"]}`, false)))
	_, err := f.engine.Load(background, img, progress.New(nil))
	wantError(t, err, "other layers than it took", testimage.ID(other))
	f = startFake(t)
	f.reset(at("tag", reply(201, "", false)))
	_, err = f.engine.Load(background, img, progress.New(nil))
	wantError(t, err, "localhost/hello:1", "load it again")
}

func TestKilledLoad(t *testing.T) {
	const full, size = "localhost/hello:1", 100 << 10
	old, img := testimage.New(t, size, testimage.Seeds(1, 3), "hello:1"), testimage.New(t, size, testimage.Seeds(10, 3), "hello:1")
	f := startFake(t)
	load(t, f, old, 3, full)
	for _, call := range []string{"load", "tag", "inspect"} {
		t.Run(call, func(t *testing.T) {
			ctx, cancel := context.WithCancel(background)
			f.reset(at(call, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.CopyN(io.Discard, r.Body, size)
				cancel()
				_, _ = io.Copy(io.Discard, r.Body)
				<-r.Context().Done()
			}))
			if _, err := f.engine.Load(ctx, img, progress.New(nil)); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if f.named(full) != testimage.ID(old) {
				t.Errorf("%s is %s", full, f.named(full))
			}
		})
	}
	f.reset(nil)
	if _, err := f.engine.Load(background, img, progress.New(nil)); err != nil || f.named(full) != testimage.ID(img) {
		t.Errorf("%v, %s is %s", err, full, f.named(full))
	}
}

// The error of a layer is the one that is told, and nothing is loaded.
func TestLayerFails(t *testing.T) {
	broken := errors.New("the store object changed")
	f := startFake(t)
	img := testimage.New(t, 200<<10, testimage.Seeds(1, 3), "hello:1")
	img.Layers[1].Write = func(_ context.Context, w io.Writer) error {
		_, _ = w.Write(make([]byte, 1000))
		return broken
	}
	p := progress.New(nil)
	_, err := f.engine.Load(background, img, p)
	wantError(t, err, "layer 2 of 3 (seed 2)")
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if sent, _ := p.Sent(); sent != 0 || f.named("localhost/hello:1") != "" || len(f.images) > 0 {
		t.Errorf("%s, %d images", p.Summary(), len(f.images))
	}
	img.Layers[1].DiffID = "sha256:12"
	_, err = f.engine.Load(background, img, p)
	wantError(t, err, "load an image: ", "not a diff ID")
}

func TestVersions(t *testing.T) {
	f := startFake(t)
	for version, want := range map[string][]string{
		"3.4.4": {"Podman at unix://" + f.socket, "(from the test)", "speaks version 3.4.4", "at least 4.0", "upgrade Podman", "`-- stream | podman load`"},
		"":      {"(from the test)", "not a Podman service", "CONTAINER_HOST"},
		"x":     {"speaks version x"},
	} {
		f.version = version
		_, err := f.engine.Load(background, testimage.New(t, 10, testimage.Seeds(1, 1), "hello:1"), progress.New(nil))
		wantError(t, err, want...)
		var versionError *VersionError
		if !errors.As(err, &versionError) || versionError.Version != version {
			t.Errorf("got %#v", err)
		}
		_, err = f.engine.Run(background, engine.RunOptions{Image: "hello:1"})
		wantError(t, err, want...)
	}
}

func TestNotThere(t *testing.T) {
	img := archive.Image{Config: []byte(`{"os":"linux","architecture":"amd64"}`)}
	e := engineAt(t, "unix:///nonexistent/podman.sock")
	_, err := e.Load(background, img, progress.New(nil))
	var notRunning *endpoint.NotRunningError
	if !errors.As(err, &notRunning) {
		t.Errorf("got %#v", err)
	}
	wantError(t, err, "no Podman service answers at unix:///nonexistent/podman.sock", "from the test")
	if status, err := e.Run(background, engine.RunOptions{Image: "hello:1"}); status != daemon.ExitNotStarted || !errors.As(err, &notRunning) {
		t.Errorf("run: %d, %v", status, err)
	}
	if os.Geteuid() == 0 {
		return // who may use all sockets
	}
	socket := filepath.Join(shortDir(t), "s")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if err := os.Chmod(socket, 0); err != nil {
		t.Fatal(err)
	}
	var permission *endpoint.PermissionError
	if _, err := engineAt(t, "unix://"+socket).Load(background, img, progress.New(nil)); !errors.As(err, &permission) {
		t.Errorf("got %#v", err)
	}
}
