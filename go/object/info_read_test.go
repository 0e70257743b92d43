package object

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

func TestReadInfo(t *testing.T) {
	want := Info{Version: jsonfile.Version, NARHash: "sha256:" + strings.Repeat("0", 52), NARSize: 120, Path: testPath}
	file := filepath.Join(t.TempDir(), "info.json")
	if err := jsonfile.Write(file, want); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadInfo(file); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadInfoErrors(t *testing.T) {
	good := Info{Version: jsonfile.Version, NARHash: "sha256:" + strings.Repeat("0", 52), NARSize: 120, Path: testPath}
	for _, test := range []struct {
		name, want string
		change     func(i *Info)
	}{
		{"version", "version 2", func(i *Info) { i.Version = 2 }},
		{"path", `"path": "/bin" is not a store path`, func(i *Info) { i.Path = "/bin" }},
		{"hash of another length", `"nar_hash" is "sha256:00"`, func(i *Info) { i.NARHash = "sha256:00" }},
		{"hash of another kind", `want "sha256:"`, func(i *Info) { i.NARHash = "md5:" + strings.Repeat("0", 52) }},
		{"hash of other characters", `52 characters of Nix's base32`, func(i *Info) { i.NARHash = "sha256:" + strings.Repeat("e", 52) }},
		{"no size", `"nar_size" is 0`, func(i *Info) { i.NARSize = 0 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			bad := good
			test.change(&bad)
			file := filepath.Join(t.TempDir(), "info.json")
			if err := jsonfile.Write(file, bad); err != nil {
				t.Fatal(err)
			}
			_, err := ReadInfo(file)
			wantError(t, err, file, test.want)
		})
	}
}
