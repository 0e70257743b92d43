package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/store"
)

func TestInspect(t *testing.T) {
	program, id := makeImage(t)
	r := call(program, "inspect")
	var got struct {
		Names  []string
		ID     string
		Layers int
		Size   int64
		Config struct{ Config struct{ Cmd []string } }
	}
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil || r.status != 0 || r.stderr != "" {
		t.Fatalf("%+v: %v", r, err)
	}
	if got.ID != id || strings.Join(got.Names, " ") != "hello:v1" || got.Layers != 1 || got.Size != 10240 || got.Config.Config.Cmd[0] != "/greeting" {
		t.Errorf("got %+v", got)
	}
}

func TestLayers(t *testing.T) {
	program, _ := makeImage(t)
	r := call(program, "layers")
	if r.status != 0 || r.stderr != "" || !strings.HasPrefix(r.stdout, "1  10.0 KiB  ") || !strings.HasSuffix(r.stdout, "  links to the contents, and what scripts made\n") {
		t.Errorf("got %+v", r)
	}
	paths := []store.Path{"/nix/store/00000000000000000000000000000000-one-1", "/nix/store/00000000000000000000000000000001-two"}
	for kind, want := range map[string]string{image.StoreLayer: "one-1, two", image.WhiteoutLayer: "removes one-1, two", image.BaseLayer: "of the base image"} {
		if got := content(image.Layer{Kind: kind, StorePaths: paths}); got != want {
			t.Errorf("%s: got %q, want %q", kind, got, want)
		}
	}
}
