package jsonfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type sample struct {
	Version int               `json:"version"`
	Size    int64             `json:"size"`
	Name    string            `json:"name"`
	Env     map[string]string `json:"env,omitempty"`
}

func TestMarshal(t *testing.T) {
	got, err := Marshal(sample{Version: 1, Size: 1<<62 + 1, Name: "a<b>&é", Env: map[string]string{"b": "2", "a": "1"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"env":{"a":"1","b":"2"},"name":"a<b>&é","size":4611686018427387905,"version":1}` + "\n"
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWriteAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	want := sample{Version: Version, Size: 7, Name: "n"}
	if err := Write(path, want); err != nil {
		t.Fatal(err)
	}
	var got sample
	if err := Read(path, &got); err != nil {
		t.Fatal(err)
	}
	if got.Size != want.Size || got.Name != want.Name {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReadErrors(t *testing.T) {
	for _, test := range []struct{ name, data, wantErr string }{
		{"not JSON", "hello", "not a JSON object"},
		{"an array", "[]", "not a JSON object"},
		{"no version", `{"name":"x"}`, `no "version" field`},
		{"newer", `{"version":2}`, "version 2, want 1"},
		{"unknown field", `{"version":1,"colour":"red"}`, "colour"},
		{"two values", `{"version":1} {}`, "not a JSON object"},
		{"cut short", `{"version":1,"name":"x`, "not a JSON object"},
		{"wrong type", `{"version":1,"size":"big"}`, "size"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.json")
			if err := os.WriteFile(path, []byte(test.data), 0o644); err != nil {
				t.Fatal(err)
			}
			err := Read(path, &sample{})
			if err == nil || !strings.Contains(err.Error(), test.wantErr) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want %q and the path", err, test.wantErr)
			}
		})
	}
}
