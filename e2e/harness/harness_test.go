package harness

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestRootIsTheRepository(t *testing.T) {
	if !isFile(filepath.Join(Root(), "e2e/doc.go")) {
		t.Errorf("Root() = %s", Root())
	}
}

func TestCommandResult(t *testing.T) {
	r := Command{Dir: "/", Env: []string{"WORD=hi", "PATH=/usr/bin:/bin"}, Args: []string{"sh", "-c", `echo "$WORD $PWD"; echo no >&2; exit 3`}}.Run(t)
	if r.Stdout != "hi /\n" || r.Stderr != "no\n" || r.Status != 3 {
		t.Error(r)
	}
	r.MustFail(t, 3)
}

func TestEnvironment(t *testing.T) {
	t.Setenv("DOCKER_HOST", "unix:///somebody's")
	t.Setenv("BAZELW_ROOT", "")
	t.Setenv("STRATA_TEST_GONE", "here")
	got := environment([]string{"STRATA_TEST_SET=now", "STRATA_TEST_GONE"})
	for setting, want := range map[string]bool{
		"DOCKER_HOST=unix:///somebody's": false,
		"BAZELW_ROOT=test":               true,
		"STRATA_TEST_SET=now":            true,
		"STRATA_TEST_GONE=here":          false,
	} {
		if slices.Contains(got, setting) != want {
			t.Errorf("%s: there is %v, want %v", setting, !want, want)
		}
	}
}

func TestTempDirsAreRemovedWithReadOnlyFolders(t *testing.T) {
	var dir string
	t.Run("in use", func(t *testing.T) {
		dir = TempDir(t)
		if len(dir) > 60 {
			t.Errorf("%s: too long for a socket's folder", dir)
		}
		inner := filepath.Join(dir, "a/b")
		if err := os.MkdirAll(inner, 0o755); err != nil {
			t.Fatal(err)
		}
		WriteFile(t, filepath.Join(inner, "file"), "")
		if err := os.Chmod(inner, 0o555); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// sampleArchive has three layers.
func sampleArchive() *Archive {
	return &Archive{
		Name: "sample:latest",
		Config: map[string]any{
			"os":      "linux",
			"rootfs":  map[string]any{"type": "layers", "diff_ids": []any{"sha256:a", "sha256:b", "sha256:c"}},
			"history": []any{"A", "B", "C"},
		},
		Layers: []LayerTar{[]byte("a"), []byte("b"), []byte("c")},
	}
}

func TestArchiveRoundTrip(t *testing.T) {
	data, err := sampleArchive().encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := readArchive(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	want := sampleArchive()
	want.ConfigDigest = got.ConfigDigest
	if !reflect.DeepEqual(got, want) || !strings.HasPrefix(got.ConfigDigest, "sha256:") {
		t.Errorf("got %+v", got)
	}
}

func TestArchiveWithoutALayer(t *testing.T) {
	whole := sampleArchive()
	part := whole.Without(1, "part:latest")
	if !reflect.DeepEqual(whole, sampleArchive()) {
		t.Errorf("the whole has changed: %+v", whole)
	}
	want := &Archive{
		Name: "part:latest",
		Config: map[string]any{
			"os":      "linux",
			"rootfs":  map[string]any{"type": "layers", "diff_ids": []any{"sha256:a", "sha256:c"}},
			"history": []any{"A", "C"},
		},
		Layers: []LayerTar{[]byte("a"), []byte("c")},
	}
	if !reflect.DeepEqual(part, want) {
		t.Errorf("got %+v", part)
	}
}

func TestReadArchiveRejects(t *testing.T) {
	if _, err := readArchive(strings.NewReader("not a tar, whatever it is, and long enough to be one" + strings.Repeat(".", 600))); err == nil {
		t.Error("read what is not an archive")
	}
	a := sampleArchive()
	a.Name = ""
	data, err := a.encode()
	if err != nil {
		t.Fatal(err)
	}
	data = bytes.ReplaceAll(data, []byte(`"RepoTags":[""]`), []byte(`"RepoTags":[  ]`))
	if _, err := readArchive(bytes.NewReader(data)); err == nil {
		t.Error("read an archive whose image has no name")
	}
}

func TestReadSpawns(t *testing.T) {
	log := `{"mnemonic": "ObjectLayer", "targetLabel": "@@//a:b", "runner": "linux-sandbox", "other": {"x": 1}}
{
  "mnemonic": "ImageConfig",
  "targetLabel": "//:image",
  "cacheHit": true,
  "runner": "disk cache hit"
}`
	got, err := readSpawns(strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	want := []Spawn{
		{Mnemonic: "ImageConfig", TargetLabel: "//:image", Runner: "disk cache hit", CacheHit: true},
		{Mnemonic: "ObjectLayer", TargetLabel: "@@//a:b", Runner: "linux-sandbox"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	if got[1].String() != "ObjectLayer //a:b" {
		t.Error(got[1])
	}
	if _, err := readSpawns(strings.NewReader(`{"mnemonic": "Cut`)); err == nil {
		t.Error("read a log that is cut")
	}
}

// TestPopularityOrder: the second definition gives the known answers too.
func TestPopularityOrder(t *testing.T) {
	var known struct {
		Cases []struct {
			Graph      []NixObject
			Popularity []string
		}
	}
	if err := json.Unmarshal([]byte(ReadFile(t, filepath.Join(Root(), "go/layering/testdata/orders.json"))), &known); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for i, c := range known.Cases {
		if len(c.Graph) > 100 {
			continue // the counts are larger than this definition's numbers
		}
		tried++
		graph := map[string][]string{}
		for _, object := range c.Graph {
			graph[object.Path] = object.References
		}
		if got := PopularityOrder(graph); !slices.Equal(got, c.Popularity) {
			t.Errorf("case %d: got\n%s\nwant\n%s", i, strings.Join(got, "\n"), strings.Join(c.Popularity, "\n"))
		}
	}
	if tried < 3 {
		t.Errorf("only %d known answers were tried", tried)
	}
}

// TestPopularityOrderOfMoreThanObjects: what is not a store object counts, and
// is not in the result.
func TestPopularityOrderOfMoreThanObjects(t *testing.T) {
	graph := map[string][]string{"/a-a": nil, "/b-b": nil}
	if got := PopularityOrder(graph); !slices.Equal(got, []string{"/a-a", "/b-b"}) {
		t.Error(got)
	}
	graph["config"] = []string{"/b-b"}
	if got := PopularityOrder(graph); !slices.Equal(got, []string{"/b-b", "/a-a"}) {
		t.Errorf("with a config that refers to b: %s", got)
	}
}

func TestCopyWorkspaceUsesACheckout(t *testing.T) {
	for _, checkout := range []string{Root(), "/another/checkout"} {
		dir, err := copyWorkspace("e2e/objects", t.TempDir(), checkout)
		if err != nil {
			t.Fatal(err)
		}
		if text := ReadFile(t, filepath.Join(dir, "MODULE.bazel")); !strings.Contains(text, `path = "`+checkout+`"`) {
			t.Error(text)
		}
		if !isFile(filepath.Join(dir, "incremental/base.txt")) {
			t.Error("a file of the workspace is not there")
		}
	}
}

// failing is a test that notes how it ended.
type failing struct {
	testing.TB
	failed, skipped string
}

func (f *failing) Helper()      {}
func (f *failing) Name() string { return "TestSample" }
func (f *failing) Fatalf(format string, args ...any) {
	f.failed = format
	panic(f)
}
func (f *failing) Skip(args ...any) {
	f.skipped = args[0].(string)
	panic(f)
}

func ended(f func(t testing.TB)) (t *failing) {
	t = &failing{}
	defer func() { recover() }()
	f(t)
	return t
}

func TestNeed(t *testing.T) {
	there := requirement("air", func() error { return nil })
	missing := requirement("a moon base", func() error { return os.ErrNotExist })
	file := filepath.Join(t.TempDir(), "list")
	t.Setenv("STRATA_E2E_NOT_RUN", file)
	before := notRun.lines
	defer func() { notRun.lines = before }()
	notRun.lines = nil

	t.Setenv("CI", "")
	t.Setenv("STRATA_E2E_STRICT", "")
	if got := ended(func(t testing.TB) { Need(t, there) }); got.failed+got.skipped != "" {
		t.Errorf("nothing is missing: %+v", got)
	}
	if got := ended(func(t testing.TB) { Need(t, there, missing) }); got.failed != "" || !strings.Contains(got.skipped, "a moon base") {
		t.Errorf("something is missing: %+v", got)
	}
	var said strings.Builder
	report(&said)
	const line = "not run: TestSample: needs a moon base: file does not exist\n"
	if said.String() != line || ReadFile(t, file) != line {
		t.Errorf("reported %q, in the file %q", said.String(), ReadFile(t, file))
	}
	for _, name := range []string{"CI", "STRATA_E2E_STRICT"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "1")
			if got := ended(func(t testing.TB) { Need(t, missing) }); got.failed == "" {
				t.Errorf("something is missing: %+v", got)
			}
		})
	}
}
