package closure

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// TestMakeErrors: FILE1 and so on stand for the graph files, CONFIG for the
// file of the synthetic object d.
func TestMakeErrors(t *testing.T) {
	unknown := store.DefaultDir + "/" + strings.Repeat("z", 31) + "0-unknown"
	for _, test := range []struct {
		name     string
		graphs   []string
		mentions string
		roots    []string
		wantErr  string
	}{
		{name: "dangling reference", graphs: []string{array(object(b, ""), object(a, "", b, c))},
			wantErr: a + " refers to " + c + ", which is not in the graph: add it to deps (the reference is in FILE1)"},
		{name: "dangling reference of a target", graphs: []string{"[]", array(object(a, `,"label":"//app:a"`, c))}, roots: []string{a},
			wantErr: a + " (//app:a) refers to " + c + ", which is not in the graph: add it to deps (the reference is in FILE2)"},
		{name: "first dangling reference", graphs: []string{array(object(c, "", d), object(b, "", d, a))}, wantErr: b + " refers to " + a},
		{name: "dangling reference that no root needs", graphs: []string{array(object(a, "", c), object(b, ""))}, roots: []string{b}, wantErr: "add it to deps"},
		{name: "reference that is no store path", graphs: []string{array(object(a, "", "/usr/lib"))},
			wantErr: `FILE1: a reference of ` + a + `: "/usr/lib" is not in the store directory /nix/store`},
		{name: "unknown root", graphs: []string{array(object(a, ""), object(b, ""))}, roots: []string{c},
			wantErr: "the root " + c + " is not in the graph, which has 2 objects: add the graph that describes it"},
		{name: "root that is no store path", graphs: []string{array(object(a, ""))}, roots: []string{"a"}, wantErr: "the root a is not in the graph"},
		{name: "different references", graphs: []string{array(object(a, "", b), object(b, "")), array(object(a, `,"label":"//:a"`))},
			wantErr: "FILE1 and FILE2 (//:a) describe " + a + " differently: only FILE1 has the reference " + b},
		{name: "different references, the other way", graphs: []string{array(object(a, "")), array(object(a, "", b), object(b, ""))},
			wantErr: "only FILE2 has the reference " + b},
		{name: "different sizes", graphs: []string{array(object(a, `,"narSize":1`)), array(object(a, `,"narSize":2`))},
			wantErr: "FILE1 and FILE2 describe " + a + " differently: narSize is 1 and 2"},
		{name: "different origins", graphs: []string{array(object(a, `,"origin":"@x"`)), array(object(a, `,"origin":"@y"`))},
			wantErr: "FILE1 and FILE2 describe " + a + ` differently: origin is "@x" and "@y"`},
		{name: "different kinds", graphs: []string{array(object(a, `,"synthetic":true`)), array(object(a, ""))}, wantErr: "only in FILE1 is it synthetic"},
		{name: "outside of the store", graphs: []string{array(object("/opt/x", ""))}, wantErr: `FILE1: object 1 of the graph: "/opt/x" is not in the store directory`},
		{name: "no path", graphs: []string{array(object(a, ""), `{"references":[]}`)}, wantErr: `FILE1: object 2 of the graph: no "path"`},
		{name: "null", graphs: []string{`[null]`}, wantErr: `no "path"`},
		{name: "no references", graphs: []string{array(`{"path":"` + a + `"}`)}, wantErr: a + ` has no "references"`},
		{name: "negative size", graphs: []string{array(object(a, `,"narSize":-1`))}, wantErr: "narSize of -1 bytes"},
		{name: "mention of an unknown object", graphs: []string{array(object(a, ""))}, mentions: a + " " + unknown + "/bin/x",
			wantErr: "CONFIG mentions " + unknown + ", which is not in the graph of 1 objects: add the object to contents"},
		{name: "synthetic object that exists", graphs: []string{array(object(d, ""))}, mentions: "{}",
			wantErr: "synthetic object " + d + ": FILE1 describes this path already"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(t, test.graphs, test.mentions, test.roots...)
			wantErr := test.wantErr
			for i, file := range o.Graphs {
				wantErr = strings.ReplaceAll(wantErr, "FILE"+string('1'+rune(i)), file)
			}
			if test.mentions != "" {
				wantErr = strings.ReplaceAll(wantErr, "CONFIG", o.Synthetic[0].File)
			}
			_, err := Make(o)
			if err == nil || !strings.Contains(err.Error(), wantErr) {
				t.Errorf("got  %v\nwant %s", err, wantErr)
			}
		})
	}
}

func TestMakeOptionErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	for _, test := range []struct {
		name, wantErr string
		o             Options
	}{
		{"no graph file", missing, Options{StoreDir: store.DefaultDir, Graphs: []string{missing}}},
		{"no synthetic file", "synthetic object " + d + ": open " + missing, Options{StoreDir: store.DefaultDir, Synthetic: []Synthetic{{d, missing}}}},
		{"synthetic object without a store path", "synthetic object: \"config\" is not in the store directory", Options{StoreDir: store.DefaultDir, Synthetic: []Synthetic{{"config", missing}}}},
		{"no store directory", `the store directory "" is not a plain absolute path, such as /nix/store`, Options{}},
		{"relative store directory", `"nix/store"`, Options{StoreDir: "nix/store"}},
		{"store directory with a slash at the end", `"/nix/store/"`, Options{StoreDir: "/nix/store/"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Make(test.o)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got %v, want %q", err, test.wantErr)
			}
		})
	}
}
