package replay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
)

// Alone is a strategy of its own, which no image can have: every object alone
// in a layer, however many there are. It is the floor of re-sent and unique
// bytes.
const Alone = "alone"

// Options say how layers are planned.
type Options struct {
	// Strategy is a strategy of layering, or Alone.
	Strategy string
	// Layers is how many layers there may be.
	Layers int
	// MinLayerSize is that of layering.Options.
	MinLayerSize int64
	// Model says what changes.
	Model Model
}

// Numbers are what a replay counts. All but Layers are shares of all bytes of
// the images as they are now.
type Numbers struct {
	// Resent is in layers that the image as it was does not have.
	Resent float64
	// Chain is in layers from the first that differs upwards, which is what a
	// store that knows layers by chain ID must get.
	Chain float64
	// Unique is in layers that differ from each other, of all images.
	Unique float64
	// Layers is the mean number of layers of an image.
	Layers float64
}

// Snapshot is an application as it was and as it is now.
type Snapshot struct{ Before, Now *Application }

// Replay plans the layers of applications as they were and as they are now.
func Replay(snapshots []Snapshot, o Options) (Numbers, error) {
	if len(snapshots) == 0 {
		return Numbers{}, errors.New("no application is in both indices")
	}
	var n Numbers
	var total int64
	var resent, chain, unique int64
	known := map[string]bool{}
	for _, s := range snapshots {
		before, err := o.image(s.Before)
		if err != nil {
			return Numbers{}, err
		}
		now, err := o.image(s.Now)
		if err != nil {
			return Numbers{}, err
		}
		had := map[string]bool{}
		for _, l := range before {
			had[l.digest] = true
		}
		same := true
		for i, l := range now {
			same = same && i < len(before) && before[i].digest == l.digest
			total += l.size
			if !had[l.digest] {
				resent += l.size
			}
			if !same {
				chain += l.size
			}
			if !known[l.digest] {
				known[l.digest] = true
				unique += l.size
			}
		}
		n.Layers += float64(len(now)) / float64(len(snapshots))
	}
	n.Resent, n.Chain, n.Unique = share(resent, total), share(chain, total), share(unique, total)
	return n, nil
}

func share(part, total int64) float64 { return float64(part) / float64(total) }

// plannedLayer is a layer of an image.
type plannedLayer struct {
	digest string
	size   int64
	paths  []store.Path
}

// image plans the layers of an application.
func (o Options) image(a *Application) ([]plannedLayer, error) {
	objects := a.objects(o.Model)
	plan, err := o.plan(objects)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name, err)
	}
	layers := make([]plannedLayer, len(plan))
	for i, paths := range plan {
		layers[i] = plannedLayer{objects.digest(paths), objects.total(paths), paths}
	}
	return layers, nil
}

// plan plans as "strata plan" does.
func (o Options) plan(objects *objects) (layers [][]store.Path, err error) {
	if o.Strategy == Alone {
		for i := range objects.closure.Objects {
			layers = append(layers, []store.Path{objects.closure.Objects[i].Path})
		}
		return layers, nil
	}
	folder, err := os.MkdirTemp("", "replay-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, "closure.json")
	if err := objects.closure.Write(file); err != nil {
		return nil, err
	}
	plan, err := layering.Make(layering.Options{Closure: file, Strategy: o.Strategy, MaxLayers: o.Layers, MinLayerSize: o.MinLayerSize})
	if err != nil {
		return nil, err
	}
	return plan.Layers, nil
}
