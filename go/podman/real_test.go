package podman

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/engine"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// realEngine is the service that STRATA_TEST_PODMAN_HOST names, behind a meter.
func realEngine(t *testing.T) (*Engine, *meter) {
	t.Helper()
	host := os.Getenv("STRATA_TEST_PODMAN_HOST")
	if host == "" {
		t.Skip("set STRATA_TEST_PODMAN_HOST to a Podman service's address to run this test")
	}
	e := engineAt(t, host)
	return e, measure(e)
}

// measure puts a meter between an engine and its service.
func measure(e *Engine) *meter {
	m := &meter{RoundTripper: e.http.Transport}
	e.http.Transport = m
	return m
}

// meter counts requests and the bytes of their bodies, and can end something in
// the middle of one.
type meter struct {
	http.RoundTripper

	mu       sync.Mutex
	requests []string
	bytes    int64
	endAfter int64 // bytes of all bodies; 0: never
	end      func()
}

func (m *meter) RoundTrip(r *http.Request) (*http.Response, error) {
	m.mu.Lock()
	m.requests = append(m.requests, r.Method+" "+strings.TrimPrefix(r.URL.Path, apiPath))
	m.mu.Unlock()
	if r.Body != nil {
		r = r.Clone(r.Context())
		r.Body = meteredBody{r.Body, m}
	}
	return m.RoundTripper.RoundTrip(r)
}

type meteredBody struct {
	io.ReadCloser
	m *meter
}

func (b meteredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.m.mu.Lock()
	var end func()
	if b.m.bytes += int64(n); b.m.endAfter > 0 && b.m.bytes >= b.m.endAfter {
		end, b.m.endAfter = b.m.end, 0
	}
	b.m.mu.Unlock()
	if end != nil {
		end()
	}
	return n, err
}

// reset begins to count anew, and has end called once after so many bytes.
func (m *meter) reset(endAfter int64, end func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests, m.bytes, m.endAfter, m.end = nil, 0, endAfter, end
}

func (m *meter) counts() (requests string, bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return shorten(m.requests), m.bytes
}

// remove removes the images that have these names or IDs, if they are there.
func remove(t *testing.T, e *Engine, refs ...string) {
	t.Helper()
	for _, ref := range refs {
		err := e.call(background, http.MethodDelete, "/images/"+ref, url.Values{"force": {"true"}}, nil)
		if err != nil && !errors.Is(err, daemon.ErrNotFound) {
			t.Fatal(err)
		}
	}
}

// checkReal checks that a name means our image, and that it runs.
func checkReal(t *testing.T, e *Engine, name string, img archive.Image) {
	t.Helper()
	found, err := e.inspect(background, name)
	if err != nil {
		t.Error(err)
		return
	}
	if found.id != testimage.ID(img) || len(found.diffIDs) != len(img.Layers) {
		t.Errorf("%s is %+v, want %s", name, found, testimage.ID(img))
	}
	if runtime.GOARCH != "amd64" {
		return
	}
	var stdout, stderr bytes.Buffer
	const said = "hello there\n"
	status, err := e.Run(background, engine.RunOptions{
		Image: name, Network: "none", Stdin: strings.NewReader(said), Stdout: &stdout, Stderr: &stderr,
	})
	if err != nil || status != len(said) || stdout.String() != said || stderr.String() != said {
		t.Errorf("run of %s: status %d, %q, %q, %v", name, status, &stdout, &stderr, err)
	}
}

// number is what an environment variable says, or else n.
func number(t *testing.T, variable string, n int) int {
	t.Helper()
	if text := os.Getenv(variable); text != "" {
		if _, err := fmt.Sscan(text, &n); err != nil {
			t.Fatalf("%s: %v", variable, err)
		}
	}
	return n
}

// podmanLoad does what `podman load` does with a docker archive on its standard
// input. It returns the name that the image got.
func podmanLoad(t *testing.T, e *Engine, img archive.Image) string {
	t.Helper()
	r, w := io.Pipe()
	go func() { w.CloseWithError(archive.Write(background, w, img)) }()
	resp, err := e.send(background, http.MethodPost, "/images/load", nil, r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Names []string }
	if err := e.decode(resp, &answer); err != nil || len(answer.Names) != 1 {
		t.Fatal(answer, err)
	}
	return answer.Names[0]
}

// TestRealLoad loads an image, and what is made of it by small changes, and
// counts what travels. STRATA_TEST_LAYERS and STRATA_TEST_LAYER_SIZE set the
// image's layers and their bytes.
func TestRealLoad(t *testing.T) {
	e, m := realEngine(t)
	layers, size := number(t, "STRATA_TEST_LAYERS", 12), number(t, "STRATA_TEST_LAYER_SIZE", 1<<20)
	first := int(rand.Uint32())
	all := testimage.Seeds(first, layers)
	const name, other = "strata-test/load:1", "example.com:5000/strata-test/other:2"
	img := testimage.New(t, size, all, name)
	begun := time.Now()
	whole := podmanLoad(t, e, img)
	_, sent := m.counts()
	if whole != podmanName(name) {
		t.Errorf("podman calls it %s", whole)
	}
	t.Logf("%-24s %11d bytes %7.3f s", "podman load", sent, time.Since(begun).Seconds())
	remove(t, e, whole)

	var left []string
	for _, step := range []struct {
		name   string
		seeds  []int
		names  []string
		layers int // that have to travel
	}{
		{"cold", all, []string{name}, layers},
		{"unchanged", all, []string{name}, 0},
		{"another name", all, []string{name, other}, 0},
		{"top", testimage.Changed(all, layers-1, first-1), []string{name}, 1},
		{"middle", testimage.Changed(all, layers/2, first-2), []string{name}, 1},
		{"bottom", testimage.Changed(all, 0, first-3), []string{name}, 1},
		{"a layer more", append(slices.Clone(all), first-4), []string{name}, 1},
		{"one more in the middle", slices.Insert(slices.Clone(all), layers/2, first-5), []string{name}, 1},
		{"another tag", testimage.Changed(all, 1, first-6), []string{"strata-test/load:2"}, 1},
	} {
		if step.name != "cold" {
			if _, err := e.Load(background, img, progress.New(nil)); err != nil {
				t.Fatal(err)
			}
		}
		img := testimage.New(t, size, step.seeds, step.names...)
		left = append(left, testimage.ID(img))
		m.reset(0, nil)
		p := progress.New(nil)
		begun := time.Now()
		loaded, err := e.Load(background, img, p)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		took := time.Since(begun)
		requests, sent := m.counts()
		t.Logf("%-24s %11d bytes %7.3f s: %s (%s)", step.name, sent, took.Seconds(), p.Summary(), requests)
		if got, _ := p.Sent(); got != step.layers && !(step.name == "another tag" && size*layers < worthAsking) {
			t.Errorf("%s: %d layers were sent, want %d", step.name, got, step.layers)
		}
		if loaded.ID != testimage.ID(img) || !slices.Equal(loaded.Names, namesOf(step.names)) {
			t.Errorf("%s: loaded %+v", step.name, loaded)
		}
		for _, n := range step.names {
			checkReal(t, e, n, img)
		}
	}
	remove(t, e, left...)
}

// TestRealNames compares names with those that Podman gives.
func TestRealNames(t *testing.T) {
	e, _ := realEngine(t)
	img := testimage.New(t, 1000, []int{int(rand.Uint32())})
	id := testimage.ID(img)
	for _, name := range []string{"strata-test", "strata-test/a:1", "docker.io/strata-test:1", "docker.io/me/strata-test:1", "example.com/strata-test:1", "localhost:5000/strata-test", "localhost/strata-test:3"} {
		img.RepoTags = []string{name}
		loaded, err := e.Load(background, img, progress.New(nil))
		if err != nil || loaded.ID != id {
			t.Fatal(loaded, err)
		}
	}
	img.RepoTags = nil
	if loaded, err := e.Load(background, img, progress.New(nil)); err != nil || loaded.ID != id || len(loaded.Names) > 0 {
		t.Errorf("without a name: %+v, %v", loaded, err)
	}
	img.RepoTags = []string{"Strata-Test:1"}
	_, err := e.Load(background, img, progress.New(nil))
	wantError(t, err, "capital letters", "Strata-Test:1")
	remove(t, e, id)
}

// TestRealKilledLoad ends loads after some bytes: the name means the old image
// until it means the new one, and the next load brings it.
func TestRealKilledLoad(t *testing.T) {
	e, m := realEngine(t)
	const name, layers, size = "strata-test/killed:1", 6, 1 << 18
	first := int(rand.Uint32())
	old := testimage.New(t, size, testimage.Seeds(first, layers), name)
	left := []string{testimage.ID(old)}
	if _, err := e.Load(background, old, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		img := testimage.New(t, size, testimage.Changed(testimage.Seeds(first, layers), i%layers, first-1-i), name)
		left = append(left, testimage.ID(img))
		ctx, cancel := context.WithCancel(background)
		stop := cancel
		if i >= 4 { // after the upload
			stop = func() { time.AfterFunc(time.Duration(i)*8*time.Millisecond, cancel) }
		}
		m.reset(1+rand.Int64N(size), stop)
		_, err := e.Load(ctx, img, progress.New(nil))
		cancel()
		t.Logf("killed: %v", err)
		if err == nil {
			old = img
		}
		checkReal(t, e, name, old)
		if _, err := e.Load(background, img, progress.New(nil)); err != nil {
			t.Fatal(err)
		}
		checkReal(t, e, name, img)
		old = img
	}
	remove(t, e, left...)
}

// TestRealRun runs what cannot be run.
func TestRealRun(t *testing.T) {
	e, _ := realEngine(t)
	if status, err := e.Run(background, engine.RunOptions{Image: "strata-test/absent:1"}); status != daemon.ExitNotStarted || !errors.Is(err, daemon.ErrNotFound) {
		t.Errorf("an absent image: %d, %v", status, err)
	}
	img := testimage.New(t, 1000, []int{int(rand.Uint32())}, "strata-test/run:1")
	if _, err := e.Load(background, img, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
	if status, err := e.Run(background, engine.RunOptions{Image: "strata-test/run:1", Args: []string{"/absent"}, Network: "none"}); status != daemon.ExitNotFound || err == nil {
		t.Errorf("an absent command: %d, %v", status, err)
	}
	if status, err := e.Run(background, engine.RunOptions{Image: testimage.ID(img), Network: "none"}); status != 0 || err != nil {
		t.Errorf("without input: %d, %v", status, err)
	}
	remove(t, e, testimage.ID(img))
}

// TestRealService starts services with the podman command that
// STRATA_TEST_PODMAN names, and kills one in the middle of a load: what has
// come so far need not come again.
func TestRealService(t *testing.T) {
	program := os.Getenv("STRATA_TEST_PODMAN")
	if program == "" {
		t.Skip("set STRATA_TEST_PODMAN to a podman command to run this test")
	}
	const name, layers, size = "strata-test/service:1", 12, 2 << 20
	img := testimage.New(t, size, testimage.Seeds(int(rand.Uint32()), layers), name)
	for last := false; ; {
		begun := time.Now()
		e, err := start(background, program)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v started in %v", e, time.Since(begun))
		m := measure(e)
		if !last {
			m.reset(layers*size, func() { time.AfterFunc(time.Second, func() { kill(e.service.cmd) }) })
		}
		p := progress.New(nil)
		_, err = e.Load(background, img, p)
		requests, _ := m.counts()
		t.Logf("%s (%s): %v", p.Summary(), requests, err)
		if last || err == nil {
			checkReal(t, e, name, img)
			remove(t, e, testimage.ID(img))
			begun = time.Now()
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			t.Logf("ended in %v", time.Since(begun))
			return
		}
		_ = e.Close()
		last = true
	}
}
