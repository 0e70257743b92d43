package builtin

// fileDiff finds which lines of two files have no partner in the other, by the algorithm of Eugene W. Myers, "An O(ND) Difference Algorithm
// and Its Variations" (1986), in linear space.
type fileDiff struct {
	a, b              []int // the lines that both files have, as numbers that are equal for equal lines
	placesA, placesB  []int // where they are
	forward, backward []int // furthest x by diagonal, at an offset
	offset            int
	deleted, inserted []bool
}

// diffLines reports the lines of a that are deleted and those of b that are inserted. What the files have in common at their ends is left
// alone, but for so many lines next to the changes.
func diffLines(a, b []int, horizon int) (deleted, inserted []bool) {
	first, last := 0, 0
	for first < min(len(a), len(b)) && a[first] == b[first] {
		first++
	}
	for last < min(len(a), len(b))-first && a[len(a)-1-last] == b[len(b)-1-last] {
		last++
	}
	first, last = max(0, first-horizon), max(0, last-horizon)
	deleted, inserted = make([]bool, len(a)), make([]bool, len(b))
	compareMiddles(a[first:len(a)-last], b[first:len(b)-last], deleted[first:len(a)-last], inserted[first:len(b)-last])
	return deleted, inserted
}

// compareMiddles marks the lines that have no partner.
func compareMiddles(a, b []int, deleted, inserted []bool) {
	keptA, keptB := withoutPartner(a, b, deleted), withoutPartner(b, a, inserted)
	d := &fileDiff{offset: len(keptB) + 1, placesA: keptA, placesB: keptB, deleted: deleted, inserted: inserted}
	for _, at := range keptA {
		d.a = append(d.a, a[at])
	}
	for _, at := range keptB {
		d.b = append(d.b, b[at])
	}
	size := len(keptA) + len(keptB) + 3
	d.forward, d.backward = make([]int, size), make([]int, size)
	d.compare(0, len(keptA), 0, len(keptB))
	runsA, runsB := newChangeRuns(a, deleted), newChangeRuns(b, inserted)
	runsA.slide(runsB)
	runsB.slide(runsA)
	runsA.mark(deleted)
	runsB.mark(inserted)
}

// withoutPartner marks the lines that the other file does not have at all, and returns the places of the rest.
func withoutPartner(lines, other []int, marked []bool) (rest []int) {
	there := map[int]bool{}
	for _, line := range other {
		there[line] = true
	}
	for at, line := range lines {
		if there[line] {
			rest = append(rest, at)
		} else {
			marked[at] = true
		}
	}
	return rest
}

// compare marks the changes between a[x0:x1] and b[y0:y1].
func (d *fileDiff) compare(x0, x1, y0, y1 int) {
	for x0 < x1 && y0 < y1 && d.a[x0] == d.b[y0] {
		x0, y0 = x0+1, y0+1
	}
	for x0 < x1 && y0 < y1 && d.a[x1-1] == d.b[y1-1] {
		x1, y1 = x1-1, y1-1
	}
	switch {
	case x0 == x1:
		for ; y0 < y1; y0++ {
			d.inserted[d.placesB[y0]] = true
		}
	case y0 == y1:
		for ; x0 < x1; x0++ {
			d.deleted[d.placesA[x0]] = true
		}
	default:
		x, y := d.middle(x0, x1, y0, y1)
		d.compare(x0, x, y0, y)
		d.compare(x, x1, y, y1)
	}
}

// middle finds a place that a shortest way from one corner to the other passes, searching from both corners at once.
func (d *fileDiff) middle(x0, x1, y0, y1 int) (x, y int) {
	f, b := d.forward, d.backward
	low, high := x0-y1, x1-y0
	start, end := x0-y0, x1-y1
	odd := (start-end)&1 != 0
	f[start+d.offset], b[end+d.offset] = x0, x1
	fmin, fmax, bmin, bmax := start, start, end, end
	for {
		fmin, fmax = widen(f, d.offset, fmin, fmax, low, high, -1)
		for k := fmax; k >= fmin; k -= 2 {
			below, above := f[k-1+d.offset], f[k+1+d.offset]
			x := above
			if below >= above {
				x = below + 1
			}
			for x < x1 && x-k < y1 && d.a[x] == d.b[x-k] {
				x++
			}
			f[k+d.offset] = x
			if odd && bmin <= k && k <= bmax && b[k+d.offset] <= x {
				return x, x - k
			}
		}
		bmin, bmax = widen(b, d.offset, bmin, bmax, low, high, 1<<60)
		for k := bmax; k >= bmin; k -= 2 {
			below, above := b[k-1+d.offset], b[k+1+d.offset]
			x := below
			if below >= above {
				x = above - 1
			}
			for x > x0 && x-k > y0 && d.a[x-1] == d.b[x-k-1] {
				x--
			}
			b[k+d.offset] = x
			if !odd && fmin <= k && k <= fmax && x <= f[k+d.offset] {
				return x, x - k
			}
		}
	}
}

// widen extends a range of diagonals by one at each end, or shrinks it where the end is reached.
func widen(furthest []int, offset, first, last, low, high, outside int) (int, int) {
	if first > low {
		first--
		furthest[first-1+offset] = outside
	} else {
		first++
	}
	if last < high {
		last++
		furthest[last+1+offset] = outside
	} else {
		last--
	}
	return first, last
}

// changeRuns are the changed lines of a file as the lengths of runs: run g stands before the g-th line that is not changed.
type changeRuns struct {
	lines   []int // numbers that are equal for equal lines
	lengths []int
}

func newChangeRuns(lines []int, changed []bool) *changeRuns {
	r := &changeRuns{lines: lines, lengths: []int{0}}
	for _, c := range changed {
		if c {
			r.lengths[len(r.lengths)-1]++
		} else {
			r.lengths = append(r.lengths, 0)
		}
	}
	return r
}

// mark writes the runs into changed.
func (r *changeRuns) mark(changed []bool) {
	at := 0
	for g, length := range r.lengths {
		if g > 0 {
			changed[at] = false
			at++
		}
		for range length {
			changed[at] = true
			at++
		}
	}
}

// slide moves runs over unchanged lines where that makes no difference: first up, then down as far as it goes, joining the runs that are
// met; a run that has passed a change of the other file goes back to the last of them.
func (r *changeRuns) slide(other *changeRuns) {
	end := 0 // of the run, in lines
	for g := 0; g < len(r.lengths); g++ {
		if end += r.lengths[g]; g > 0 {
			end++
		}
		if r.lengths[g] == 0 {
			continue
		}
		for grown := true; grown; {
			length := r.lengths[g]
			for g > 0 && r.lines[end-r.lengths[g]-1] == r.lines[end-1] {
				g, end = r.up(g, end)
			}
			meeting := -1
			if other.lengths[g] > 0 {
				meeting = g
			}
			for end < len(r.lines) && r.lines[end-r.lengths[g]] == r.lines[end] {
				end += 1 + r.lengths[g+1]
				r.lengths[g+1] += r.lengths[g]
				r.lengths[g] = 0
				if g++; other.lengths[g] > 0 {
					meeting = g
				}
			}
			if grown = r.lengths[g] != length; !grown {
				for meeting >= 0 && g > meeting {
					g, end = r.up(g, end)
				}
			}
		}
	}
}

// up moves run g, whose end is given, over the unchanged line before it, onto the run there.
func (r *changeRuns) up(g, end int) (int, int) {
	r.lengths[g-1] += r.lengths[g]
	r.lengths[g] = 0
	return g - 1, end - 1
}
