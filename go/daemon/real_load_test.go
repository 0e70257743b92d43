package daemon

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// realHost is the address of the daemon to test with, on a Unix socket.
func realHost(t *testing.T) string {
	t.Helper()
	host := os.Getenv("STRATA_TEST_DOCKER_HOST")
	if host == "" {
		t.Skip("set STRATA_TEST_DOCKER_HOST to a Docker daemon's address to run this test")
	}
	return host
}

// removeReal removes an image with all its names, if it is there.
func removeReal(t *testing.T, c *Client, ref string) {
	t.Helper()
	for {
		state, err := c.inspect(background, ref)
		if err != nil {
			return
		}
		if err := c.call(background, http.MethodDelete, "/images/"+state.ID, url.Values{"force": {"1"}}, nil, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// checkReal checks that a name is our image, all of which is there, that it
// runs, and that nothing else is left of an image without a name.
func checkReal(t *testing.T, c *Client, name string, img archive.Image) {
	t.Helper()
	state, err := c.inspect(background, name)
	if err != nil {
		t.Error(err)
		return
	}
	hybrid, err := archive.NewHybrid(img)
	if err != nil {
		t.Fatal(err)
	}
	if l := (&loader{hybrid: hybrid}); !l.whole(state) {
		t.Errorf("%s is %+v", name, state)
	}
	if runtime.GOARCH == "amd64" {
		code, err := c.Run(background, RunOptions{Image: name, Network: "none", Stdin: strings.NewReader("seven!\n")})
		if code != 7 || err != nil {
			t.Errorf("run: %d, %v", code, err)
		}
	}
}

// idOf is the ID that the image has in the daemon's store.
func idOf(t *testing.T, c *Client, img archive.Image) string {
	t.Helper()
	hybrid, err := archive.NewHybrid(img)
	if err != nil {
		t.Fatal(err)
	}
	store, err := c.store(background)
	if err != nil {
		t.Fatal(err)
	}
	return (&loader{hybrid: hybrid, store: store}).id()
}

// danglingReal are the IDs of the images without a name.
func danglingReal(t *testing.T, c *Client) []string {
	t.Helper()
	var answer []struct {
		ID string `json:"Id"`
	}
	if err := c.call(background, http.MethodGet, "/images/json", url.Values{"filters": {`{"dangling":["true"]}`}}, nil, &answer); err != nil {
		t.Fatal(err)
	}
	ids := make([]string, len(answer))
	for i, a := range answer {
		ids[i] = a.ID
	}
	slices.Sort(ids)
	return ids
}

// removeDangling removes the images at the end that lost their names during the
// test: they stay, as docker load leaves them.
func removeDangling(t *testing.T, c *Client) {
	t.Helper()
	before := danglingReal(t, c)
	t.Cleanup(func() {
		for _, id := range danglingReal(t, c) {
			if !slices.Contains(before, id) {
				removeReal(t, c, id)
			}
		}
	})
}

// wholeArchive is what docker load gets.
func wholeArchive(t *testing.T, img archive.Image) []byte {
	t.Helper()
	hybrid, err := archive.NewHybrid(img)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := hybrid.Write(background, &b, archive.HybridOptions{Names: []string{fullName(img.RepoTags[0])}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRealLoadMissing loads an image, and what is made of it by small changes,
// and counts what travels. STRATA_TEST_LAYERS and STRATA_TEST_LAYER_SIZE set the
// image's layers and their bytes.
func TestRealLoadMissing(t *testing.T) {
	p := startProxy(t, realHost(t))
	removeDangling(t, p.client)
	layers, size := 12, 1<<20
	for variable, value := range map[string]*int{"STRATA_TEST_LAYERS": &layers, "STRATA_TEST_LAYER_SIZE": &size} {
		if text := os.Getenv(variable); text != "" {
			if _, err := fmt.Sscan(text, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	const name, other = "strata-test/missing:1", "localhost:5000/strata-test/other:2"
	first := int(rand.Uint32N(1 << 20))
	all := testimage.Seeds(first, layers)
	store, err := p.client.store(background)
	if err != nil {
		t.Fatal(err)
	}
	upward := store.kind == classicStore
	t.Logf("store %+v, %d layers of %d bytes", store, layers, size)
	steps := []struct {
		name  string
		seeds []int
		names []string
	}{
		{"cold", all, []string{name}},
		{"unchanged", all, []string{name}},
		{"another name", all, []string{name, other}},
		{"top changed", testimage.Changed(all, layers-1, first+1000), []string{name}},
		{"back to the first", all, []string{name}},
		{"middle changed", testimage.Changed(all, layers/2, first+1001), []string{name}},
		{"back to the first", all, []string{name}},
		{"bottom changed", testimage.Changed(all, 0, first+1002), []string{name}},
		{"back to the first", all, []string{name}},
		{"a layer more", append(slices.Clone(all), first+1003), []string{name}},
		{"back to the first", all, []string{name}},
		{"a layer more in the middle", slices.Insert(slices.Clone(all), layers/2, first+1004), []string{name}},
		{"back to the first", all, []string{name}},
		{"three layers changed", testimage.Changed(testimage.Changed(testimage.Changed(all, 2, first+1006), 4, first+1007), layers-2, first+1008), []string{name}},
		{"another image", testimage.Changed(all, 1, first+1005), []string{"strata-test/new:1"}},
	}
	have := map[string]bool{} // the layers, or the chains of them, that are there
	missing := func(seeds []int) int {
		n := 0
		for i := range seeds {
			key := fmt.Sprint(seeds[i])
			if upward {
				key = fmt.Sprint(seeds[:i+1])
			}
			if !have[key] {
				have[key] = true
				n++
			}
		}
		return n
	}
	for _, step := range steps {
		img := testimage.New(t, size, step.seeds, step.names...)
		if step.name == "cold" {
			removeReal(t, p.client, name)
			whole := wholeArchive(t, img)
			begun := time.Now()
			if _, err := p.client.Load(background, bytes.NewReader(whole)); err != nil {
				t.Fatal(err)
			}
			t.Logf("%-28s %2d requests %11d bytes %6.3f s", "docker load", 1, len(whole), time.Since(begun).Seconds())
			removeReal(t, p.client, name)
		}
		want := missing(step.seeds)
		if store.kind == podmanStore && step.name == "another image" {
			want = layers - 1 // it has no image to guess from
		}
		p.reset(0, nil)
		reporter := progress.New(nil)
		begun := time.Now()
		loaded, err := p.client.Engine().Load(background, img, reporter)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		took := time.Since(begun)
		requests, sent := p.counts()
		t.Logf("%-28s %2d requests %11d bytes %6.3f s: %s", step.name, requests, sent, took.Seconds(), reporter.Summary())
		if got, _ := reporter.Sent(); got != want {
			t.Errorf("%s: %d layers were sent, want %d", step.name, got, want)
		}
		if names, err := p.client.ownNames(background, step.names); err != nil || !slices.Equal(loaded.Names, names) {
			t.Errorf("%s: names %q, want %q, %v", step.name, loaded.Names, names, err)
		}
		for _, n := range step.names {
			checkReal(t, p.client, n, img)
		}
	}
	for _, ref := range []string{name, other, "strata-test/new:1"} {
		removeReal(t, p.client, ref)
	}
}

// TestRealOldAPI speaks versions of the API in which no daemon tells whether all
// of an image is there.
func TestRealOldAPI(t *testing.T) {
	p := startProxy(t, realHost(t))
	removeDangling(t, p.client)
	if _, err := p.client.Ping(background); err != nil {
		t.Fatal(err)
	}
	const name, other, size = "strata-test/old-api:1", "localhost/strata-test/old-api:2", 1 << 16
	first := int(rand.Uint32N(1 << 20))
	for _, version := range []string{"1.47", "1.44"} {
		p.client.version = version
		for _, seeds := range [][]int{testimage.Seeds(first, 3), testimage.Seeds(first, 3), testimage.Changed(testimage.Seeds(first, 3), 1, first+10)} {
			img := testimage.New(t, size, seeds, name, other)
			loaded, err := p.client.LoadMissing(background, img, progress.New(nil))
			if err != nil {
				t.Fatal(err)
			}
			if image, err := p.client.InspectImage(background, other); err != nil || image.ID != loaded.ID {
				t.Errorf("API %s: loaded %+v, but %s is %+v, %v", version, loaded, other, image, err)
			}
			p.client.version = newestVersion
			checkReal(t, p.client, name, img)
			p.client.version = version
		}
		p.client.version = newestVersion
		removeReal(t, p.client, name)
	}
}

// TestRealLoadKilled ends loads after some bytes: the name means the old image
// until it means the new one, and the next load brings it.
func TestRealLoadKilled(t *testing.T) {
	p := startProxy(t, realHost(t))
	removeDangling(t, p.client)
	const name, layers, size = "strata-test/killed:1", 6, 1 << 18
	first := int(rand.Uint32N(1 << 20))
	old := testimage.New(t, size, testimage.Seeds(first, layers), name)
	if _, err := p.client.LoadMissing(background, old, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		img := testimage.New(t, size, testimage.Changed(testimage.Seeds(first, layers), i%layers, first+100+i), name)
		ctx, cancel := context.WithCancel(background)
		p.reset(1+rand.Int64N(int64(layers-i%layers)*size), cancel)
		_, err := p.client.LoadMissing(ctx, img, progress.New(nil))
		cancel()
		if err == nil {
			old = img
		}
		t.Logf("killed in layer %d: %v", i%layers, err)
		checkReal(t, p.client, name, old)
		if _, err := p.client.LoadMissing(background, img, progress.New(nil)); err != nil {
			t.Fatal(err)
		}
		checkReal(t, p.client, name, img)
		old = img
	}
	removeReal(t, p.client, name)
}

// TestRealBrokenTag lets the containerd store break a tag as a careless loader
// would, and repairs it.
func TestRealBrokenTag(t *testing.T) {
	p := startProxy(t, realHost(t))
	removeDangling(t, p.client)
	const name, size = "strata-test/broken:1", 1 << 18
	first := int(rand.Uint32N(1 << 20))
	img := testimage.New(t, size, testimage.Seeds(first, 5), name)
	hybrid, err := archive.NewHybrid(img)
	if err != nil {
		t.Fatal(err)
	}
	for _, missing := range []int{0, 2, 4} {
		removeReal(t, p.client, name)
		r, w := io.Pipe()
		go func() {
			w.CloseWithError(hybrid.Write(background, w, archive.HybridOptions{
				Names: []string{fullName(name)}, Omit: map[string]bool{img.Layers[missing].DiffID: true},
			}))
		}()
		_, err := p.client.Load(background, r)
		t.Logf("broken by force: %v", err)
		if _, err := p.client.LoadMissing(background, img, progress.New(nil)); err != nil {
			t.Fatal(err)
		}
		checkReal(t, p.client, name, img)
	}
	removeReal(t, p.client, name)
}

// TestRealTooManyLayers asks the daemon for more layers than it mounts.
func TestRealTooManyLayers(t *testing.T) {
	p := startProxy(t, realHost(t))
	removeDangling(t, p.client)
	store, err := p.client.store(background)
	if err != nil {
		t.Fatal(err)
	}
	if store.kind != classicStore {
		t.Skip("only the classic store has a limit of its own")
	}
	const name = "strata-test/deep:1"
	img := testimage.New(t, 1, testimage.Seeds(0, maxClassicLayers+1), name)
	_, err = p.client.LoadMissing(background, img, progress.New(nil))
	wantError(t, err, "126 layers", "at most 125", "max_layers")
	if _, err := p.client.Load(background, bytes.NewReader(wholeArchive(t, img))); err == nil {
		t.Error("the daemon takes more layers than we thought")
	} else {
		t.Logf("the daemon itself: %v", err)
	}
	img = testimage.New(t, 1, testimage.Seeds(0, maxClassicLayers), name)
	if _, err := p.client.LoadMissing(background, img, progress.New(nil)); err != nil {
		t.Error(err)
	}
	removeReal(t, p.client, name)
}
