package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixlock"
)

// built are the programs, built once for all tests.
func built(t *testing.T) *programs {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command, which builds the programs: go test ./... has it")
	}
	if out, err := exec.Command("go", "list", module+"/go/cmd/strata").CombinedOutput(); err != nil {
		t.Skipf("go does not find the programs here (%v: %s): go test ./... runs where it does", err, out)
	}
	p := new(programs)
	if err := p.prepare(context.Background(), t.TempDir()); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSuites: the suites still run, with a small object; what they measure then
// means nothing and is not looked at. The suite analysis needs Bazel, which
// does not run here: see TestWorkspace.
func TestSuites(t *testing.T) {
	p := built(t)
	t.Run("memory", func(t *testing.T) {
		folder := t.TempDir()
		results, err := (&memoryCmd{Size: 3<<20 + 1, Folder: folder}).measure(context.Background(), p, &report{progress: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		measured := 0
		for _, s := range steps() {
			if s.name == "" {
				continue
			}
			if measured == len(results) || results[measured].name != s.name || results[measured].peak < 1<<20 || results[measured].wall <= 0 {
				t.Fatalf("no result of %q in %+v", s.name, results)
			}
			measured++
		}
		if measured != len(results) {
			t.Errorf("%d results of %d steps", len(results), measured)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	})
	t.Run("import", func(t *testing.T) {
		folder := t.TempDir()
		var progress strings.Builder
		results, err := (&importCmd{Size: 3<<20 + 1, Runs: 2, Folder: folder}).measure(context.Background(), p, &report{progress: &progress})
		if err != nil {
			t.Fatal(err)
		}
		left := compressions()
		for _, i := range results {
			if i.fileSize < 1<<20 || i.own.peak < 1<<20 || i.own.cpu <= 0 || i.tools.cpu <= 0 {
				t.Errorf("%+v", i)
			}
			left = slices.DeleteFunc(left, func(k compression) bool { return k.name == i.name })
		}
		for _, k := range left {
			if !strings.Contains(progress.String(), "left out: "+k.name+": ") {
				t.Errorf("no result of %s: %s", k.name, &progress)
			}
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	})
	t.Run("start", func(t *testing.T) {
		commands, err := (&startCmd{Runs: 2}).measure(context.Background(), p, &report{progress: io.Discard})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range commands {
			if len(c.cpu) != 2 || c.cpu[0] <= 0 {
				t.Errorf("%s: %v", c.name, c.cpu)
			}
		}
	})
}

func TestMemoryReport(t *testing.T) {
	var table bytes.Buffer
	r := &report{table: &table}
	results := []result{{"small step", usage{peak: 10 << 20, cpu: 1500 * time.Millisecond, wall: 2 * time.Second}}, {"limit", usage{peak: 64 << 20}}}
	if err := reportMemory(r, results); err != nil {
		t.Error(err)
	}
	want := "" +
		"| step       | peak MiB | budget | CPU s | wall s |\n" +
		"| ---------- | -------: | -----: | ----: | -----: |\n" +
		"| small step |     10.0 |     64 |   1.5 |    2.0 |\n" +
		"| limit      |     64.0 |     64 |   0.0 |    0.0 |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	err := reportMemory(r, append(results, result{"big step", usage{peak: 64<<20 + 1}}))
	if err == nil || err.Error() != "over the budget of 64 MiB: big step" {
		t.Errorf("got %v", err)
	}
}

func TestStartReport(t *testing.T) {
	var table bytes.Buffer
	ms := func(n ...time.Duration) []time.Duration {
		for i := range n {
			n[i] *= time.Millisecond
		}
		return n
	}
	commands := []*started{{name: "a", budget: startBudget, cpu: ms(30, 5, 20)}, {name: "no budget", cpu: ms(50)}}
	if err := reportStarts(&report{table: &table}, commands); err != nil {
		t.Error(err)
	}
	if want := "| a         |          5.0 |   20.0 |    5.0 |\n| no budget |         50.0 |   50.0 |   none |\n"; !strings.HasSuffix(table.String(), want) {
		t.Errorf("got\n%s", &table)
	}
	commands = append(commands, &started{name: "slow", budget: startBudget, cpu: ms(6, 7)})
	if err := reportStarts(&report{table: io.Discard}, commands); err == nil || err.Error() != "over the budget: slow" {
		t.Errorf("got %v", err)
	}
}

func TestImportReport(t *testing.T) {
	var table bytes.Buffer
	r := &report{table: &table}
	results := []imported{{"none", 1 << 20, usage{peak: 10 << 20, cpu: 2 * time.Second}, usage{cpu: time.Second}}}
	if err := reportImports(r, 30e6, results); err != nil {
		t.Error(err)
	}
	want := "" +
		"| NAR in | file MiB | peak MiB | budget | MB/CPU s | tools | ratio |\n" +
		"| ------ | -------: | -------: | -----: | -------: | ----: | ----: |\n" +
		"| none   |      1.0 |     10.0 |     64 |       15 |    30 |  0.50 |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	err := reportImports(r, 1, append(results, imported{name: "xz", own: usage{peak: 64<<20 + 1}}))
	if err == nil || err.Error() != "over the budget of 64 MiB: xz" {
		t.Errorf("got %v", err)
	}
}

// TestLeast: the run with the least CPU time, with the highest peak of all.
func TestLeast(t *testing.T) {
	got := least([]usage{{peak: 3, cpu: 7, wall: 1}, {peak: 2, cpu: 5, wall: 9}})
	if want := (usage{peak: 3, cpu: 5, wall: 9}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestCutImport: tools that stop early are not measured.
func TestCutImport(t *testing.T) {
	folder := t.TempDir()
	object, err := signedNAR(folder, 1000)
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&importCmd{Runs: 1}).compare(context.Background(), "/bin/true", folder, object, compression{"cut", "cat nar", "head -c 5 <file | tee out"})
	if want := fmt.Sprintf("head -c 5 <file | tee out: 5 bytes were written, want %d", object.size); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAnalysisReport(t *testing.T) {
	var table bytes.Buffer
	r := &report{table: &table}
	results := []analysis{
		{name: "one", took: took{wall: 9 * time.Second, cpu: time.Second}},
		{name: "all", budget: firstAnalysisBudget, beyond: time.Second, took: took{wall: 3 * time.Second}},
	}
	if err := reportAnalyses(r, results); err != nil {
		t.Error(err)
	}
	want := "" +
		"| analysis | wall s | image s | budget | CPU s |\n" +
		"| -------- | -----: | ------: | -----: | ----: |\n" +
		"| one      |   9.00 |         |   none |  1.00 |\n" +
		"| all      |   3.00 |    2.00 |   2.00 |  0.00 |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	err := reportAnalyses(r, append(results, analysis{name: "again", budget: againAnalysisBudget, beyond: time.Second, took: took{wall: 2001 * time.Millisecond}}))
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
		"case $1 in info) echo " + fmt.Sprint(os.Getpid()) + ";; build) echo 'INFO: Elapsed time: 1.250s, Critical Path: 0.01s' >&2;; esac\n"
	if err := os.WriteFile(filepath.Join(repository, "bazelw"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	results, err := (&analysisCmd{Objects: 3, Warm: 2, Rounds: 2, Folder: folder}).measure(context.Background(), &report{progress: io.Discard})
	if err != nil {
		t.Fatal(err)
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
	want := start + analyse(0, "one", "all") + "shutdown\n" + start + analyse(0, "all") +
		analyse(1, "one", "all", "all", "all") + analyse(2, "one", "all", "all", "all") +
		analyse(3, "one", "all", "all", "all") + analyse(4, "one", "all", "all", "all") +
		"clean --expunge\n"
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

// TestFailingStep: a step that fails is an error with its name and what it
// said, and nothing is left behind.
func TestFailingStep(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho broken: \"$1\" >&2\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	p := &programs{Strata: program, StrataScript: program, StrataDeploy: program}
	_, err := (&memoryCmd{Size: 1, Folder: folder}).measure(context.Background(), p, &report{progress: io.Discard})
	if err == nil || !strings.HasPrefix(err.Error(), "layer of a NAR: ") || !strings.HasSuffix(err.Error(), "exit status 3: broken: layer") {
		t.Errorf("got %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestCommandLine(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		want   string
	}{
		{"--help", 0, "Usage: bench <command>"},
		{"memory --help", 0, "Usage: bench memory"},
		{"start --help", 0, "Usage: bench start"},
		{"import --help", 0, "Usage: bench import"},
		{"analysis --help", 0, "Usage: bench analysis"},
		{"", exitUsage, `bench: expected one of "memory", "start", "import", "analysis"`},
		{"memory --size 2GB", exitUsage, `bench: --size: "2GB" is not a size`},
		{"import --runs 0", exitFailure, "bench import: --runs is 0: want at least 1"},
		{"analysis --rounds 0", exitFailure, "bench analysis: --warm is 10 and --rounds is 0: want at least 0 and 1"},
		{"analysis --objects 2", exitFailure, "bench analysis: --objects is 2: want at least 3"},
		{"start --runs 0", exitFailure, "bench start: --runs is 0: want at least 1"},
	} {
		var stdout, stderr strings.Builder
		status := run(context.Background(), strings.Fields(test.args), &stdout, &stderr)
		if text := stdout.String() + stderr.String(); status != test.status || !strings.HasPrefix(text, test.want) {
			t.Errorf("%q: status %d: %s", test.args, status, text)
		}
	}
}

func TestSize(t *testing.T) {
	for text, want := range map[string]size{"1": 1, "1000": 1000, "3KiB": 3 << 10, "64MiB": 64 << 20, "2GiB": 2 << 30} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: %d, %v", text, s, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "1.5GiB", "GiB", "2G", "9000000000GiB", "1 MiB"} {
		var s size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: %d", text, s)
		}
	}
	for s, want := range map[size]string{1: "1 bytes", 1 << 10: "1 KiB", 2 << 30: "2 GiB", 1<<20 + 1: "1048577 bytes", 3 << 20: "3 MiB"} {
		if s.String() != want {
			t.Errorf("%d: %s, want %s", int64(s), s, want)
		}
	}
}

// TestContent: the same every time, however it is read; a table of last year
// is of the same object.
func TestContent(t *testing.T) {
	const want = "2a99ea72ee5c62cbae7d7f7e3d378bf9ef3611ea8458d2e9b9986f02bdadc86b"
	for _, bufferSize := range []int{1000, 1 << 20, 3 << 20} {
		hash := sha256.New()
		if _, err := io.CopyBuffer(hash, struct{ io.Reader }{io.LimitReader(newContent(), 5<<20)}, make([]byte, bufferSize)); err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(hash.Sum(nil)); got != want {
			t.Errorf("buffer of %d: %s, want %s", bufferSize, got, want)
		}
	}
	text := make([]byte, 2*blockSize)
	if _, err := io.ReadFull(newContent(), text); err != nil {
		t.Fatal(err)
	}
	words, random := string(text[:blockSize]), text[blockSize:]
	if strings.Trim(words, "abcdefghijklmnopqrstuvwxyz \n") != "" || !strings.Contains(words, " "+needle+" ") || !bytes.ContainsRune(random, 0) {
		t.Error("not text and then random bytes")
	}
}
