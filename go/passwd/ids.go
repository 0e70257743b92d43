package passwd

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Range is where new IDs come from.
type Range struct {
	Min, Max int64 // both are part of it
	System   bool  // chosen from the top down, not from the bottom up
	// LeastPreferred is the smallest ID that may be taken when it is asked
	// for, not chosen: 1 for system accounts, otherwise Min.
	LeastPreferred int64
}

// ErrNoFreeID says that a range is used up.
var ErrNoFreeID = errors.New("no more available IDs")

// IDRange is the range that login.defs gives for new users (kind "UID") or
// groups (kind "GID"), system accounts or not. Without the settings it is 1000
// to 60000, and 101 to 999 for system accounts, as shadow has it.
func IDRange(d Definitions, kind string, system bool) (Range, error) {
	var err error
	number := func(name string, otherwise int64) int64 {
		n, e := d.Number(name, otherwise)
		err = errors.Join(err, e)
		return n
	}
	lowest, highest := kind+"_MIN", kind+"_MAX"
	r := Range{Min: number(lowest, 1000), Max: number(highest, 60000), System: system}
	r.LeastPreferred = r.Min
	if system {
		lowest, highest = "SYS_"+lowest, "SYS_"+highest
		r.Max = number(highest, r.Min-1)
		r.Min = max(1, number(lowest, 101))
		r.LeastPreferred = 1
	}
	if err == nil && r.Max < r.Min {
		err = fmt.Errorf("login.defs: %s is %d and %s is %d: the first must not be the larger", lowest, r.Min, highest, r.Max)
	}
	return r, err
}

// Choose gives the ID that shadow's find_new_uid and find_new_gid choose:
// preferred (if it is not negative) when it is free and allowed; otherwise, for
// normal accounts, one more than the highest ID of the range that is used, and
// for system accounts one less than the lowest; when that leaves the range or
// is taken, the first free one from the range's start on. Used are the IDs in
// the order of the file. ErrNoFreeID is the error if all are used.
func (r Range) Choose(used []int64, preferred int64) (int64, error) {
	taken := make(map[int64]bool, len(used))
	lowest, highest := r.Max, r.Min
	for _, id := range used {
		taken[id] = true
		if id >= r.Min && id <= lowest {
			lowest = id - 1
		}
		if id <= r.Max && id >= highest {
			highest = id + 1
		}
	}
	usable := func(id int64) bool { return !taken[id] && id != math.MaxUint16 && id != math.MaxUint32 }
	if preferred >= r.LeastPreferred && preferred <= r.Max && usable(preferred) {
		return preferred, nil
	}
	if r.System {
		for _, from := range []int64{lowest, r.Max} {
			for id := from; id >= r.Min; id-- {
				if usable(id) {
					return id, nil
				}
			}
		}
		return 0, ErrNoFreeID
	}
	for _, from := range []int64{highest, r.Min} {
		for id := from; id <= r.Max; id++ {
			if usable(id) {
				return id, nil
			}
		}
	}
	return 0, ErrNoFreeID
}

// FreeSubIDs gives the start of the first span of count IDs within low to high
// (both included) that no entry has; ErrNoFreeID if there is none.
func FreeSubIDs(used []SubID, low, high, count int64) (int64, error) {
	used = slices.Clone(used)
	slices.SortFunc(used, compareSubIDs)
	for _, s := range used {
		if min(s.Start, high+1)-low >= count {
			return low, nil
		}
		low = max(low, s.Start+s.Count)
	}
	if high-low+1 < count {
		return 0, ErrNoFreeID
	}
	return low, nil
}

func compareSubIDs(a, b SubID) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Count, b.Count), cmp.Compare(a.Owner, b.Owner))
}

// SortSubIDs puts the entries in the order of their IDs, before the lines that
// are no entries, as shadow does when it looks for a free span.
func SortSubIDs(f *File[SubID]) {
	slices.SortStableFunc(f.lines, func(a, b fileLine[SubID]) int {
		if a.isEntry && b.isEntry {
			return compareSubIDs(a.entry, b.entry)
		}
		return cmp.Compare(rank(a), rank(b))
	})
}

func rank(l fileLine[SubID]) int {
	if l.isEntry {
		return 0
	}
	return 1
}
