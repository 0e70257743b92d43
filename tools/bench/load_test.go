package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/image"
)

// TestLoadImage: each change leaves all layers as they are but those that it is
// about, and they lie where the table says.
func TestLoadImage(t *testing.T) {
	p, ctx := built(t), context.Background()
	const layers = 8
	img, first, err := newLoadImage(ctx, t.TempDir(), p, layers, 2<<20)
	if err != nil {
		t.Fatal(err)
	}
	var size int64
	for _, l := range first.layers {
		size += l.Size
	}
	if len(first.layers) != layers || size < 2<<20 || size > 3<<20 || first.layers[layers-1].Kind != image.CustomisationLayer {
		t.Errorf("%d layers of %d bytes: %+v", len(first.layers), size, first.layers)
	}
	variants, err := img.variants(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name           string
		layers, lowest int
	}{{topChanged, layers, layers - 2}, {middleChanged, layers, layers / 2}, {bottomChanged, layers, 0}, {dependencyAdded, layers + 1, -1}} {
		v := variants[i]
		isNew := func(l image.Layer) bool {
			return !slices.ContainsFunc(first.layers, func(f image.Layer) bool { return f.DiffID == l.DiffID })
		}
		changed := 0
		for _, l := range v.layers {
			if isNew(l) {
				changed++
			}
		}
		if v.name != want.name || len(v.layers) != want.layers || changed != 1 || !isNew(v.layers[v.lowest]) || want.lowest >= 0 && v.lowest != want.lowest {
			t.Errorf("%s: %d of %d layers are new, the lowest is %d: want %+v", v.name, changed, len(v.layers), v.lowest, want)
		}
		if err := img.writeArchive(ctx, v); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(img.archive(v)); err != nil || info.Size() < 2<<20 {
			t.Errorf("%s: %v, %v", v.name, info, err)
		}
	}
}

// fakeEngine is an engine whose own command and strata-deploy write down what
// they load.
func fakeEngine(calls string) loadEngine {
	return loadEngine{"podman", "Fake", []string{"sh"}, false, func(_ context.Context, folder string) (*running, error) {
		write := func(text string) error {
			f, err := os.OpenFile(calls, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = f.WriteString(text)
			return err
		}
		return &running{
			env:  []string{"CALLS=" + calls},
			load: []string{"sh", "-c", "test -s \"$0\" && echo \"own ${0##*/}\" >>" + calls},
			stop: func() error { return write("stop\n") },
		}, write("start\n")
	}}
}

// TestLoad: the suite with a program in the engine's place and one in that of
// strata-deploy's load.
func TestLoad(t *testing.T) {
	p, folder := built(t), t.TempDir()
	calls := filepath.Join(t.TempDir(), "calls")
	program := filepath.Join(t.TempDir(), "deploy")
	script := "#!/bin/sh\nif [ \"$1\" = load ]; then\n" +
		"echo \"ours ${0##*/}\" >>\"$CALLS\"; echo 'object: 1.0 MiB' >&2; echo '1 of 7 layers sent, 1.0 MiB, 0.1 s to Fake' >&2\n" +
		"else echo archive; fi\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	p.StrataDeploy = program
	var progress strings.Builder
	known := []loadEngine{fakeEngine(calls), {"containerd", "Absent", []string{"no such program"}, false, nil}, {"docker-classic", "Not asked for", nil, true, nil}}
	c := &loadCmd{Engine: []string{"podman", "containerd"}, Rounds: 2, Size: 1 << 20, Layers: 6, Folder: folder}
	r := &report{progress: &progress}
	results, err := c.measure(context.Background(), p, r, known)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.results.Programs; len(got) != 1 || got["sh"] == "" {
		t.Errorf("programs %v", got)
	}
	var names []string
	for _, m := range results {
		names = append(names, m.name)
		if len(m.ours) != 2 || len(m.own) != 2 || m.own[0].wall <= 0 || m.ours[1].wall <= 0 || m.ours[0].layers != 1 || m.ours[0].size != "1.0 MiB" {
			t.Errorf("%+v", m)
		}
		for _, s := range m.ours {
			if s.after <= 0 || s.after > s.wall {
				t.Errorf("%v after all was sent, of %v", s.after, s.wall)
			}
		}
	}
	changes := []string{topChanged, middleChanged, bottomChanged, dependencyAdded}
	if want := append([]string{emptyStore, unchanged}, changes...); !slices.Equal(names, want) {
		t.Errorf("measured %q", names)
	}
	if !strings.Contains(progress.String(), "left out: Absent: ") || strings.Contains(progress.String(), "Not asked for") {
		t.Errorf("progress: %s", &progress)
	}
	own := "start\nown first.tar\nown first.tar\n"
	ours := "start\nours first\nours first\n"
	for _, change := range changes {
		own += "own " + change + ".tar\n"
		ours += "ours first\nours " + change + "\n"
	}
	own, ours = own+"stop\n", ours+"stop\n"
	if got, err := os.ReadFile(calls); err != nil || string(got) != own+ours+ours+own {
		t.Errorf("got %s, %v", got, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestNoEngine(t *testing.T) {
	c := &loadCmd{Engine: []string{"podman"}, Rounds: 1, Size: 1 << 20, Layers: 6, Folder: t.TempDir()}
	_, err := c.measure(context.Background(), new(programs), &report{progress: io.Discard}, []loadEngine{{name: "podman", programs: []string{"no such program"}}})
	if err == nil || !strings.HasPrefix(err.Error(), "no engine can be started: ") {
		t.Errorf("got %v", err)
	}
}

func TestSummary(t *testing.T) {
	for said, want := range map[string]sent{
		"a: 1.0 MiB, 2.0 MiB/s\n1 of 101 layers sent, 6.1 MiB, 0.2 s to Docker at unix:///s\n": {layers: 1, size: "6.1 MiB"},
		"0 of 1 layer sent, 0 B, 0.0 s to Docker at unix:///s\n":                               {size: "0 B"},
	} {
		if got, err := readSummary(said); err != nil || got != want {
			t.Errorf("%q: %+v, %v", said, got, err)
		}
	}
	if _, err := readSummary("sent\n"); err == nil || err.Error() != "strata-deploy does not say what it sent: sent" {
		t.Errorf("got %v", err)
	}
}

// measured is a load with three runs, of which ours take as many milliseconds.
func measured(e *loadEngine, name string, own time.Duration, ours ...time.Duration) *loading {
	m := &loading{engine: e, name: name, unpacked: 3}
	for _, d := range ours {
		m.ours = append(m.ours, sent{usage: usage{peak: 10 << 20, wall: d * time.Millisecond}, layers: 1, size: "6.1 MiB", after: d * time.Millisecond / 2})
		m.own = append(m.own, usage{wall: own * time.Millisecond})
	}
	return m
}

func TestLoadReport(t *testing.T) {
	classic, other := &loadEngine{title: "Classic", chained: true}, &loadEngine{title: "Other"}
	var table bytes.Buffer
	nothing := measured(other, unchanged, 2000, 500, 9000, 100)
	nothing.ours = slices.Clone(nothing.ours)
	for i := range nothing.ours {
		nothing.ours[i].layers, nothing.ours[i].size = 0, "0 B"
	}
	within := []*loading{
		measured(classic, emptyStore, 2000, 2300, 100, 5000), nothing, measured(classic, bottomChanged, 1000, 4000), measured(other, bottomChanged, 4000, 1000),
	}
	if err := reportLoads(&report{table: &table}, within); err != nil {
		t.Error(err)
	}
	want := "" +
		"| load                          |    s | least–most |      budget | own s | least–most | ratio | layers sent |    sent | unpacked | after s | peak MiB |\n" +
		"| ----------------------------- | ---: | ---------: | ----------: | ----: | ---------: | ----: | ----------: | ------: | -------: | ------: | -------: |\n" +
		"| Classic: empty store          | 2.30 |  0.10–5.00 | 1.15 of own |  2.00 |  2.00–2.00 |  1.15 |           1 | 6.1 MiB |        3 |    1.15 |     10.0 |\n" +
		"| Other: unchanged              | 0.50 |  0.10–9.00 |        0.50 |  2.00 |  2.00–2.00 |  0.25 |           0 |     0 B |        3 |         |     10.0 |\n" +
		"| Classic: bottom layer changed | 4.00 |  4.00–4.00 |        none |  1.00 |  1.00–1.00 |  4.00 |           1 | 6.1 MiB |        3 |    2.00 |     10.0 |\n" +
		"| Other: bottom layer changed   | 1.00 |  1.00–1.00 |        1.00 |  4.00 |  4.00–4.00 |  0.25 |           1 | 6.1 MiB |        3 |    0.50 |     10.0 |\n"
	if table.String() != want {
		t.Errorf("got\n%s", &table)
	}
	for _, test := range []struct {
		over *loading
		want string
	}{
		{measured(other, emptyStore, 2000, 2301), "Other: empty store"},
		{measured(other, unchanged, 2000, 501), "Other: unchanged"},
		{measured(classic, topChanged, 2000, 1001), "Classic: top layer changed"},
		{measured(other, dependencyAdded, 2000, 1001), "Other: dependency added"},
	} {
		err := reportLoads(&report{table: io.Discard}, append(within, test.over))
		if err == nil || err.Error() != "over the budget: "+test.want {
			t.Errorf("got %v, want %s", err, test.want)
		}
	}
	big := measured(other, unchanged, 1, 1)
	big.ours[0].peak = 65 << 20
	if err := reportLoads(&report{table: io.Discard}, []*loading{big}); err == nil || err.Error() != "over the budget: Other: unchanged, with 65.0 MiB of memory" {
		t.Errorf("got %v", err)
	}
}

// TestServer: a server that ends or does not begin to listen is an error with
// what it said.
func TestServer(t *testing.T) {
	folder := t.TempDir()
	log := filepath.Join(folder, "program.log")
	_, err := startServer(context.Background(), process{program: "/bin/sh", args: []string{"-c", "echo no store; exit 1"}, dir: folder}, log, filepath.Join(folder, "s"))
	if err == nil || err.Error() != "program.log: it ended:\nno store\n" {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = startServer(ctx, process{program: "/bin/sh", args: []string{"-c", "exec sleep 60"}, dir: folder}, log, filepath.Join(folder, "s"))
	if err == nil || !strings.HasPrefix(err.Error(), "program.log: context canceled") {
		t.Errorf("got %v", err)
	}
}

func TestLoadEngines(t *testing.T) {
	var names []string
	for _, e := range loadEngines() {
		names = append(names, e.name)
	}
	if got := fmt.Sprint(names); got != "[docker-classic docker-containerd podman containerd]" {
		t.Errorf("%s: want those of the flag --engine", got)
	}
	if err := (&loadEngine{programs: []string{"sh", "no such program"}}).missing(); err == nil {
		t.Error("an engine without its programs is not missing")
	}
}
