package jsonfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

// throughMaps sorts keys by decoding into maps and encoding again, as encoding/json
// sorts those of maps.
func throughMaps(v any) ([]byte, error) {
	plain, err := encode(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	return encode(tree)
}

func compareMarshal(t *testing.T, v any) {
	t.Helper()
	want, wantErr := throughMaps(v)
	got, err := Marshal(v)
	if (err == nil) != (wantErr == nil) || !bytes.Equal(got, want) {
		t.Errorf("%#v:\ngot  %s %v\nwant %s %v", v, got, err, want, wantErr)
	}
}

func TestMarshalLikeMaps(t *testing.T) {
	type inner struct {
		Z int
		A *inner           `json:",omitempty"`
		M map[string]inner `json:",omitempty"`
	}
	for _, v := range []any{
		nil, true, 1, -1.5e300, "", "a\"b\\c\n\x00\x7f\u2028é<&>", "bad \xff utf-8",
		[]any{}, []any{[]any{}, map[string]any{}}, map[string]any{},
		inner{}, inner{Z: 1, A: &inner{A: &inner{Z: -1}}, M: map[string]inner{"b": {}, "a": {Z: 2}}},
		[]inner{{Z: 1}, {A: &inner{}}},
		struct {
			B any `json:"b"`
			A any `json:"a,omitempty"`
			C any `json:"\u00e9"`
		}{1, "x", []string{"}", "]", ",", "{", "\""}},
		json.RawMessage(`{"b": 1.0, "a": [1E5, {"y":null, "x":"\u0041\/"}], "b": 2, "a\u0000": {}, "": "" }`),
		json.RawMessage("\"\x83\u2028\""),
		map[string]any{"\xff": 1, "\ufffd": 2, "z": 3},
	} {
		compareMarshal(t, v)
	}
}

func TestMarshalErrors(t *testing.T) {
	for _, v := range []any{make(chan int), json.RawMessage(`{`), func() {}} {
		if data, err := Marshal(v); err == nil {
			t.Errorf("%T: %s", v, data)
		}
	}
}

// FuzzMarshal: any JSON comes out as through maps.
func FuzzMarshal(f *testing.F) {
	for _, text := range []string{`{}`, `{"b":[1,{"d":0,"c":"\ud800"}],"a":-0}`, `"\u00e9"`, `[[],{"a":1,"a":2}]`, ` 1 `} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if json.Valid([]byte(text)) {
			compareMarshal(t, json.RawMessage(text))
		}
	})
}

// graph is a value like those of large files.
func graph(n int) any {
	type object struct {
		Size       int      `json:"narSize"`
		Path       string   `json:"path"`
		References []string `json:"references"`
	}
	all := struct {
		Version int      `json:"version"`
		Objects []object `json:"objects"`
	}{Version: 1}
	for i := range n {
		path := fmt.Sprintf("/nix/store/%032d-name", i)
		all.Objects = append(all.Objects, object{i, path, []string{path, path, path, path}})
	}
	return all
}

// TestMarshalAllocations: memory is for the two copies, not for each value.
func TestMarshalAllocations(t *testing.T) {
	v := graph(1000)
	if n := testing.AllocsPerRun(5, func() {
		if _, err := Marshal(v); err != nil {
			t.Error(err)
		}
	}); n > 15_000 {
		t.Errorf("%v allocations for 1000 objects", n)
	}
}

func BenchmarkMarshal(b *testing.B) {
	v := graph(10_000)
	data, err := Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Marshal(v); err != nil {
			b.Fatal(err)
		}
	}
}
