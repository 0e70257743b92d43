package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// change is a change of one object that is measured, by its place in an image.
type change struct {
	name, image string
	// layer chooses the store layer that the object is in, of as many; nil for no
	// change at all.
	layer func(layers int) int
	// limited says that the change has a budget: of a pinned image always, since
	// there the object should be alone in its layer, of another as long as the
	// layer has few objects.
	limited bool
}

func changes() []change {
	uppermost := func(layers int) int { return layers - 1 }
	middle := func(layers int) int { return layers / 2 }
	return []change{
		{name: "nothing", image: pinnedImage},
		{name: "the application, pinned", image: pinnedImage, layer: uppermost, limited: true},
		{name: "one in the middle, pinned", image: pinnedImage, layer: middle},
		{name: "the application, by popularity", image: popularImage, layer: uppermost, limited: true},
	}
}

// edit is a change that is made again and again, and loaded into an engine.
type edit struct {
	change
	engine *loadEngine
	// objects is how many the image has, shared how many are in the changed
	// layer.
	objects, shared int
	// unpacked is the number of layers from the changed one up, the links'
	// among them.
	unpacked int
	// actions are the mnemonics of those that run.
	actions []string
	runs    []incrementalRun
}

// mostShared is how many objects the changed layer of an image that is not pinned
// may have where there is a budget: those that an image of one object more than
// layers puts together.
const mostShared = 2

// budget is what the edit may take, 0 if that is not limited.
func (e *edit) budget() time.Duration {
	if e.limited && (e.image == pinnedImage || e.shared <= mostShared) {
		return incrementalBudget
	}
	return 0
}

// editor changes objects of a workspace and has Bazel load its images.
type editor struct {
	workspace *incrementalWorkspace
	bazel     *bazel
	rounds    int
	settle    time.Duration
	report    *report
	// server is the process ID of Bazel's server, bin its folder of outputs.
	server, bin string
	// edits is how many changes have been made.
	edits int
	// loaded is the name that the image has in the engine now.
	loaded string
}

// start builds everything once.
func (e *editor) start(ctx context.Context) error {
	_, err := e.bazel.run(ctx, "build", "//:nothing", "//:"+popularImage, "//:"+pinnedImage)
	if err == nil {
		e.server, err = e.bazel.serverPID(ctx)
	}
	if err == nil {
		e.bin, err = e.bazel.output(ctx, "info", "bazel-bin")
		e.bin = strings.TrimSpace(e.bin)
	}
	return err
}

// measure makes all changes, one image after another.
func (e *editor) measure(ctx context.Context, engine *loadEngine, to *running) ([]*edit, error) {
	e.bazel.env = to.env
	var all []*edit
	for _, image := range []string{pinnedImage, popularImage} {
		e.report.begin("%d objects, %s: loading %s, load average %s", e.workspace.objects, engine.title, image, loadAverage())
		if err := e.load(ctx, image, nil); err != nil {
			return nil, err
		}
		for _, c := range changes() {
			if c.image != image {
				continue
			}
			m := &edit{change: c, engine: engine, objects: e.workspace.objects}
			if err := e.make(ctx, m, to); err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			all = append(all, m)
		}
		if err := e.remove(ctx, to, e.loaded); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// make makes one change, the first time for the actions that run.
func (e *editor) make(ctx context.Context, m *edit, to *running) error {
	object, err := e.find(m)
	if err != nil {
		return err
	}
	log := filepath.Join(e.workspace.folder, "execution.log")
	if err := e.once(ctx, m, object, to, &incrementalRun{log: log}); err != nil {
		return err
	}
	if m.actions, err = readActions(log); err != nil {
		return err
	}
	rounds := e.rounds
	if m.budget() == 0 {
		rounds = (rounds + 1) / 2
	}
	for round := range rounds {
		if err := settled(ctx, e.settle); err != nil {
			return err
		}
		nothing := incrementalRun{}
		if err := nothing.run(ctx, e.bazel, e.server, "//:nothing"); err != nil {
			return err
		}
		run := incrementalRun{nothing: &nothing, loads: true}
		if err := e.once(ctx, m, object, to, &run); err != nil {
			return err
		}
		m.runs = append(m.runs, run)
		e.report.begin("%6s s beyond %s s  %d objects, %s: %s, round %d of %d, load average %s", seconds(run.beyond()), seconds(nothing.wall), m.objects, m.engine.title, m.name, round+1, rounds, loadAverage())
	}
	return nil
}

// once makes the change and loads the image. What was loaded before is removed
// afterwards, if it has another name.
func (e *editor) once(ctx context.Context, m *edit, object int, to *running, run *incrementalRun) error {
	if m.layer != nil {
		e.edits++
		if err := e.workspace.edit(object, e.edits); err != nil {
			return err
		}
	}
	if err := settled(ctx, e.settle); err != nil {
		return err
	}
	before := e.loaded
	if err := e.load(ctx, m.image, run); err != nil {
		return err
	}
	if before == e.loaded {
		return nil
	}
	return e.remove(ctx, to, before)
}

// load has Bazel run an image; run may be nil.
func (e *editor) load(ctx context.Context, image string, run *incrementalRun) error {
	run = cmp.Or(run, new(incrementalRun))
	run.loads = true
	if err := run.run(ctx, e.bazel, e.server, "//:"+image); err != nil {
		return err
	}
	e.loaded = run.name
	return nil
}

func (e *editor) remove(ctx context.Context, to *running, name string) error {
	_, err := process{program: to.load[0], args: []string{"image", "rm", "--force", name}, dir: e.workspace.folder, env: to.env}.run(ctx)
	return err
}

// find finds the object that changes in the image's plan, and what is with it:
// the last of its layer, which is the application if that is there.
func (e *editor) find(m *edit) (object int, err error) {
	if m.layer == nil {
		return 0, nil
	}
	layers, err := readPlan(filepath.Join(e.bin, m.image+".plan.json"))
	if err != nil {
		return 0, err
	}
	at := m.layer(len(layers))
	m.shared, m.unpacked = len(layers[at]), len(layers)-at+1
	names := make([]string, 0, m.shared)
	for _, path := range layers[at] {
		_, name, _ := strings.Cut(filepath.Base(string(path)), "-")
		names = append(names, name)
	}
	last := slices.Max(names)
	if _, err := fmt.Sscanf(last, objectNames, &object); err != nil {
		return 0, fmt.Errorf("%s: %w", last, err)
	}
	_, err = os.Stat(filepath.Join(e.workspace.folder, e.workspace.file(object, 0)))
	return object, err
}
