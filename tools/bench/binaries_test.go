package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBinaries: the suite with a program in Bazel's place.
func TestBinaries(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("the suite needs Linux")
	}
	repository, folder := t.TempDir(), t.TempDir()
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", repository)
	calls := filepath.Join(repository, "calls")
	program := "#!/bin/sh\necho \"$*\" >>" + calls + "\n[ -f MODULE.bazel ] && [ -f p2/file1 ] || exit 1\n" +
		"case $* in --version) echo bazel 7;; *server_pid) echo " + fmt.Sprint(os.Getpid()) + ";; *heap*) echo 120MB;; build*) echo 'INFO: Elapsed time: 1.250s, Critical Path: 0.01s' >&2;; esac\n"
	if err := os.WriteFile(filepath.Join(repository, "bazelw"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	c := &binariesCmd{Packages: 3, Files: 2, Images: 2, Warm: 1, Rounds: 2, Folder: folder}
	r := &report{progress: io.Discard}
	results, heaps, err := c.measure(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 2 || results[1].name != "warm server: 2 images over 3 packages" || results[1].wall.Seconds() != 1.25 || results[1].budget != binariesBudget {
		t.Errorf("got %+v", results)
	}
	if want := []heapSize{{"the programs", 120}, {"the images, too", 120}}; !slices.Equal(heaps, want) || r.results.Programs["bazel"] != "bazel 7" {
		t.Errorf("got %+v, programs %v", heaps, r.results.Programs)
	}
	text, err := os.ReadFile(calls)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(text), "//:images"); got != 6 || !strings.Contains(string(text), "clean --expunge") {
		t.Errorf("%d analyses of the images, calls:\n%s", got, text)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if _, _, err := (&binariesCmd{Packages: 1, Images: 1, Rounds: 1}).measure(context.Background(), &report{progress: io.Discard}); err == nil {
		t.Error("no files: no error")
	}
}
