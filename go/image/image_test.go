package image

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	app   = store.Path("/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-app")
	lib   = store.Path("/nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-lib")
	other = store.Path("/nix/store/cccccccccccccccccccccccccccccccc-other")
)

// metadata describes a layer that is nowhere.
func metadata(digit string, paths ...store.Path) layer.Metadata {
	return layer.Metadata{Version: 1, DiffID: "sha256:" + strings.Repeat(digit, 64), Size: 10240, Entries: 4, StorePaths: paths}
}

func planOf(layers ...[]store.Path) *layering.Plan {
	return &layering.Plan{Layers: layers, Strategy: "popularity", Version: 1}
}

// settings are those of the golden config.
func settings() Settings {
	return Settings{
		User:         json.RawMessage(`{"Env": ["A=<&>"], "Cmd": ["/bin/app", "ü"], "Healthcheck": {"Test": [], "Interval": 9007199254740993}}`),
		Created:      time.Unix(1, 0),
		OS:           "linux",
		Architecture: "amd64",
	}
}

// sample are a layer of one object, one of two, and the links.
func sample(tb testing.TB) []Layer {
	tb.Helper()
	plan := planOf([]store.Path{lib}, []store.Path{other, app})
	single := map[store.Path]layer.Metadata{lib: metadata("b", lib), app: metadata("a", app)}
	layers, err := Assemble(nil, plan, single, &Shared{Layers: []layer.Metadata{metadata("d", other, app)}}, metadata("e"))
	if err != nil {
		tb.Fatal(err)
	}
	return layers.Layers
}

func TestAssemble(t *testing.T) {
	want := []Layer{
		{DiffID: "sha256:" + strings.Repeat("b", 64), Entries: 4, Kind: StoreLayer, ObjectSizes: []int64{10240}, Size: 10240, StorePaths: []store.Path{lib}},
		{DiffID: "sha256:" + strings.Repeat("d", 64), Entries: 4, Kind: StoreLayer, ObjectSizes: []int64{0, 10240}, Size: 10240, StorePaths: []store.Path{other, app}},
		{DiffID: "sha256:" + strings.Repeat("e", 64), Entries: 4, Kind: CustomisationLayer, Size: 10240, StorePaths: []store.Path{}},
	}
	got := sample(t)
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, l := range got {
		if l.StorePaths == nil {
			t.Errorf("%v: store paths would be null in JSON", l)
		}
	}
	t.Run("no object", func(t *testing.T) {
		got, err := Assemble(nil, planOf(), nil, nil, metadata("e"))
		if err != nil || len(got.Layers) != 1 || got.Layers[0].Kind != CustomisationLayer {
			t.Errorf("got %v, %v", got, err)
		}
	})
}

func TestAssembleErrors(t *testing.T) {
	single := map[store.Path]layer.Metadata{lib: metadata("b", lib), app: metadata("a", app)}
	shared := &Shared{Layers: []layer.Metadata{metadata("d", lib, app)}}
	for _, test := range []struct {
		name    string
		plan    *layering.Plan
		shared  *Shared
		wantErr string
	}{
		{"object without a layer", planOf([]store.Path{lib}, []store.Path{other}), shared, "layer 2 of the plan: no --layer describes " + string(other)},
		{"no shared layers", planOf([]store.Path{lib, app}), nil, "layer 1 of the plan holds 2 objects, from " + string(lib) + " on, and no --rest describes it"},
		{"in another order", planOf([]store.Path{app, lib}), shared, "layer 1 of the plan holds 2 objects, from " + string(app)},
		{"fewer objects", planOf([]store.Path{lib, app, other}), shared, "layer 1 of the plan holds 3 objects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Assemble(nil, test.plan, single, test.shared, metadata("e"))
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %s", err, test.wantErr)
			}
		})
	}
}

const goldenConfig = `{"architecture":"amd64",` +
	`"config":{"Cmd":["/bin/app","ü"],"Env":["A=<&>"],"Healthcheck":{"Interval":9007199254740993,"Test":[]}},` +
	`"created":"1970-01-01T00:00:01Z",` +
	`"history":[` +
	`{"comment":"store paths: ['/nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-lib']","created":"1970-01-01T00:00:01Z"},` +
	`{"comment":"store paths: ['/nix/store/cccccccccccccccccccccccccccccccc-other', '/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-app']","created":"1970-01-01T00:00:01Z"},` +
	`{"comment":"customisation layer","created":"1970-01-01T00:00:01Z"}],` +
	`"os":"linux",` +
	`"rootfs":{"diff_ids":["sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",` +
	`"sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd",` +
	`"sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"],"type":"layers"}}` + "\n"

func TestConfig(t *testing.T) {
	got, err := Config(settings(), sample(t))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != goldenConfig {
		t.Errorf("got\n%swant\n%s", got, goldenConfig)
	}
	if got, want := ID(got), "sha256:444c96ad02a31373a5d77a8b96a805b52a1984374491c55c2ce75334388f430f"; got != want {
		t.Errorf("ID: got %s, want %s", got, want)
	}
	if got, want := ContentTag(got), "03s3iww38lz75ifcb4a46y21jamm0nl9"; got != want {
		t.Errorf("tag: got %s, want %s", got, want)
	}
	t.Run("no layers", func(t *testing.T) {
		got, err := Config(settings(), nil)
		if err != nil || !strings.Contains(string(got), `"history":[],`) || !strings.Contains(string(got), `"diff_ids":[]`) {
			t.Errorf("got %s, %v", got, err)
		}
	})
}

// TestConfigCreated: times are written in UTC, as RFC 3339 wants them.
func TestConfigCreated(t *testing.T) {
	for _, test := range []struct {
		created time.Time
		want    string
	}{
		{time.Unix(0, 0), "1970-01-01T00:00:00Z"},
		{time.Date(2024, 2, 29, 1, 0, 0, 500, time.FixedZone("", 7200)), "2024-02-28T23:00:00.0000005Z"},
		{time.Unix(253402300799, 0), "9999-12-31T23:59:59Z"},
		{time.Unix(-62167219200, 0), "0000-01-01T00:00:00Z"},
	} {
		s := settings()
		s.Created = test.created
		got, err := Config(s, sample(t))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(got), `"created":"`+test.want+`"`); n != 4 {
			t.Errorf("%s is there %d times: %s", test.want, n, got)
		}
		var back struct{ Created time.Time }
		if err := json.Unmarshal(got, &back); err != nil || !back.Created.Equal(test.created) {
			t.Errorf("%s: %v, %v", test.want, back.Created, err)
		}
	}
}

func TestConfigErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(*Settings)
		wantErr string
	}{
		{"no OS", func(s *Settings) { s.OS = "" }, "config: os: it is empty: give the image's GOOS, such as linux"},
		{"no architecture", func(s *Settings) { s.Architecture = "" }, "config: architecture: it is empty: give the image's GOARCH, such as amd64"},
		{"after the year 9999", func(s *Settings) { s.Created = time.Unix(253402300800, 0) }, "config: created: the year 10000 is not between 0 and 9999, as RFC 3339 wants"},
		{"before the year 0", func(s *Settings) { s.Created = time.Unix(-62167219201, 0) }, "config: created: the year -1 is not between 0 and 9999"},
		{"the largest time", func(s *Settings) { s.Created = time.Unix(math.MaxInt64, 0) }, "config: created: the year"},
		{"user config that is no JSON", func(s *Settings) { s.User = json.RawMessage("{") }, "JSON"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := settings()
			test.change(&s)
			got, err := Config(s, sample(t))
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %s, %v, want %s", got, err, test.wantErr)
			}
		})
	}
}

// TestContentTag: the tag is one, and changes with everything.
func TestContentTag(t *testing.T) {
	seen := map[string]string{}
	for _, test := range []struct {
		name   string
		change func(*Settings, []Layer) []Layer
	}{
		{"nothing", func(_ *Settings, l []Layer) []Layer { return l }},
		{"user config", func(s *Settings, l []Layer) []Layer { s.User = json.RawMessage(`{}`); return l }},
		{"created", func(s *Settings, l []Layer) []Layer { s.Created = time.Unix(2, 0); return l }},
		{"os", func(s *Settings, l []Layer) []Layer { s.OS = "windows"; return l }},
		{"architecture", func(s *Settings, l []Layer) []Layer { s.Architecture = "arm64"; return l }},
		{"first layer", func(_ *Settings, l []Layer) []Layer { l[0].DiffID = metadata("0").DiffID; return l }},
		{"last layer", func(_ *Settings, l []Layer) []Layer { l[2].DiffID = metadata("0").DiffID; return l }},
		{"order of layers", func(_ *Settings, l []Layer) []Layer { l[0], l[1] = l[1], l[0]; return l }},
		{"fewer layers", func(_ *Settings, l []Layer) []Layer { return l[1:] }},
		{"a layer twice", func(_ *Settings, l []Layer) []Layer { return append(l, l[0]) }},
	} {
		s := settings()
		layers := test.change(&s, sample(t))
		config, err := Config(s, layers)
		if err != nil {
			t.Fatal(err)
		}
		tag := ContentTag(config)
		if len(tag) != 32 || strings.Trim(tag, store.Base32Alphabet) != "" {
			t.Errorf("%s: tag %q, want 32 characters of Nix's base32", test.name, tag)
		}
		if ContentTag(slices.Clone(config)) != tag {
			t.Errorf("%s: the tag is not the same twice", test.name)
		}
		if before, ok := seen[tag]; ok {
			t.Errorf("%s and %s have the same tag", before, test.name)
		}
		seen[tag] = test.name
	}
}

// TestConfigUserOrder: how the user's JSON is spelled does not matter.
func TestConfigUserOrder(t *testing.T) {
	want := ""
	for _, user := range []string{
		`{"Cmd":["a"],"Env":["<"]}`,
		"{ \"Env\" : [\"\\u003c\"],\n\t\"Cmd\": [ \"a\" ] }",
	} {
		s := settings()
		s.User = json.RawMessage(user)
		config, err := Config(s, sample(t))
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = ID(config)
		}
		if got := ID(config); got != want {
			t.Errorf("%s: got %s, want %s", user, got, want)
		}
	}
}
