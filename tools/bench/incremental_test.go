package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// fakeBazel stands in for Bazel and for what it runs: the application alone is in
// the uppermost layer of one image, and with another object in that of the other.
const fakeBazel = `#!/bin/sh
echo "bazel $*${DOCKER_HOST+ to $DOCKER_HOST}" >>CALLS
[ -f MODULE.bazel ] && [ -f objects/object-0002/file-0001 ] && [ -x programs/strata-deploy ] || exit 1
p=/nix/store/00000000000000000000000000000000-object
case "$*" in
--version) echo bazel 7 ;;
"info server_pid") echo PID ;;
"info bazel-bin") echo "$PWD/bin" ;;
build*)
    mkdir bin
    echo '{"layers":[["'$p'-0000"],["'$p'-0001"],["'$p'-0002"]],"left_out":[],"replaced":[],"strategy":"x","version":1}' >bin/popularity_pinned.plan.json
    echo '{"layers":[["'$p'-0000"],["'$p'-0001","'$p'-0002"]],"left_out":[],"replaced":[],"strategy":"x","version":1}' >bin/popularity.plan.json
    ;;
run*)
    echo "INFO: Elapsed time: 0.250s, Critical Path: 0.01s" >&2
    case "$2" in --execution_log_json_file=*) printf '{"mnemonic":"ObjectLayer","inputs":[{"path":"x"}]}\n{\n"mnemonic": "ImageConfig"}\n' >"${2#*=}" ;; esac
    case "$*" in
    *:popularity*)
        for file in objects/object-000[12]/file-0001; do echo "$file: $(head -c 6 $file)" >>CALLS; done
        printf 'object: 1.0 MiB\n1 of 4 layers sent, 1.0 MiB, 0.3 s to Docker at %s\n' "$DOCKER_HOST" >&2
        echo "Loaded image: ${*##*:}:$(cat objects/*/* | cksum | cut -d' ' -f1)"
        ;;
    esac
    ;;
esac
`

// TestIncremental: the suite with programs in the places of Bazel and Docker.
func TestIncremental(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("the suite needs Linux")
	}
	p, repository, folder := built(t), t.TempDir(), t.TempDir()
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", repository)
	calls := filepath.Join(repository, "calls")
	docker := filepath.Join(repository, "docker")
	for file, text := range map[string]string{
		filepath.Join(repository, "bazelw"): fakeBazel,
		docker:                              "#!/bin/sh\necho \"docker $*\" >>CALLS\n",
	} {
		text = strings.NewReplacer("CALLS", calls, "PID", fmt.Sprint(os.Getpid())).Replace(text)
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	known := []loadEngine{
		{"docker-classic", "Docker", []string{"sh"}, true, func(context.Context, string) (*running, error) {
			return &running{env: []string{"DOCKER_HOST=unix:///s"}, load: []string{docker, "load"}, stop: func() error { return nil }}, nil
		}},
		{"docker-containerd", "Absent", []string{"no such program"}, false, nil},
	}
	var progress strings.Builder
	c := &incrementalCmd{Objects: []int{3}, Files: 6, Size: 60, Rounds: 2, Engine: []string{"docker-classic", "docker-containerd"}, Folder: folder}
	r := &report{progress: &progress}
	results, err := c.measure(context.Background(), p, r, known)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.results.Programs; len(got) != 2 || got["bazel"] != "bazel 7" || got["sh"] == "" {
		t.Errorf("programs %v", got)
	}
	type found struct {
		name                     string
		rounds, shared, unpacked int
	}
	var all []found
	for _, e := range results {
		all = append(all, found{e.name, len(e.runs), e.shared, e.unpacked})
		if !slices.Equal(e.actions, []string{"ObjectLayer", "ImageConfig"}) || e.objects != 3 {
			t.Errorf("%+v", e)
		}
		for _, run := range e.runs {
			if run.build != 250*time.Millisecond || run.deploy != 300*time.Millisecond || run.sent.layers != 1 || run.sent.size != "1.0 MiB" || run.wall <= 0 || run.nothing.wall <= 0 {
				t.Errorf("%+v", run)
			}
		}
	}
	want := []found{
		{"nothing", 1, 0, 0},
		{"the application, pinned", 2, 1, 2},
		{"one in the middle, pinned", 1, 1, 3},
		{"the application, by popularity", 2, 2, 2},
	}
	if !slices.Equal(all, want) {
		t.Errorf("got %v, want %v", all, want)
	}
	if !strings.Contains(progress.String(), "left out: Absent: ") {
		t.Errorf("progress: %s", &progress)
	}
	checkIncrementalCalls(t, calls)
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// checkIncrementalCalls: every load but the first of an image comes after an edit
// and a run for nothing, and the image before it is removed after it.
func checkIncrementalCalls(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	calls := string(text)
	for want, count := range map[string]int{
		"bazel build //:nothing //:popularity //:popularity_pinned\n": 1,
		"bazel run //:nothing to unix:///s\n":                         6,
		"bazel run //:popularity_pinned to unix:///s\n":               5, // besides those with a log
		"bazel run //:popularity to unix:///s\n":                      3,
		"--execution_log_json_file=":                                  4,
		"object-0002/file-0001: edit 3\n":                             4, // and those that follow, until its next edit
		"object-0001/file-0001: edit 4\n":                             1,
		"object-0001/file-0001: edit 5\n":                             5,
		"object-0002/file-0001: edit 8\n":                             1,
		"edit 9":                                                      0,
		// After each change, and in the end.
		"docker image rm --force popularity_pinned:": 6,
		"docker image rm --force popularity:":        4,
	} {
		if got := strings.Count(calls, want); got != count {
			t.Errorf("%d times %q, want %d", got, want, count)
		}
	}
	if !strings.HasSuffix(calls, "bazel clean --expunge to unix:///s\n") {
		t.Errorf("the last call is not to clean up")
	}
	if t.Failed() {
		t.Log(calls)
	}
}

// TestIncrementalWorkspace: each file has content of its own, and an edit changes
// one file alone.
func TestIncrementalWorkspace(t *testing.T) {
	folder, program := t.TempDir(), filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("program"), 0o755); err != nil {
		t.Fatal(err)
	}
	w, err := newIncrementalWorkspace(folder, "/the/repository", &programs{Strata: program, StrataObject: program, StrataDeploy: program}, 4, 8, 8<<20)
	if err != nil {
		t.Fatal(err)
	}
	read := func() map[string]string {
		all := map[string]string{}
		for n := range 4 {
			for i := range 2 {
				text, err := os.ReadFile(filepath.Join(folder, w.file(n, i)))
				if err != nil || len(text) != 1<<20 {
					t.Fatalf("%d bytes, %v", len(text), err)
				}
				all[w.file(n, i)] = string(text)
			}
		}
		return all
	}
	before, seen := read(), map[string]bool{}
	for file, text := range before {
		if seen[text] {
			t.Errorf("%s has the content of another file", file)
		}
		seen[text] = true
	}
	if err := w.edit(3, 7); err != nil {
		t.Fatal(err)
	}
	for file, text := range read() {
		if edited := file == w.file(3, 1); edited != (text != before[file]) || edited && !strings.HasPrefix(text, "edit 7\n") {
			t.Errorf("%s: edited is %v", file, edited)
		}
	}
	build, err := os.ReadFile(filepath.Join(folder, "objects/object-0003/BUILD.bazel"))
	if err != nil || strings.Count(string(build), `"//objects/object-`) != 3 {
		t.Errorf("%s, %v", build, err)
	}
}

// timed is a run that took as many milliseconds, after one for nothing of 100.
func timed(wall time.Duration) incrementalRun {
	nothing := &incrementalRun{wall: 100 * time.Millisecond, build: 50 * time.Millisecond}
	return incrementalRun{nothing: nothing, wall: wall * time.Millisecond, build: 250 * time.Millisecond, deploy: 400 * time.Millisecond, cpu: time.Second, sent: sent{layers: 1, size: "10.2 MiB"}}
}

func TestEditReport(t *testing.T) {
	var table bytes.Buffer
	docker := &loadEngine{title: "Docker"}
	app := &edit{change: change{name: "app", limited: true}, engine: docker, objects: 100, shared: 2, unpacked: 2, actions: []string{"ObjectLayer", "ImageConfig"},
		runs: []incrementalRun{timed(1600), timed(900), timed(2000)}}
	free := &edit{change: change{name: "free"}, engine: docker, objects: 100, shared: 1, unpacked: 51, runs: []incrementalRun{timed(9000)}}
	many := &edit{change: change{name: "many", image: popularImage, limited: true}, engine: docker, objects: 100, shared: 3, runs: []incrementalRun{timed(9000)}}
	if err := reportEdits(&report{table: &table}, []*edit{app, free, many}); err != nil {
		t.Error(err)
	}
	want := "" +
		"| changed                   |    s | least–most | budget | build s | load s | nothing s | server CPU s | objects in layer | layers sent |     sent | unpacked |                  actions |\n" +
		"| ------------------------- | ---: | ---------: | -----: | ------: | -----: | --------: | -----------: | ---------------: | ----------: | -------: | -------: | -----------------------: |\n" +
		"| 100 objects, Docker: app  | 1.50 |  0.80–1.90 |   1.50 |    0.20 |   0.40 |      0.10 |         1.00 |                2 |           1 | 10.2 MiB |        2 | ObjectLayer, ImageConfig |\n" +
		"| 100 objects, Docker: free | 8.90 |  8.90–8.90 |   none |    0.20 |   0.40 |      0.10 |         1.00 |                1 |           1 | 10.2 MiB |       51 |                          |\n" +
		"| 100 objects, Docker: many | 8.90 |  8.90–8.90 |   none |    0.20 |   0.40 |      0.10 |         1.00 |                3 |           1 | 10.2 MiB |        0 |                          |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	// A pinned object is alone in its layer: if it is not, that is what is wrong.
	moved := &edit{change: change{name: "moved", image: pinnedImage, limited: true}, engine: docker, objects: 100, shared: 3, runs: []incrementalRun{timed(9000)}}
	if err := reportEdits(&report{table: io.Discard}, []*edit{many, moved}); err == nil || err.Error() != "over the budget: 100 objects, Docker: moved" {
		t.Errorf("got %v", err)
	}
	app.runs = []incrementalRun{timed(1601)}
	if err := reportEdits(&report{table: io.Discard}, []*edit{free, app}); err == nil || err.Error() != "over the budget: 100 objects, Docker: app" {
		t.Errorf("got %v", err)
	}
}

// TestIncrementalInputs: what cannot be measured, and what is not said.
func TestIncrementalInputs(t *testing.T) {
	for _, c := range []*incrementalCmd{{Objects: []int{3}}, {Rounds: 1}, {Rounds: 1, Objects: []int{100, 2}}} {
		if _, err := c.measure(context.Background(), nil, nil, nil); err == nil || !strings.HasPrefix(err.Error(), "--rounds is ") {
			t.Errorf("got %v", err)
		}
	}
	if _, err := exec.LookPath("sh"); err == nil {
		b := &bazel{program: "sh", workspace: t.TempDir()}
		err := (&incrementalRun{}).run(context.Background(), b, fmt.Sprint(os.Getpid()), "//:none")
		if err == nil || !strings.HasPrefix(err.Error(), "bazel run //:none: ") {
			t.Errorf("got %v", err)
		}
	}
	for _, said := range []string{"", "Loaded image: a:1\nLoaded image: b:1\n", "loaded a"} {
		if _, err := readLoaded(said); err == nil {
			t.Errorf("%q: no error", said)
		}
	}
	if _, _, err := readDeploy("1 of 2 layers sent, 1.0 MiB\n"); err == nil {
		t.Error("no error")
	}
}
