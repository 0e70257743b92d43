package closure

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

func TestParseGraphErrors(t *testing.T) {
	for _, test := range []struct{ name, data, wantErr string }{
		{"empty", "", "unexpected EOF"},
		{"a string", `"x"`, "want an array of objects, or an object with that array under \"closure\""},
		{"null", "null", "want an array"},
		{"text", "hello", "invalid character"},
		{"cut in the list", `[{"path":"x","references":[]},`, "at byte"},
		{"cut in an object", `[{"path":"x"`, "object 1: at byte"},
		{"cut after the list", `{"closure":[]`, "unexpected EOF"},
		{"two values", `[] []`, "something follows the JSON value, which ends at byte"},
		{"comma at the end", `[{},]`, "invalid character"},
		{"wrong type", `[{},{"path":7}]`, "object 2: at byte"},
		{"references are a text", `[{"references":"x"}]`, "references"},
		{"origin is a number", `[{"origin":1}]`, "origin"},
		{"size is a fraction", `[{"narSize":1.5}]`, "narSize"},
		{"no closure", `{"exportReferencesGraph":{},"objects":[]}`, `the object has no array "closure"`},
		{"two closures", `{"closure":[],"closure":[]}`, `"closure" is there twice`},
		{"closure is an object", `{"closure":{}}`, `"closure" is not an array`},
		{"bad value to ignore", `{"a":tru,"closure":[]}`, "invalid character"},
		{"nested too deep", `{"a":` + strings.Repeat("[", 20000), "exceeded max depth"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseGraph(strings.NewReader(test.data))
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %q", err, test.wantErr)
			}
			file := writeFile(t, "graph.json", test.data)
			_, err = Make(Options{StoreDir: store.DefaultDir, Graphs: []string{file}})
			if err == nil || !strings.HasPrefix(err.Error(), file+": not a graph: ") {
				t.Errorf("got %v, want the file", err)
			}
		})
	}
}

// FuzzGraph: whatever a graph file holds, there is an error or a closure, and
// the closure is complete and sorted.
func FuzzGraph(f *testing.F) {
	f.Add([]byte(array(object(a, `,"narSize":9,"label":"//:a"`, b), object(b, "", b))))
	f.Add([]byte(`{"x":[1,{}],"closure":` + array(object(a, `,"synthetic":true`)) + `}`))
	f.Add([]byte(`[{"path":"/nix/store/x","references":null}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := Make(Options{StoreDir: store.DefaultDir, Graphs: []string{writeFile(t, "graph.json", string(data))}})
		if err != nil {
			return
		}
		if !slices.IsSortedFunc(result.Objects, byPath) || len(result.Roots) != len(result.Objects) {
			t.Fatalf("not sorted, or not all objects are roots: %+v", result)
		}
		if err := result.normalize(); err != nil {
			t.Fatalf("not a closure: %v", err)
		}
	})
}
