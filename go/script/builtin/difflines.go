package builtin

// fileDiff finds which lines of two files have no partner in the other, by the algorithm of Eugene W. Myers, "An O(ND) Difference Algorithm
// and Its Variations" (1986), in linear space.
type fileDiff struct {
	a, b              []int // the lines, as numbers that are equal for equal lines
	forward, backward []int // furthest x by diagonal, at an offset
	deleted, inserted []bool
	offset            int
}

// diffLines reports the lines of a that are deleted and those of b that are inserted.
func diffLines(a, b []int) (deleted, inserted []bool) {
	size := len(a) + len(b) + 3
	d := &fileDiff{
		a: a, b: b, forward: make([]int, size), backward: make([]int, size), offset: len(b) + 1,
		deleted: make([]bool, len(a)), inserted: make([]bool, len(b)),
	}
	d.compare(0, len(a), 0, len(b))
	slideChanges(a, d.deleted, d.inserted)
	slideChanges(b, d.inserted, d.deleted)
	return d.deleted, d.inserted
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
			d.inserted[y0] = true
		}
	case y0 == y1:
		for ; x0 < x1; x0++ {
			d.deleted[x0] = true
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

// slideChanges moves each run of changed lines down as far as the same lines follow it, joining runs that meet, but leaves one beside a change
// of the other file.
func slideChanges(lines []int, changed, other []bool) {
	i, j := 0, 0
	for i < len(lines) {
		if !changed[i] {
			for j < len(other) && other[j] {
				j++
			}
			i, j = i+1, j+1
			continue
		}
		start, end := i, i
		for end < len(lines) && changed[end] {
			end++
		}
		next := j
		for next < len(other) && other[next] {
			next++
		}
		if next > j {
			i = end
			continue
		}
		for end < len(lines) && !changed[end] && lines[start] == lines[end] && !(j < len(other) && other[j]) {
			changed[start], changed[end] = false, true
			start, end, j = start+1, end+1, j+1
			for end < len(lines) && changed[end] {
				end++
			}
		}
		i = end
	}
}
