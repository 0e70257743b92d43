package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/tools/bench/replay"
)

const gitIndex = "Package: git\nVersion: 1\nInstalled-Size: 100\nDepends: lib\n\nPackage: lib\nVersion: VERSION\nInstalled-Size: 300\n\n" +
	"Package: tiny\nVersion: 1\nInstalled-Size: 1\nDepends: lib\n\n"

// TestLayering: the suite runs on small indices.
func TestLayering(t *testing.T) {
	folder := t.TempDir()
	write := func(name, version string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(gitIndex, "VERSION", version)), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	var table strings.Builder
	c := layeringCmd{Before: []string{write("old", "1")}, Now: []string{write("old", "1"), write("new", "2")}, Layers: []int{5},
		Strategy: []string{"stable", replay.Alone}, Model: []string{"content", "input"}, Additions: 1, Half: "all"}
	if err := c.Run(context.Background(), &report{table: &table, progress: io.Discard}); err != nil {
		t.Error(err)
	}
	want := "" +
		"| strategy                  | re-sent |   chain |  unique | layers |    kept | budget |\n" +
		"| ------------------------- | ------: | ------: | ------: | -----: | ------: | -----: |\n" +
		"| content, 5 layers: stable |  75.0 % | 100.0 % | 100.0 % |    2.0 | 100.0 % | 95.0 % |\n" +
		"| content, 5 layers: alone  |  75.0 % | 100.0 % | 100.0 % |    2.0 |         |        |\n" +
		"| input, 5 layers: stable   | 100.0 % | 100.0 % | 100.0 % |    2.0 |         |        |\n" +
		"| input, 5 layers: alone    | 100.0 % | 100.0 % | 100.0 % |    2.0 |         |        |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	c.Half = "second"
	if err := c.Run(context.Background(), &report{table: io.Discard, progress: io.Discard}); err == nil || !strings.Contains(err.Error(), "no application is in both indices") {
		t.Errorf("got %v", err)
	}
}

func TestLayeringReport(t *testing.T) {
	var table bytes.Buffer
	r := &report{table: &table}
	o := replay.Options{Strategy: "stable", Layers: 9, Model: replay.Content}
	err := reportReplays(r, []replayed{{o, replay.Numbers{Resent: .25, Chain: .5, Unique: 1, Layers: 7}, .9}, {replay.Options{Strategy: "auto"}, replay.Numbers{}, .9}})
	if err == nil || err.Error() != "under the budget: content, 9 layers: stable keeps 90.0 % in order, want 95.0 %" {
		t.Errorf("got %v", err)
	}
}

func TestIndexErrors(t *testing.T) {
	if _, err := readIndices(context.Background(), []string{"/no/such/index"}); err == nil || !strings.Contains(err.Error(), "/no/such/index") {
		t.Errorf("got %v", err)
	}
	bad := filepath.Join(t.TempDir(), "index")
	if err := os.WriteFile(bad, []byte("text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readIndices(context.Background(), []string{bad}); err == nil || !strings.Contains(err.Error(), bad+`: line 1: "text" is not a field`) {
		t.Errorf("got %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := readIndices(context.Background(), []string{"sid"}); err == nil || !strings.Contains(err.Error(), "the index of the suite sid") {
		t.Errorf("got %v", err)
	}
}
