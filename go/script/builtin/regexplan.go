package builtin

// setMarks numbers the instructions that can be reached in several ways: coming to one of them a second time at the same place is of no
// use, whatever the way. Loops are always among them, which also ends turns that match nothing.
func (r *regex) setMarks() {
	ways := make([]int, len(r.prog))
	for _, in := range r.prog {
		if in.code == codeMatch {
			continue
		}
		ways[in.x]++
		if in.code == codeSplit || in.code == codeLoop {
			ways[in.y]++
		}
	}
	for i := range r.prog {
		if in := &r.prog[i]; in.code == codeLoop || ways[i] > 1 && in.code != codeMatch {
			in.mark = r.marks
			r.marks++
		}
	}
}

// isAnchored reports whether every way from pc passes the start of the text before any byte.
func (r *regex) isAnchored(pc int, seen map[int]bool) bool {
	if seen[pc] {
		return true
	}
	seen[pc] = true
	switch in := &r.prog[pc]; in.code {
	case codeSave, codeEnter:
		return r.isAnchored(in.x, seen)
	case codeAssert:
		return in.n == assertTextStart || r.isAnchored(in.x, seen)
	case codeSplit, codeLoop:
		return r.isAnchored(in.x, seen) && r.isAnchored(in.y, seen)
	}
	return false
}

// literalPrefix returns the bytes that every match begins with.
func (r *regex) literalPrefix() []byte {
	var prefix []byte
	for pc := r.start; ; pc = r.prog[pc].x {
		switch in := &r.prog[pc]; in.code {
		case codeSet:
			b, ok := in.set.single()
			if !ok {
				return prefix
			}
			prefix = append(prefix, b)
		case codeSave:
		default:
			return prefix
		}
	}
}

// firstBytes adds the bytes that a match from pc on can begin with; false when it can be empty or begins with a back-reference.
func (r *regex) firstBytes(pc int, first *byteSet, seen map[int]bool) bool {
	if seen[pc] {
		return true
	}
	seen[pc] = true
	switch in := &r.prog[pc]; in.code {
	case codeSet:
		first.union(&in.set)
		return true
	case codeSave, codeEnter, codeAssert:
		return r.firstBytes(in.x, first, seen)
	case codeSplit, codeLoop:
		return r.firstBytes(in.x, first, seen) && r.firstBytes(in.y, first, seen)
	}
	return false
}
