package podman

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// load loads an image and checks how many layers were sent and what is there
// then. It returns the requests, in short, and the bytes that were sent.
func load(t *testing.T, f *fake, img archive.Image, layers int, names ...string) (requests string, bytes int64) {
	t.Helper()
	f.reset(nil)
	p := progress.New(nil)
	loaded, err := f.engine.Load(background, img, p)
	if err != nil {
		t.Fatal(err)
	}
	if loaded.ID != testimage.ID(img) || !slices.Equal(loaded.Names, names) {
		t.Errorf("loaded %+v, want %s as %q", loaded, testimage.ID(img), names)
	}
	for _, name := range names {
		if got := f.named(name); got != loaded.ID {
			t.Errorf("%s is %q, want %s", name, got, loaded.ID)
		}
	}
	if sent, _ := p.Sent(); sent != layers {
		t.Errorf("%s, want %d sent", p.Summary(), layers)
	}
	calls, bytes := f.counts()
	return shorten(calls), bytes
}

// shorten makes "inspect inspect load tag inspect" of requests.
func shorten(calls []string) string {
	var short []string
	for _, call := range calls {
		switch {
		case call == "GET /images/json":
			short = append(short, "list")
		case call == "POST /images/load":
			short = append(short, "load")
		case strings.HasSuffix(call, "/tag"):
			short = append(short, "tag")
		case strings.HasSuffix(call, "/json"):
			short = append(short, "inspect")
		default:
			short = append(short, call)
		}
	}
	return strings.Join(short, " ")
}

func wantRequests(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("requests %q, want %q", got, want)
	}
}

// overhead is more than an archive has beside its layers, in bytes, for images
// with few layers.
const overhead = 32 << 10

func TestLoad(t *testing.T) {
	const name, full, size = "hello:latest", "localhost/hello:latest", 100 << 10
	f := startFake(t)
	all := testimage.Seeds(1, 5)
	requests, sent := load(t, f, testimage.New(t, size, all, name), 5, full)
	wantRequests(t, requests, "inspect inspect load tag inspect")
	if sent < 5*size || sent > 5*size+overhead {
		t.Errorf("%d bytes were sent", sent)
	}
	for _, step := range []struct {
		name   string
		seeds  []int
		layers int
		want   string
	}{
		{"unchanged", all, 0, "inspect"},
		{"top", testimage.Changed(all, 4, 100), 1, "inspect inspect load tag inspect"},
		{"unchanged top", testimage.Changed(all, 4, 100), 0, "inspect"},
		{"middle", testimage.Changed(testimage.Changed(all, 4, 100), 2, 101), 1, "inspect inspect load tag inspect"},
		{"bottom", testimage.Changed(testimage.Changed(testimage.Changed(all, 4, 100), 2, 101), 0, 102), 1, "inspect inspect load tag inspect"},
		{"back", all, 0, "inspect tag inspect"},
		{"a layer more", append(slices.Clone(all), 103), 1, "inspect inspect load tag inspect"},
		{"a layer twice", append(slices.Clone(all), 104, 104), 1, "inspect inspect load tag inspect"},
		{"a layer less", all[:4], 0, "inspect inspect load tag inspect"},
		{"no layer", nil, 0, "inspect inspect load tag inspect"},
	} {
		t.Run(step.name, func(t *testing.T) {
			requests, sent := load(t, f, testimage.New(t, size, step.seeds, name), step.layers, full)
			wantRequests(t, requests, step.want)
			if most := int64(step.layers*(size+4096) + overhead); sent > most {
				t.Errorf("%d bytes were sent, want at most %d", sent, most)
			}
		})
	}
}

func TestNames(t *testing.T) {
	f := startFake(t)
	all := testimage.Seeds(1, 2)
	requests, _ := load(t, f, testimage.New(t, 1000, all), 2)
	wantRequests(t, requests, "inspect load inspect")
	requests, _ = load(t, f, testimage.New(t, 1000, all), 0)
	wantRequests(t, requests, "inspect")
	requests, _ = load(t, f, testimage.New(t, 1000, all, "hello:1", "example.com/hello:1"), 0, "localhost/hello:1", "example.com/hello:1")
	wantRequests(t, requests, "inspect tag tag inspect")
	requests, _ = load(t, f, testimage.New(t, 1000, all, "hello:1", "hello"), 0, "localhost/hello:1", "localhost/hello:latest")
	wantRequests(t, requests, "inspect tag inspect")
	// The image of the second name is looked at, too.
	requests, _ = load(t, f, testimage.New(t, 1000, append(slices.Clone(all), 7), "new:1", "hello:1"), 1, "localhost/new:1", "localhost/hello:1")
	wantRequests(t, requests, "inspect inspect inspect load tag tag inspect")
	if got := f.named("example.com/hello:1"); got == "" || got == f.named("localhost/hello:1") {
		t.Errorf("the first image is %q", got)
	}
}

// What Podman has of a large image that it does not know by name.
func TestLargeImage(t *testing.T) {
	const size, layers = 1 << 20, 12
	all := testimage.Seeds(1, layers)
	withImage := func(seeds []int, names ...string) *fake {
		f := startFake(t)
		load(t, f, testimage.New(t, size, seeds, names...), len(seeds), namesOf(names)...)
		return f
	}
	img := testimage.New(t, size, all, "hello:2")
	for _, test := range []struct {
		name     string
		fake     *fake
		layers   int
		requests string
	}{
		{"nothing", startFake(t), layers, "inspect inspect list load load tag inspect"},
		{"another tag", withImage(testimage.Changed(all, 5, 100), "hello:1"), 1, "inspect inspect list inspect load tag inspect"},
		{"another repository", withImage(testimage.Changed(all, 5, 100), "other:1"), 1, "inspect inspect list inspect load tag inspect"},
		{"no name", withImage(testimage.Changed(all, 5, 100)), 1, "inspect inspect list inspect load tag inspect"},
		{"lower ones and one with a name", withImage(testimage.Changed(testimage.Changed(all, 3, 100), 0, 101), "hello:2"), 2, "inspect inspect load tag inspect"},
		{"few in common", withImage(append(testimage.Seeds(100, 8), all[8:]...), "hello:2"), 8, "inspect inspect list load load tag inspect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			requests, _ := load(t, test.fake, img, test.layers, "localhost/hello:2")
			wantRequests(t, requests, test.requests)
		})
	}
	t.Run("layers of a load that failed", func(t *testing.T) {
		f := startFake(t)
		for _, l := range img.Layers[:7] {
			f.layers[l.DiffID] = true
		}
		requests, sent := load(t, f, img, 5, "localhost/hello:2")
		wantRequests(t, requests, "inspect inspect list load load tag inspect")
		if sent > 5*(size+4096)+2*overhead {
			t.Errorf("%d bytes were sent", sent)
		}
	})
	t.Run("all layers, but no image", func(t *testing.T) {
		f := startFake(t)
		for _, l := range img.Layers {
			f.layers[l.DiffID] = true
		}
		requests, _ := load(t, f, img, 0, "localhost/hello:2")
		wantRequests(t, requests, "inspect inspect list load tag inspect")
	})
	t.Run("many images", func(t *testing.T) {
		f := startFake(t)
		for i := range 40 {
			load(t, f, testimage.New(t, 10, []int{1000 + i}, "other:"+string(rune('a'+i%26))+string(rune('a'+i/26))), 1, "localhost/other:"+string(rune('a'+i%26))+string(rune('a'+i/26)))
		}
		load(t, f, testimage.New(t, size, testimage.Changed(all, 5, 100), "hello:1"), layers, "localhost/hello:1")
		requests, _ := load(t, f, img, 1, "localhost/hello:2")
		wantRequests(t, requests, "inspect inspect list inspect load tag inspect")
		other := testimage.New(t, size, testimage.Seeds(200, layers), "third:1")
		requests, _ = load(t, f, other, layers, "localhost/third:1")
		wantRequests(t, requests, "inspect inspect list"+strings.Repeat(" inspect", maxRelatives)+" load load tag inspect")
	})
}

func namesOf(names []string) []string {
	full := []string{}
	for _, name := range names {
		full = append(full, podmanName(name))
	}
	return full
}

// Layers that were there when Podman was asked are gone when it takes the
// archive.
func TestLayersVanish(t *testing.T) {
	const name, full = "hello:1", "localhost/hello:1"
	f := startFake(t)
	all := testimage.Seeds(1, 5)
	load(t, f, testimage.New(t, 1000, all, name), 5, full)
	f.mu.Lock()
	clear(f.layers)
	f.mu.Unlock()
	requests, _ := load(t, f, testimage.New(t, 1000, testimage.Changed(all, 2, 9), name), 5, full)
	wantRequests(t, requests, "inspect inspect load load tag inspect")
	f.mu.Lock()
	have := maps.Clone(f.layers)
	f.mu.Unlock()
	if len(have) != 5 {
		t.Errorf("%d layers", len(have))
	}
}

// podmanName is a name as Podman has it.
func podmanName(text string) string {
	name, err := reference.Parse(text)
	if err != nil {
		panic(err)
	}
	return name.Podman()
}

func TestBadName(t *testing.T) {
	f := startFake(t)
	_, err := f.engine.Load(background, testimage.New(t, 10, testimage.Seeds(1, 1), "hello:1", "UPPER/x"), progress.New(nil))
	wantError(t, err, "load an image: ", `"UPPER/x" is not a name for an image`)
	if requests, _ := f.counts(); len(requests) != 0 {
		t.Errorf("requests %q", requests)
	}
}
