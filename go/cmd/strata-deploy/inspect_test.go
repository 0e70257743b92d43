package main

import (
	"encoding/json"
	"strings"
	"testing"
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
