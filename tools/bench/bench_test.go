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
		if last := results[len(results)-1]; measured+1 != len(results) || !strings.HasPrefix(last.name, "8 blobs in one worker, zstd") || last.peak < 1<<20 || last.budget < memoryBudget {
			t.Errorf("%d results of %d steps and a worker, the last is %+v", len(results), measured, last)
		}
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	})
	t.Run("import", func(t *testing.T) {
		folder := t.TempDir()
		var progress strings.Builder
		r := &report{progress: &progress}
		results, err := (&importCmd{Size: 3<<20 + 1, Runs: 2, Folder: folder}).measure(context.Background(), p, r)
		if err != nil {
			t.Fatal(err)
		}
		left := compressions()
		for _, i := range results {
			if i.fileSize < 1<<20 || i.own.peak < 1<<20 || i.own.cpu <= 0 || i.tools.cpu <= 0 {
				t.Errorf("%+v", i)
			}
			if tool := strings.Fields(i.name)[0]; tool != "none" && r.results.Programs[tool] == "" || r.results.Programs["sha256sum"] == "" {
				t.Errorf("%s: programs %v", i.name, r.results.Programs)
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
	results := []result{
		{"small step", usage{peak: 10 << 20, cpu: 1500 * time.Millisecond, wall: 2 * time.Second}, memoryBudget},
		{"limit", usage{peak: 64 << 20, floor: 64<<20 - 1}, memoryBudget},
		{"little", usage{peak: 10 << 20, floor: 10 << 20}, memoryBudget},
		{"worker", usage{peak: 65 << 20}, 2 * memoryBudget},
	}
	if err := reportMemory(r, results); err != nil {
		t.Error(err)
	}
	want := "" +
		"| step       | peak MiB | budget | CPU s | wall s |\n" +
		"| ---------- | -------: | -----: | ----: | -----: |\n" +
		"| small step |     10.0 |     64 |   1.5 |    2.0 |\n" +
		"| limit      |     64.0 |     64 |   0.0 |    0.0 |\n" +
		"| little     |   < 10.0 |     64 |   0.0 |    0.0 |\n" +
		"| worker     |     65.0 |    128 |   0.0 |    0.0 |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	err := reportMemory(r, append(results, result{"big step", usage{peak: 65 << 20}, memoryBudget}))
	if err == nil || err.Error() != "over the budget: big step, 65.0 MiB" {
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

// TestFailingStep: a step that fails is an error with its name and what it
// said, and nothing is left behind.
func TestFailingStep(t *testing.T) {
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho broken: \"$2\" >&2\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	p := &programs{Strata: program, StrataObject: program, StrataScript: program, StrataDeploy: program}
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
		{"load --help", 0, "Usage: bench load"},
		{"scale --help", 0, "Usage: bench scale"},
		{"scale --days 0", exitFailure, "bench scale: --days is 0 and --engineers is 500: want at least 1"},
		{"speed --help", 0, "Usage: bench speed"},
		{"incremental --help", 0, "Usage: bench incremental"},
		{"", exitUsage, `bench: expected one of "memory", "start", "import", "analysis", "binaries", ...`},
		{"memory --size 2GB", exitUsage, `bench: --size: "2GB" is not a size`},
		{"import --runs 0", exitFailure, "bench import: --runs is 0: want at least 1"},
		{"analysis --rounds 0", exitFailure, "bench analysis: --warm is 10 and --rounds is 0: want at least 0 and 1"},
		{"analysis --objects 2", exitFailure, "bench analysis: --objects is 2: want at least 3"},
		{"load --rounds 0", exitFailure, "bench load: --rounds is 0 and --layers is 50: want at least 1 and 6"},
		{"load --engine lxc", exitUsage, "bench: --engine must be one of "},
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
