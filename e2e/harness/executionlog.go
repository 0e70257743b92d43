package harness

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Spawn is an action that Bazel ran, or found in a cache that is not its own
// output tree's.
type Spawn struct {
	Mnemonic    string `json:"mnemonic"`
	TargetLabel string `json:"targetLabel"`
	Runner      string `json:"runner"`
	CacheHit    bool   `json:"cacheHit"`
	// Outputs are the paths of what the action may write.
	Outputs []string `json:"listedOutputs"`
	// Made are the files that it wrote, those in trees one by one.
	Made []struct {
		Path   string `json:"path"`
		Digest struct {
			Hash string `json:"hash"`
		} `json:"digest"`
	} `json:"actualOutputs"`
}

// String is the mnemonic and the target: "ObjectLayer //:base".
func (s Spawn) String() string {
	return s.Mnemonic + " " + strings.TrimPrefix(s.TargetLabel, "@@")
}

// Spawns builds targets and returns every action that was not up to date, in
// the order of their names.
func (b Bazel) Spawns(t testing.TB, args ...string) []Spawn {
	t.Helper()
	file := filepath.Join(TempDir(t), "spawns.json")
	b.Build(t, append([]string{"--execution_log_json_file=" + file}, args...)...)
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	spawns, err := readSpawns(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return spawns
}

// readSpawns reads an execution log: JSON objects one after another.
func readSpawns(r io.Reader) ([]Spawn, error) {
	var spawns []Spawn
	in := json.NewDecoder(r)
	for {
		var s Spawn
		if err := in.Decode(&s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("spawn %d: %w", len(spawns), err)
		}
		spawns = append(spawns, s)
	}
	slices.SortFunc(spawns, func(a, b Spawn) int { return strings.Compare(a.String(), b.String()) })
	return spawns, nil
}
