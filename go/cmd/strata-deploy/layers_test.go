package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// objectPath is the store path of an object, made of a number for its hash.
func objectPath(n int, name string) store.Path {
	return store.Path(fmt.Sprintf("/nix/store/%032d-%s", n, name))
}

// storeLayer is a layer of store objects that is nowhere. Its size is the sum
// of theirs.
func storeLayer(digit, why string, sizes []int64, paths ...store.Path) image.Layer {
	l := image.Layer{DiffID: "sha256:" + strings.Repeat(digit, 64), Entries: 3, Kind: image.StoreLayer, ObjectSizes: sizes, StorePaths: paths, Why: why}
	for _, size := range sizes {
		l.Size += size
	}
	return l
}

// makeLayeredImage is makeImage with store layers below the links, and the list
// of the objects.
func makeLayeredImage(t *testing.T, objects string, layers ...image.Layer) (program string) {
	t.Helper()
	program, _ = makeImage(t)
	at := func(name string) string { return filepath.Join(program+".runfiles", name) }
	var below image.Layers
	if err := jsonfile.Read(at("layers.json"), &below); err != nil {
		t.Fatal(err)
	}
	layers = append(layers, below.Layers...)
	config, err := image.Config(image.Settings{User: []byte("{}"), Created: time.Unix(1, 0), OS: "linux", Architecture: "amd64"}, layers)
	if err != nil {
		t.Fatal(err)
	}
	if err := jsonfile.Write(at("layers.json"), image.Layers{Layers: layers, Version: jsonfile.Version}); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"config.json": string(config), "objects": objects} {
		if err := os.WriteFile(at(name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return program
}

// listedImageOfThree has a layer of one object, one of seven, of which a size
// and most labels are not known, and one of a pipeline.
func listedImageOfThree(t *testing.T) (program string) {
	t.Helper()
	paths := []store.Path{objectPath(1, "glibc-2.39")}
	objects := string(paths[0]) + "\x00none\x00@@nix+hub//:glibc\x00glibc\n"
	for n := range 7 {
		paths = append(paths, objectPath(2+n, fmt.Sprintf("part-%d", n)))
	}
	objects += string(paths[3]) + "\x00none\x00//lib/part:two\x00//lib/part\n" + string(paths[4]) + "\x00none\n"
	return makeLayeredImage(t, objects,
		storeLayer("a", "alone: the largest of all", []int64{31 << 20}, paths[0]),
		storeLayer("b", "7 objects of no use alone", []int64{10240, 30720, 20480, 40960, 0, 10240, 10240}, paths[1:]...),
		storeLayer("c", "", []int64{10240}, objectPath(9, "rest")),
	)
}

func TestLayers(t *testing.T) {
	program, _ := makeImage(t)
	r := call(program, "layers")
	if r.status != 0 || r.stderr != "" || !strings.HasPrefix(r.stdout, "1  10.0 KiB  ") || !strings.HasSuffix(r.stdout, "  links to the contents, and what scripts made\n") {
		t.Errorf("got %+v", r)
	}
}

func TestLayersTable(t *testing.T) {
	program := listedImageOfThree(t)
	const first = "1  31.0 MiB   aaaaaaaaaaaa  alone: the largest of all\n" +
		"   31.0 MiB     glibc-2.39  @@nix+hub//:glibc\n" +
		"2  120.0 KiB  bbbbbbbbbbbb  7 objects of no use alone\n" +
		"   40.0 KiB     part-3\n" +
		"   30.0 KiB     part-1\n" +
		"   20.0 KiB     part-2  //lib/part:two\n" +
		"   10.0 KiB     part-0\n" +
		"   10.0 KiB     part-5\n"
	for _, test := range []struct {
		name, want string
		args       []string
	}{
		{"the largest objects", first + "                and 2 more: --all lists them\n", nil},
		{"all objects", first + "   10.0 KiB     part-6\n                part-4\n", []string{"--all"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := call(append([]string{program, "layers"}, test.args...)...)
			before, after, _ := strings.Cut(r.stdout, "3  ")
			if r.status != 0 || r.stderr != "" || before != test.want {
				t.Errorf("got %d, %q:\n%s\nwant\n%s", r.status, r.stderr, before, test.want)
			}
			if !strings.HasPrefix(after, "10.0 KiB   cccccccccccc  put here by the pipeline\n   10.0 KiB     rest\n4  10.0 KiB   ") {
				t.Errorf("got\n%s", after)
			}
		})
	}
}

// TestLayersOfSixObjects: one more than are shown are shown, too.
func TestLayersOfSixObjects(t *testing.T) {
	var paths []store.Path
	for n := range 6 {
		paths = append(paths, objectPath(n, "same"))
	}
	r := call(makeLayeredImage(t, "", storeLayer("d", "all", nil, paths...)), "layers")
	if r.status != 0 || strings.Count(r.stdout, "  same\n") != 6 || strings.Contains(r.stdout, "more") {
		t.Errorf("got %+v", r)
	}
}

// TestLayersOfAHundredObjects: a line for each stays one, however large the
// layer is, and is no wider than its own layer needs.
func TestLayersOfAHundredObjects(t *testing.T) {
	var paths []store.Path
	var sizes []int64
	objects := ""
	for n := range 100 {
		paths = append(paths, objectPath(n, fmt.Sprintf("object-%02d", n)))
		sizes = append(sizes, int64(10240*(n+1)))
		objects += fmt.Sprintf("%s\x00none\x00//pkg:%d\x00//pkg\n", paths[n], n)
	}
	long := objectPath(200, strings.Repeat("x", 100))
	program := makeLayeredImage(t, objects, storeLayer("d", "bucket 1 of 1", sizes, paths...), storeLayer("e", "alone", []int64{10240}, long))
	short := call(program, "layers").stdout
	if lines := strings.Count(short, "\n"); lines != 1+5+1+2+1 {
		t.Errorf("%d lines:\n%s", lines, short)
	}
	if !strings.Contains(short, "\n   1000.0 KiB    object-99  //pkg:99\n") || !strings.Contains(short, "  and 95 more: --all lists them\n") {
		t.Errorf("got\n%s", short)
	}
	all := call(program, "layers", "--all").stdout
	if lines := strings.Count(all, "\n"); lines != 1+100+2+1 || !strings.Contains(all, "    object-00  //pkg:0\n2  ") {
		t.Errorf("%d lines:\n%s", lines, all)
	}
}

func TestLayersOfOtherKinds(t *testing.T) {
	paths := []store.Path{objectPath(1, "one-1"), objectPath(2, "two")}
	for _, test := range []struct{ name, kind, want string }{
		{"of the base", image.BaseLayer, "of the base image"},
		{"whiteouts", image.WhiteoutLayer, "removes objects of the base image that layers above hold with other bytes"},
		{"a top layer of all", image.CustomisationLayer, "links to the contents, and what scripts made"},
		{"of a pipeline", image.StoreLayer, "put here by the pipeline"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := reason(image.Layer{Kind: test.kind, StorePaths: paths}); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	l := image.Layer{DiffID: "sha256:" + strings.Repeat("f", 64), Kind: image.WhiteoutLayer, Size: 10240, StorePaths: paths}
	got := call(makeLayeredImage(t, "", l), "layers").stdout
	if want := "1  10.0 KiB  ffffffffffff  removes objects of the base image that layers above hold with other bytes\n               one-1\n               two\n2  "; !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestLayersAsJSON(t *testing.T) {
	r := call(listedImageOfThree(t), "layers", "--json")
	var got listedImage
	if err := jsonfile.Decode([]byte(r.stdout), &got); err != nil || r.status != 0 || r.stderr != "" {
		t.Fatalf("%+v: %v", r, err)
	}
	if got.Image != "hello:v1" || len(got.Layers) != 4 {
		t.Fatalf("got %+v", got)
	}
	alone, shared, rest, top := got.Layers[0], got.Layers[1], got.Layers[2], got.Layers[3]
	glibc := listedObject{StorePath: objectPath(1, "glibc-2.39"), Name: "glibc-2.39", Size: 31 << 20, Label: "@@nix+hub//:glibc", Origin: "glibc"}
	if alone.Number != 1 || alone.Kind != image.StoreLayer || alone.Size != 31<<20 || alone.Entries != 3 || alone.Why != "alone: the largest of all" ||
		alone.DiffID != "sha256:"+strings.Repeat("a", 64) || len(alone.Objects) != 1 || alone.Objects[0] != glibc {
		t.Errorf("got %+v", alone)
	}
	// All objects, in the order of the tar.
	var names []string
	for _, o := range shared.Objects {
		names = append(names, o.Name)
	}
	if want := "part-0 part-1 part-2 part-3 part-4 part-5 part-6"; strings.Join(names, " ") != want {
		t.Errorf("got %q, want %s", names, want)
	}
	if rest.Why != "put here by the pipeline" || top.Kind != image.CustomisationLayer || top.Number != 4 || top.Objects == nil {
		t.Errorf("got %+v, %+v", rest, top)
	}
	// What is not known is not there.
	var raw struct {
		Layers []struct{ Objects []map[string]any }
	}
	if err := json.Unmarshal([]byte(r.stdout), &raw); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"size", "label", "origin"} {
		if v, ok := raw.Layers[1].Objects[4][field]; ok {
			t.Errorf("%s is %v", field, v)
		}
	}
}

func TestLayersUsage(t *testing.T) {
	program, _ := makeImage(t)
	for _, test := range []struct {
		name   string
		args   []string
		status int
		said   string
	}{
		{"help", []string{"--help"}, 0, "--json"},
		{"unknown flag", []string{"--everything"}, exitUsage, "unknown flag --everything"},
		{"argument", []string{"hello"}, exitUsage, "unexpected argument hello"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := call(append([]string{program, "layers"}, test.args...)...)
			if r.status != test.status || !strings.Contains(r.stdout+r.stderr, test.said) {
				t.Errorf("got %+v", r)
			}
		})
	}
}
