package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixlock"
)

func TestAnalysisReport(t *testing.T) {
	var table bytes.Buffer
	r := &report{table: &table}
	results := []analysis{
		{name: "one", took: took{wall: 9 * time.Second, cpu: time.Second}},
		{name: "all", budget: firstAnalysisBudget, beyond: time.Second, took: took{wall: 3 * time.Second}},
	}
	heaps := []heapSize{{"the image of one object", 70}, {"that of all, too", 143}}
	if err := reportAnalyses(r, results, heaps); err != nil {
		t.Error(err)
	}
	want := "" +
		"| analysis | wall s | image s | budget | CPU s |\n" +
		"| -------- | -----: | ------: | -----: | ----: |\n" +
		"| one      |   9.00 |         |   none |  1.00 |\n" +
		"| all      |   3.00 |    2.00 |   2.00 |  0.00 |\n" +
		"\n" +
		"| memory of the server with |  MB |\n" +
		"| ------------------------- | --: |\n" +
		"| the image of one object   |  70 |\n" +
		"| that of all, too          | 143 |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	err := reportAnalyses(r, append(results, analysis{name: "again", budget: againAnalysisBudget, beyond: time.Second, took: took{wall: 2001 * time.Millisecond}}), heaps)
	if err == nil || err.Error() != "over the budget: again" {
		t.Errorf("got %v", err)
	}
}

// TestAnalysis: the suite with a program in Bazel's place.
func TestAnalysis(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("the suite needs Linux")
	}
	repository, folder := t.TempDir(), t.TempDir()
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", repository)
	calls := filepath.Join(repository, "calls")
	program := "#!/bin/sh\necho \"$*\" >>" + calls + "\n" +
		"case \"$*\" in --version) echo bazel 7;; *heap*) echo 120MB;; info*) echo " + fmt.Sprint(os.Getpid()) + ";; build*) echo 'INFO: Elapsed time: 1.250s, Critical Path: 0.01s' >&2;; esac\n"
	if err := os.WriteFile(filepath.Join(repository, "bazelw"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	r := &report{progress: io.Discard}
	results, heaps, err := (&analysisCmd{Objects: 3, Warm: 2, Rounds: 2, Folder: folder}).measure(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	if want := []heapSize{{"the image of one object", 120}, {"that of all objects, too", 120}, {"50 more of all objects, too", 120}}; !slices.Equal(heaps, want) {
		t.Errorf("got %+v", heaps)
	}
	if got := r.results.Programs; len(got) != 1 || got["bazel"] != "bazel 7" {
		t.Errorf("programs %v", got)
	}
	for _, a := range results {
		if a.wall != 1250*time.Millisecond || a.cpu < 0 {
			t.Errorf("%+v", a)
		}
	}
	const start = "build --nobuild --define=configuration=0 //:warm\n"
	analyse := func(configuration int, targets ...string) (calls string) {
		for _, target := range targets {
			calls += fmt.Sprintf("info server_pid\nbuild --nobuild --define=configuration=%d //:%s\ninfo server_pid\n", configuration, target)
		}
		return calls
	}
	want := "--version\n" + start + analyse(0, "one", "all") + "shutdown\n" + start + analyse(0, "all")
	for configuration := 1; configuration <= 4; configuration++ {
		want += analyse(configuration, "one", "all", "all", "all") + analyse(-configuration, "images")
	}
	for _, target := range []string{"one", "all", "images"} {
		want += analyse(5, target) + "info used-heap-size-after-gc\n"
	}
	want += "clean --expunge\n"
	if got, err := os.ReadFile(calls); err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestWorkspace: the lock can be trusted, and the cache has each of its objects.
func TestWorkspace(t *testing.T) {
	const objects = 60
	folder := t.TempDir()
	w, err := newWorkspace(folder, "/the/repository", objects)
	if err != nil {
		t.Fatal(err)
	}
	lock := checkLock(t, folder)
	references := 0
	for i, p := range w.paths {
		references += len(lock.Objects[p].References)
		if others := len(lock.Objects[p].References) - 1; i < 2 && others != 0 || others > maxReferences {
			t.Errorf("%s refers to %d others", p, others)
		}
	}
	if len(lock.Objects) != objects || references < objects*maxReferences*8/10 {
		t.Errorf("%d objects with %d references", len(lock.Objects), references)
	}
	for _, name := range []string{"object-0", "object-1"} {
		if _, ok := lock.Packages[name]; !ok {
			t.Errorf("no package %s", name)
		}
	}
	module, err := os.ReadFile(filepath.Join(folder, "MODULE.bazel"))
	if err != nil || !bytes.Contains(module, []byte(`path = "/the/repository"`)) {
		t.Errorf("got %s, %v", module, err)
	}

	if err := w.change(1); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for p, o := range checkLock(t, folder).Objects {
		if o.NARHash != lock.Objects[p].NARHash {
			changed++
		}
		if !slices.Equal(o.References, lock.Objects[p].References) {
			t.Errorf("%s has other references", p)
		}
	}
	if changed != 1 {
		t.Errorf("%d objects changed, want 1", changed)
	}
}

// checkLock reads the lock of a workspace, and the NARs of all of its objects.
func checkLock(t *testing.T, folder string) *nixlock.Lock {
	t.Helper()
	lock, err := nixlock.Read(filepath.Join(folder, "nix.lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Verify(); err != nil {
		t.Fatal(err)
	}
	for p, o := range lock.Objects {
		data, err := os.ReadFile(filepath.Join(folder, "cache", o.URL))
		if err != nil {
			t.Fatal(err)
		}
		if sum := narinfo.Hash(sha256.Sum256(data)); sum.SRI() != o.FileHash || sum.SRI() != o.NARHash || int64(len(data)) != o.FileSize || o.NARSize != o.FileSize {
			t.Errorf("%s: the lock has %+v, the cache %s, %d bytes", p, o, sum.SRI(), len(data))
		}
		r := nar.NewReader(bytes.NewReader(data))
		for err == nil {
			_, err = r.Next()
		}
		if err != io.EOF {
			t.Errorf("%s: %v", p, err)
		}
	}
	return lock
}

func TestStatCPU(t *testing.T) {
	for _, test := range []struct {
		name, stat string
		want       time.Duration
	}{
		{"a name with everything", "42 (a) (b c) S 1 2 3 4 5 6 7 8 9 10 250 50 0", 3 * time.Second},
		{"cut", "42 (a) S 1 2 3 4 5 6 7 8 9 10 250", 0},
		{"words", "42 (a) S 1 2 3 4 5 6 7 8 9 10 x y", 0},
		{"empty", "", 0},
	} {
		if got, err := statCPU(test.stat); got != test.want || (err == nil) != (test.want > 0) {
			t.Errorf("%s: got %v, %v", test.name, got, err)
		}
	}
}
