package baseinfo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

const object = store.Path("/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-app")

func id(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }

func TestWriteAndRead(t *testing.T) {
	for _, test := range []struct {
		name string
		info Info
		want string
	}{
		{"nothing", Info{ConfigDigest: id("1")}, `{"config_digest":"` + id("1") + `","layers":[],"store_paths":{},"version":1}`},
		{"all", Info{ConfigDigest: id("1"), Layers: []Layer{{id("2"), 3, 4}}, StorePaths: map[store.Path]string{object: "", "/s/" + store.Path(object.Base()): id("5")}},
			`{"config_digest":"` + id("1") + `","layers":[{"diff_id":"` + id("2") + `","entries":3,"size":4}],` +
				`"store_paths":{"` + string(object) + `":"","/s/` + object.Base() + `":"` + id("5") + `"},"version":1}`},
	} {
		file := filepath.Join(t.TempDir(), "base.json")
		if err := test.info.Write(file); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(file); err != nil || string(data) != test.want+"\n" {
			t.Errorf("%s: got %s, %v, want %s", test.name, data, err, test.want)
		}
		got, err := Read(file)
		if err != nil || fmt.Sprint(got.Layers, got.StorePaths) != fmt.Sprint(test.info.Layers, test.info.StorePaths) || len(got.DiffIDs()) != len(test.info.Layers) {
			t.Errorf("%s: got %+v, %v", test.name, got, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	with := func(rest string) string { return `{"config_digest":"` + id("1") + `","version":1,` + rest + `}` }
	for _, test := range []struct{ name, data, wantErr string }{
		{"another file", `{"version":1,"plan":[]}`, `unknown field "plan"`},
		{"no digest", `{"version":1}`, `"config_digest" is ""`},
		{"bad diff ID", with(`"layers":[{"diff_id":"sha256:AA"}]`), `layer 1: diff ID "sha256:AA"`},
		{"negative size", with(`"layers":[{"diff_id":"` + id("1") + `","size":-1}]`), "layer 1: -1 bytes"},
		{"bad store path", with(`"store_paths":{"/nix/store/x":""}`), `"/nix/store/x" is not a store path`},
		{"bad diff ID of an object", with(`"store_paths":{"` + string(object) + `":"x"}`), string(object) + `: diff ID "x"`},
		{"newer", `{"version":2}`, "version 2, want 1"},
	} {
		file := filepath.Join(t.TempDir(), "base.json")
		if err := os.WriteFile(file, []byte(test.data), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(file); err == nil || !strings.HasPrefix(err.Error(), file+": ") || !strings.Contains(err.Error(), test.wantErr) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.wantErr)
		}
	}
}
