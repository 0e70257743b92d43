package rebuild

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/rules-strata/rules_strata/tools/bench/monorepo"
)

// Team says what people do all day.
type Team struct {
	// Engineers is how many there are. Each works on one image.
	Engineers int
	// Loads is how often an engineer edits an object and loads the image in a
	// day. Once more they load it as others have changed it.
	Loads float64
}

// Result is what some days came to.
type Result struct {
	Days, Changes int
	// Images is how many times an image was built, with some change.
	Images int64
	// Runs counts the actions of each kind; FreshRuns those that only a build
	// without its own past runs.
	Runs, FreshRuns [Kinds]int64
	// Cost is that of Runs, FreshCost of FreshRuns.
	Cost, FreshCost Cost
	// Lookups is how many results of actions builds without a past ask for that
	// they find: each change's images, in an output base of its own.
	Lookups int64
	// Fetched are the bytes of objects that the actions of such builds have as
	// inputs, once for each change, without what the change itself made. A rest
	// layer's are those of all candidates. Runfiles are the bytes of all that is
	// in the images, once for each change: what a push has at hand unless it is
	// lazy.
	Fetched, Runfiles int64
	// Pushed is what the registry gets, when the images of each change are
	// pushed.
	Pushed Pushed
	// Sync and Loop are what the engines of all engineers get, each day with
	// the changes of others, and with their own.
	Sync, Loop Loaded
	// LoopActions is how many actions their own edits run.
	LoopActions float64
	// Layers is the mean number of layers of an image in the end, Bytes that of
	// its size, Objects that of its objects. Sharing is how many images have
	// layers that objects share.
	Layers, Bytes, Objects float64
	Sharing                int
	// Expected is what the formulas say of one day, for the images as they were
	// first. Counted is what the days came to, and Chance the standard deviation
	// of that, by the formulas too.
	Expected, Counted, Chance Amounts
}

// Simulate makes a monorepo, builds and pushes its images, and does it again
// for each change of some days. The folder is for files.
func Simulate(ctx context.Context, p monorepo.Params, o Options, team Team, days int, folder string) (*Result, error) {
	g, err := monorepo.New(p)
	if err != nil {
		return nil, err
	}
	b, err := New(g, o, folder, func(Run) {})
	if err != nil {
		return nil, err
	}
	s := &simulation{graph: g, builds: b, registry: NewRegistry(), team: team, result: &Result{Days: days}}
	for i := range g.Images {
		s.registry.Push(i, b.Layers(i))
	}
	s.registry.Pushed = Pushed{}
	s.result.Expected, s.deviation = b.Expect(p)
	stream := monorepo.NewStream(g)
	for day := range days {
		if err := s.day(ctx, stream); err != nil {
			return nil, fmt.Errorf("%s, day %d: %w", o.Strategy, day+1, err)
		}
	}
	s.end()
	return s.result, nil
}

type simulation struct {
	graph    *monorepo.Graph
	builds   *Builds
	registry *Registry
	team     Team
	result   *Result
	// deviation is that of one day, from the formulas.
	deviation Amounts
	// seen is, of each object, the last change in which it was looked up.
	seen []int
}

// day builds and pushes what a day's changes touch.
func (s *simulation) day(ctx context.Context, stream *monorepo.Stream) error {
	morning := make([][]Layer, len(s.graph.Images))
	for i := range morning {
		morning[i] = s.builds.Layers(i)
	}
	if err := stream.Day(func(c monorepo.Change) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return s.change(c)
	}); err != nil {
		return err
	}
	for e := range s.team.Engineers {
		image := e * len(morning) / s.team.Engineers
		s.result.Sync.Add(Load(morning[image], s.builds.Layers(image)), 1)
		loaded, actions := s.builds.Loop(image)
		s.result.Loop.Add(loaded, s.team.Loads)
		s.result.LoopActions += s.team.Loads * actions
	}
	return nil
}

// change builds and pushes the images that a change touches.
func (s *simulation) change(c monorepo.Change) error {
	r := s.result
	r.Changes++
	images := s.builds.Affected(c)
	r.Images += int64(len(images))
	ran := int64(0)
	inputs := map[int]bool{}
	if err := s.builds.Build(images, func(run Run) {
		ran++
		for _, o := range run.inputs {
			inputs[o] = true
		}
		if run.Fresh {
			r.FreshRuns[run.Kind]++
			r.FreshCost.Add(s.builds.options.cost(run))
			return
		}
		r.Runs[run.Kind]++
		r.Cost.Add(s.builds.options.cost(run))
	}); err != nil {
		return err
	}
	r.Lookups += s.actions(images) - ran
	r.Runfiles += s.bytes(images)
	for o := range inputs {
		if _, made := slices.BinarySearch(c.Objects, o); !made {
			r.Fetched += s.graph.Objects[o].Size
		}
	}
	for _, i := range images {
		s.registry.Push(i, s.builds.Layers(i))
	}
	return nil
}

// counted is what there was so far of what has a formula.
func (s *simulation) counted() Amounts {
	r, pushed := s.result, &s.registry.Pushed
	return Amounts{
		ObjectLayers:    float64(r.Runs[ObjectLayer]),
		ImageConfigs:    float64(r.Runs[ImageConfig]),
		RestLayers:      float64(r.Runs[RestLayer]),
		FreshRestLayers: float64(r.Runs[RestLayer] + r.FreshRuns[RestLayer]),
		SentLayers:      float64(pushed.Layers),
		Sent:            float64(pushed.Bytes),
		Stored:          float64(pushed.StoredBytes),
	}
}

// actions is how many actions images have, with those of their objects.
func (s *simulation) actions(images []int) int64 {
	var n int64
	for len(s.seen) < len(s.graph.Objects) {
		s.seen = append(s.seen, 0)
	}
	for _, i := range images {
		im := s.builds.images[i]
		for _, k := range im.keys {
			if k != 0 {
				n++
			}
		}
		n += int64(len(im.tars))
		if im.tars != nil {
			continue
		}
		for _, o := range im.objects {
			if s.seen[o] == s.result.Changes {
				continue
			}
			s.seen[o] = s.result.Changes
			for _, k := range s.builds.objects[o] {
				if k != 0 {
					n++
				}
			}
		}
	}
	return n
}

// bytes are those of the objects of some images, each counted once; where
// layers are files, those of the layers that differ.
func (s *simulation) bytes(images []int) (n int64) {
	seen, layers := map[int]bool{}, map[uint64]bool{}
	for _, i := range images {
		im := s.builds.images[i]
		for _, l := range im.tars {
			if !layers[l.Digest] {
				layers[l.Digest] = true
				n += l.Size
			}
		}
		if im.tars != nil {
			continue
		}
		for _, o := range im.objects {
			if !seen[o] {
				seen[o] = true
				n += s.graph.Objects[o].Size
			}
		}
	}
	return n
}

// end counts what the images are like.
func (s *simulation) end() {
	s.result.Pushed = s.registry.Pushed
	s.result.Counted = s.counted()
	for f, ofDay := range s.deviation {
		s.result.Chance[f] = ofDay * math.Sqrt(float64(s.result.Days))
	}
	n := float64(len(s.builds.images))
	for i, im := range s.builds.images {
		s.result.Layers += float64(len(im.layers)) / n
		s.result.Objects += float64(len(im.objects)) / n
		if s.builds.SharesLayers(i) {
			s.result.Sharing++
		}
		for _, l := range im.layers {
			s.result.Bytes += float64(l.Size) / n
		}
	}
}
