package rebuild

import "github.com/rules-strata/rules_strata/tools/bench/monorepo"

// touches says how many changes a day touch a set of objects.
type touches struct {
	graph *monorepo.Graph
	// folder is how many edits of a day are in each folder, activity the sum of
	// the folder's.
	folder, activity []float64
	// origin is the index of the origin of each external object, bump how often
	// one gets a new version in a day.
	origin map[int]int
	bump   float64
	// again is the probability that an edit that has edited n objects edits one
	// more.
	again float64
}

func newTouches(g *monorepo.Graph, p monorepo.Params) *touches {
	t := &touches{graph: g, origin: map[int]int{}, bump: p.Bumps / float64(max(len(g.Origins), 1))}
	t.again = (p.EditedObjects - 1) / p.EditedObjects
	var total float64
	for _, objects := range g.Folders {
		var sum float64
		for _, o := range objects {
			sum += g.Objects[o].Activity
		}
		t.activity = append(t.activity, sum)
		total += sum
	}
	for _, sum := range t.activity {
		t.folder = append(t.folder, float64(p.Changes)*sum/total)
	}
	for n, objects := range g.Origins {
		for _, o := range objects {
			t.origin[o] = n
		}
	}
	return t
}

// of is touches(S): the sum over folders f of edits(f) (1 - G(1 - q)), where q
// is the part of the folder's activity that is in S and G(z) = (1-a) z / (1 - a z)
// generates the number of objects that one edit draws; and bumps(r) for each
// origin r of S.
func (t *touches) of(objects []int) float64 {
	inFolder, origins := map[int]float64{}, map[int]bool{}
	var folders []int
	for _, i := range objects {
		o := &t.graph.Objects[i]
		if !o.FirstParty() {
			origins[t.origin[i]] = true
			continue
		}
		if _, known := inFolder[o.Folder]; !known {
			folders = append(folders, o.Folder)
		}
		inFolder[o.Folder] += o.Activity
	}
	n := t.bump * float64(len(origins))
	for _, f := range folders {
		z := max(1-inFolder[f]/t.activity[f], 0)
		n += t.folder[f] * (1 - (1-t.again)*z/(1-t.again*z))
	}
	return n
}
