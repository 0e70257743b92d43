package closure

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// objectPath makes the path of an object from a letter of Nix's base32.
func objectPath(letter string) string {
	return store.DefaultDir + "/" + strings.Repeat(letter, 31) + "0-" + letter
}

var a, b, c, d = objectPath("a"), objectPath("b"), objectPath("c"), objectPath("d")

// object is the JSON of an object in a graph file; more is further fields.
func object(path, more string, references ...string) string {
	quoted := make([]string, len(references))
	for i, r := range references {
		quoted[i] = fmt.Sprintf("%q", r)
	}
	return fmt.Sprintf(`{"path":%q,"references":[%s]%s}`, path, strings.Join(quoted, ","), more)
}

// array is a graph file of objects.
func array(objects ...string) string { return "[" + strings.Join(objects, ",") + "]" }

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// options write graph files and, where there is one, the file of a synthetic
// object at d.
func options(t *testing.T, graphs []string, mentions string, roots ...string) Options {
	t.Helper()
	o := Options{StoreDir: store.DefaultDir, Roots: roots}
	for i, g := range graphs {
		o.Graphs = append(o.Graphs, writeFile(t, fmt.Sprintf("graph%d.json", i+1), g))
	}
	if mentions != "" {
		o.Synthetic = []Synthetic{{Path: d, File: writeFile(t, "config.json", mentions)}}
	}
	return o
}

// makeBytes returns closure.json.
func makeBytes(t *testing.T, o Options) string {
	t.Helper()
	result, err := Make(o)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "closure.json")
	if err := result.Write(file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// want is a closure.json of the given roots and objects.
func want(roots []string, objects ...string) string {
	quoted := make([]string, len(roots))
	for i, r := range roots {
		quoted[i] = fmt.Sprintf("%q", r)
	}
	return fmt.Sprintf(`{"objects":[%s],"roots":[%s],"version":1}`+"\n", strings.Join(objects, ","), strings.Join(quoted, ","))
}

func TestMake(t *testing.T) {
	chain := array(object(a, "", b), object(b, "", c), object(c, ""), object(d, "", c))
	for _, test := range []struct {
		name   string
		graphs []string
		roots  []string
		want   string
	}{
		{"nothing", nil, nil, want(nil)},
		{"empty graph", []string{"[]"}, nil, want(nil)},
		{"no roots", []string{chain}, nil, want([]string{a, b, c, d}, object(a, "", b), object(b, "", c), object(c, ""), object(d, "", c))},
		{"root", []string{chain}, []string{b}, want([]string{b}, object(b, "", c), object(c, ""))},
		{"roots in any order, twice", []string{chain}, []string{d, b, d}, want([]string{b, d}, object(b, "", c), object(c, ""), object(d, "", c))},
		{"structured attributes", []string{`{"other":{"closure":1},"closure":` + chain + `,"more":[]}`}, []string{c}, want([]string{c}, object(c, ""))},
		{"graphs that refer to each other", []string{array(object(a, "", b)), array(object(b, "", a))}, []string{a}, want([]string{a}, object(a, "", b), object(b, "", a))},
		{"one object in two graphs", []string{array(object(a, "", a, b), object(b, "")), array(object(b, ""), object(a, "", b, b, a))}, []string{a}, want([]string{a}, object(a, "", a, b), object(b, ""))},
		{"one object twice in a graph", []string{array(object(a, ""), object(a, ""))}, nil, want([]string{a}, object(a, ""))},
		{"references sorted, once", []string{array(object(a, "", c, b, c), object(b, ""), object(c, ""))}, []string{a}, want([]string{a}, object(a, "", b, c), object(b, ""), object(c, ""))},
		{"other fields of Nix", []string{array(object(a, `,"narHash":"sha256:x","closureSize":7,"valid":true`))}, nil, want([]string{a}, object(a, ""))},
		{"synthetic in the graph", []string{array(object(a, `,"synthetic":true,"label":"//x"`))}, nil, want([]string{a}, object(a, `,"synthetic":true`))},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := makeBytes(t, options(t, test.graphs, "", test.roots...)); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

func TestNarSize(t *testing.T) {
	for _, graphs := range [][]string{
		{array(object(a, `,"narSize":120`))},
		{array(object(a, `,"narSize":120`)), array(object(a, `,"narSize":0`))},
		{array(object(a, `,"narSize":null`)), array(object(a, `,"narSize":120`))},
	} {
		got := makeBytes(t, options(t, graphs, ""))
		if w := want([]string{a}, fmt.Sprintf(`{"narSize":120,"path":%q,"references":[]}`, a)); got != w {
			t.Errorf("%s: got\n%swant\n%s", graphs, got, w)
		}
	}
}

func TestSynthetic(t *testing.T) {
	graph := array(object(a, "", b), object(b, ""), object(c, ""))
	config := func(references ...string) string { return object(d, "", references...) }
	for _, test := range []struct {
		name, mentions string
		roots          []string
		want           string
	}{
		{"no mention", "{}", nil, want([]string{d}, config())},
		{"mention", `{"Cmd":["` + a + `/bin/a"]}`, nil, want([]string{d}, object(a, "", b), object(b, ""), config(a))},
		{"mention and a root", b + "\n", []string{c}, want([]string{c, d}, object(b, ""), object(c, ""), config(b))},
		{"itself", d, nil, want([]string{d}, config(d))},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := makeBytes(t, options(t, []string{graph}, test.mentions, test.roots...))
			// The only object with a field after its references.
			got = strings.Replace(got, `,"synthetic":true`, "", 1)
			if got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

func TestStoreDir(t *testing.T) {
	path := "/opt/my-store/" + strings.Repeat("a", 32) + "-x"
	o := options(t, []string{array(object(path, ""))}, "PATH="+path+"/bin")
	o.StoreDir = "/opt/my-store"
	o.Synthetic[0].Path = "/opt/my-store/" + strings.Repeat("b", 32) + "-config"
	result, err := Make(o)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Objects) != 2 {
		t.Errorf("got %+v", result)
	}
}

func TestOrderDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	objects := []string{object(a, "", b, c, a), object(b, "", c), object(c, `,"narSize":200`), object(d, "", a)}
	var first string
	for range 20 {
		random.Shuffle(len(objects), func(i, j int) { objects[i], objects[j] = objects[j], objects[i] })
		graphs := []string{array(objects[:3]...), array(objects[1:]...)}
		got := makeBytes(t, options(t, graphs, "", d))
		if first == "" {
			first = got
		} else if got != first {
			t.Fatalf("got\n%swant\n%s", got, first)
		}
	}
	if !bytes.Contains([]byte(first), []byte(`"narSize":200`)) {
		t.Errorf("the size is lost: %s", first)
	}
}
