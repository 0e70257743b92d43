package layer

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestCopies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "copies.json")
	want := map[string]string{onePath + "/bin/run": "./bin/run", twoPath: "./two"}
	given := maps.Clone(want)
	given[onePath+"/\xff"] = "./x"
	given[onePath+"/x"] = "./\xff"
	if err := WriteCopies(file, given); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadCopies(file); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
	for name, text := range map[string]string{
		"no JSON":     "x",
		"a version":   `{"copies":{},"version":2}`,
		"a name":      `{"copies":{"/a":"b"},"version":1}`,
		"a path":      `{"copies":{"a":"./b"},"version":1}`,
		"a new field": `{"copies":{},"more":1,"version":1}`,
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := ReadCopies(file)
			wantError(t, err, file)
		})
	}
}
