package closure

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

func TestReadWhatWasWritten(t *testing.T) {
	graph := array(object(a, `,"narSize":9`, a, b), object(b, ""))
	made, err := Make(options(t, []string{graph}, a))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "closure.json")
	if err := made.Write(file); err != nil {
		t.Fatal(err)
	}
	read, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(made, read) {
		t.Errorf("got  %+v\nwant %+v", read, made)
	}
}

func TestReadSorts(t *testing.T) {
	file := writeFile(t, "closure.json", `{"version":1,"roots":["`+b+`","`+a+`","`+b+`"],"objects":`+array(object(b, "", b, a, b), object(a, ""))+`}`)
	got, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	pa, pb := store.Path(a), store.Path(b)
	want := &Closure{Version: 1, Roots: []store.Path{pa, pb}, Objects: []Object{
		{Path: pa, References: []store.Path{}}, {Path: pb, References: []store.Path{pa, pb}},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestReadErrors(t *testing.T) {
	file := func(roots, objects string) string {
		return `{"version":1,"roots":` + roots + `,"objects":` + objects + `}`
	}
	for _, test := range []struct{ name, data, wantErr string }{
		{"a graph", array(object(a, "")), "not a JSON object"},
		{"no version", `{"objects":[],"roots":[]}`, `no "version" field`},
		{"newer", `{"version":2}`, "version 2, want 1"},
		{"no objects", `{"version":1,"roots":[]}`, `not a closure: no "objects"`},
		{"no roots", `{"version":1,"objects":[]}`, `not a closure: no "roots"`},
		{"unknown field", file("[]", array(object(a, `,"narHash":"x"`))), "narHash"},
		{"twice", file("[]", array(object(a, ""), object(a, ""))), a + " is there twice"},
		{"dangling", file("[]", array(object(a, "", b))), a + " refers to " + b + ", which is not in it"},
		{"unknown root", file(`["`+b+`"]`, array(object(a, ""))), "the root " + b + " is not in it"},
		{"not a path", file("[]", array(object("x", ""))), `"x" is not a store path`},
		{"no references", file("[]", array(`{"path":"`+a+`"}`)), a + ` has no "references"`},
		{"negative size", file("[]", array(object(a, `,"narSize":-5`))), "narSize of -5 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := writeFile(t, "closure.json", test.data)
			_, err := Read(path)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q and the file", err, test.wantErr)
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "missing")); err == nil {
		t.Error("no file: no error")
	}
}
