package image

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
)

func diffID(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

// baseInfo is base.json of a base of two layers.
func baseInfo() *baseinfo.Info {
	return &baseinfo.Info{
		ConfigDigest: diffID("9"), Version: 1,
		Layers:     []baseinfo.Layer{{DiffID: diffID("1"), Entries: 7, Size: 1024}, {DiffID: diffID("2"), Entries: 9, Size: 2048}},
		StorePaths: map[store.Path]string{lib: diffID("3"), other: ""},
	}
}

// baseConfig is the config of that base, with history.
const baseConfig = `{"author":"A","architecture":"amd64","variant":"v2","os":"linux","created":"2020-01-01T00:00:00Z","docker_version":"1",` +
	`"config":{"Env":["PATH=/bin"],"Cmd":["sh"]},` +
	`"rootfs":{"type":"layers","diff_ids":["sha256:1111111111111111111111111111111111111111111111111111111111111111","sha256:2222222222222222222222222222222222222222222222222222222222222222"]},` +
	`"history":[{"created":"2020-01-01T00:00:00Z","created_by":"ADD x"},{"created_by":"ENV PATH=/bin","empty_layer":true},{"created_by":"RUN <y>","comment":"buildkit"}]}`

func mustParseBase(t *testing.T, data string) *Base {
	t.Helper()
	b, err := ParseBase([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// onBase are the layers of an image on the base that replaces lib.
func onBase(t *testing.T) *Layers {
	t.Helper()
	plan := &layering.Plan{Layers: [][]store.Path{{lib}, {app}}, LeftOut: []store.Path{other}, Replaced: []store.Path{lib}, Strategy: "popularity", Version: 1}
	white := metadata("f")
	single := map[store.Path]layer.Metadata{lib: metadata("b", lib), app: metadata("a", app), other: metadata("c", other)}
	layers, err := Assemble(baseInfo(), plan, single, &Shared{Whiteouts: &white}, metadata("e"))
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

func TestAssembleOnBase(t *testing.T) {
	got := onBase(t)
	want := []Layer{
		{DiffID: diffID("1"), Entries: 7, Kind: BaseLayer, Size: 1024, StorePaths: []store.Path{}},
		{DiffID: diffID("2"), Entries: 9, Kind: BaseLayer, Size: 2048, StorePaths: []store.Path{}},
		{DiffID: diffID("f"), Entries: 4, Kind: WhiteoutLayer, Size: 10240, StorePaths: []store.Path{lib}},
		{DiffID: diffID("b"), Entries: 4, Kind: StoreLayer, ObjectSizes: []int64{10240}, Size: 10240, StorePaths: []store.Path{lib}},
		{DiffID: diffID("a"), Entries: 4, Kind: StoreLayer, ObjectSizes: []int64{10240}, Size: 10240, StorePaths: []store.Path{app}},
		{DiffID: diffID("e"), Entries: 4, Kind: CustomisationLayer, Size: 10240, StorePaths: []store.Path{}},
	}
	if fmt.Sprint(got.Layers) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got.Layers, want)
	}
	if want := (map[store.Path]string{lib: diffID("b"), other: "", app: diffID("a")}); fmt.Sprint(got.Objects) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got.Objects, want)
	}
	if names := got.Layers[2].WhiteoutNames(); !slices.Equal(names, []string{lib.Base()}) {
		t.Errorf("got %q", names)
	}
	// An image of ours can be a base in turn.
	info := got.BaseInfo([]byte("{}"))
	if info.ConfigDigest != ID([]byte("{}")) || len(info.Layers) != 6 || info.Layers[1] != baseInfo().Layers[1] || info.StorePaths[app] != diffID("a") {
		t.Errorf("got %+v", info)
	}
}

func TestAssembleOnBaseErrors(t *testing.T) {
	plan := &layering.Plan{Layers: [][]store.Path{{lib}}, Replaced: []store.Path{lib}, Strategy: "popularity", Version: 1}
	single := map[store.Path]layer.Metadata{lib: metadata("b", lib)}
	for name, shared := range map[string]*Shared{"no rest": nil, "no whiteouts": {}} {
		if _, err := Assemble(baseInfo(), plan, single, shared, metadata("e")); err == nil || !strings.Contains(err.Error(), "no --rest describes the layer that removes them") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	deep := baseInfo()
	deep.Layers = slices.Repeat(deep.Layers, 62)
	if _, err := Assemble(deep, planOf([]store.Path{lib}, []store.Path{app}), map[store.Path]layer.Metadata{lib: metadata("b", lib), app: metadata("a", app)}, nil, metadata("e")); err == nil ||
		!strings.Contains(err.Error(), "127 layers") || !strings.Contains(err.Error(), "125") || !strings.Contains(err.Error(), "max_layers") {
		t.Errorf("got %v", err)
	}
}

// TestObjectsWithoutLayers: an object that only shares a layer is in the list.
func TestObjectsWithoutLayers(t *testing.T) {
	got, err := Assemble(nil, planOf([]store.Path{lib, app}), map[store.Path]layer.Metadata{lib: metadata("b", lib)}, &Shared{Layers: []layer.Metadata{metadata("d", lib, app)}}, metadata("e"))
	if err != nil {
		t.Fatal(err)
	}
	if id, ok := got.Objects[app]; !ok || id != "" || got.Objects[lib] != diffID("b") {
		t.Errorf("got %v", got.Objects)
	}
}

// TestConfigOnBase: base first, then one entry of history for each layer.
func TestConfigOnBase(t *testing.T) {
	const own = `{"comment":"removed store paths: ['/nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-lib']","created":"1970-01-01T00:00:01Z"},` +
		`{"comment":"store paths: ['/nix/store/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-lib']","created":"1970-01-01T00:00:01Z"},` +
		`{"comment":"store paths: ['/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-app']","created":"1970-01-01T00:00:01Z"},` +
		`{"comment":"customisation layer","created":"1970-01-01T00:00:01Z"}],`
	const rest = `"os":"linux","rootfs":{"diff_ids":["sha256:1111111111111111111111111111111111111111111111111111111111111111",` +
		`"sha256:2222222222222222222222222222222222222222222222222222222222222222","sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",` +
		`"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",` +
		`"sha256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"],"type":"layers"}`
	const kept = `{"created":"2020-01-01T00:00:00Z","created_by":"ADD x"},{"created_by":"ENV PATH=/bin","empty_layer":true},{"comment":"buildkit","created_by":"RUN <y>"},`
	const made = `{"comment":"layer of the base image","created":"2020-01-01T00:00:00Z"},{"comment":"layer of the base image","created":"2020-01-01T00:00:00Z"},`
	change := func(change func(map[string]json.RawMessage)) string {
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(baseConfig), &m); err != nil {
			t.Fatal(err)
		}
		change(m)
		data, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, test := range []struct {
		name, base, arch, want string
		warnings               []string
	}{
		{"history", baseConfig, "amd64", `{"architecture":"amd64","author":"A","config":{"Cmd":["/x"],"Env":["PATH=/bin"]},"created":"1970-01-01T00:00:01Z","history":[` + kept + own + rest + `,"variant":"v2"}`, nil},
		{"no history", change(func(m map[string]json.RawMessage) { delete(m, "history"); delete(m, "variant") }), "amd64",
			`{"architecture":"amd64","author":"A","config":{"Cmd":["/x"],"Env":["PATH=/bin"]},"created":"1970-01-01T00:00:01Z","history":[` + made + own + rest + `}`, nil},
		{"neither history nor time", change(func(m map[string]json.RawMessage) {
			m["history"] = json.RawMessage("null")
			delete(m, "created")
			delete(m, "author")
			delete(m, "config")
		}), "amd64",
			`{"architecture":"amd64","config":{"Cmd":["/x"]},"created":"1970-01-01T00:00:01Z","history":[` + strings.ReplaceAll(made, "2020-01-01T00:00:00Z", "1970-01-01T00:00:01Z") + own + rest + `,"variant":"v2"}`, nil},
		{"history of other layers", change(func(m map[string]json.RawMessage) {
			m["history"] = json.RawMessage(`[{"created_by":"a"}]`)
			m["config"] = json.RawMessage(`{"OnBuild":["RUN x","RUN y"]}`)
		}), "arm64",
			`{"architecture":"arm64","author":"A","config":{"Cmd":["/x"]},"created":"1970-01-01T00:00:01Z","history":[` + made + own + rest + `}`,
			[]string{
				"the base image is for the architecture amd64, the image for arm64",
				"the base image's history does not go with its 2 layers: the image has one with an entry a layer",
				"the base image has 2 ONBUILD triggers, which only a Dockerfile runs: they are dropped",
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := settings()
			s.User, s.Base, s.Architecture = json.RawMessage(`{"Cmd":["/x"]}`), mustParseBase(t, test.base), test.arch
			got, err := Config(s, onBase(t).Layers)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.want+"\n" {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
			if !slices.Equal(s.Warnings(), test.warnings) {
				t.Errorf("warnings %q, want %q", s.Warnings(), test.warnings)
			}
		})
	}
}

func TestConfigOnBaseErrors(t *testing.T) {
	windows := strings.Replace(baseConfig, `"os":"linux"`, `"os":"windows"`, 1)
	for _, test := range []struct {
		name    string
		change  func(*Settings) []Layer
		wantErr string
	}{
		{"base for another OS", func(s *Settings) []Layer { s.Base = mustParseBase(t, windows); return onBase(t).Layers },
			"config: os: the base image is for windows, the image for linux: choose a base image for linux"},
		{"config of another base", func(s *Settings) []Layer { s.Base = mustParseBase(t, baseConfig); return onBase(t).Layers[1:] },
			"config: the base's config has 2 diff IDs that are not those of the base's 1 layers: it is another image's"},
		{"no config", func(*Settings) []Layer { return onBase(t).Layers }, "config: there are 2 layers of a base image, but no config of one"},
		{"inherited field that there is not", func(s *Settings) []Layer {
			s.Base, s.Inherit = mustParseBase(t, baseConfig), []string{"X"}
			return onBase(t).Layers
		}, `config: inherit_config: unknown field "X"`},
	} {
		s := settings()
		layers := test.change(&s)
		if _, err := Config(s, layers); err == nil || !strings.HasPrefix(err.Error(), test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.wantErr)
		}
	}
}

func TestParseBaseErrors(t *testing.T) {
	for _, test := range []struct{ name, data, wantErr string }{
		{"no JSON", "{", "not JSON of a config: "},
		{"no OS", `{"rootfs":{}}`, `it has no "os"`},
		{"no rootfs", `{"os":"linux"}`, `it has no "rootfs"`},
		{"a list for config", `{"os":"linux","rootfs":{},"config":[]}`, "not JSON of a config: "},
		{"not UTF-8", "{\"os\":\"\xff\"}", "byte 7 is not UTF-8"},
	} {
		if _, err := ParseBase([]byte(test.data)); err == nil || !strings.HasPrefix(err.Error(), "config of the base image: "+test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.wantErr)
		}
	}
}

func TestArchitecture(t *testing.T) {
	for _, name := range architectures {
		if err := checkArchitecture(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, test := range []struct{ name, wantErr string }{
		{"x86_64", `"x86_64" is not a GOARCH: write "amd64"`},
		{"AArch64", `"AArch64" is not a GOARCH: write "arm64"`},
		{"i686", `write "386"`},
		{"amd46", `"amd46" is not a GOARCH: want amd64, amd64p32`},
		{"mips32", `want mips, mips64, mips64le, mips64p32, mips64p32le, mipsle`},
		{"Ä", "want 386, amd64, "},
		{"linux/amd64", "want loong64"},
	} {
		if err := checkArchitecture(test.name); err == nil || !strings.Contains(err.Error(), test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.wantErr)
		}
	}
}

// TestDescribeWhiteouts: the step that describes shared layers describes the
// one with whiteouts too, and the image's program makes the same.
func TestDescribeWhiteouts(t *testing.T) {
	plan := &layering.Plan{Layers: [][]store.Path{}, Replaced: []store.Path{lib, other}, Strategy: "popularity", Version: 1}
	shared, err := DescribeShared(plan, nil, layer.DefaultOptions())
	if err != nil || shared.Whiteouts == nil || shared.Whiteouts.Entries != 4 {
		t.Fatalf("got %+v, %v", shared, err)
	}
	plan.Replaced = nil
	if shared, err = DescribeShared(plan, nil, layer.DefaultOptions()); err != nil || shared.Whiteouts != nil {
		t.Errorf("got %+v, %v", shared, err)
	}
}
