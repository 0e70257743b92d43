package builtin

import "bytes"

// regexMatcher runs one search. It tries the ways through a program in the order of the pattern (repetitions first take as much as they
// can), keeps the longest match and of several of that length the first: the subexpressions are then those that glibc reports. Without
// back-references no instruction is run twice at one place, so the time is linear in the text.
type regexMatcher struct {
	*regex
	text    []byte
	caps    []int
	turns   []int // where the current turn of each loop began
	best    []int
	end     int // of the best match, -1
	stack   []regexFrame
	visited [][]uint64          // by page of the text, made when first needed
	touched []int               // pages of visited that are not zero
	states  map[regexState]bool // visited, with back-references
}

// visitPage is how many places of the text share a page of visits.
const visitPage = 512

// regexFrame is a way not yet tried (reg < 0), or a register to set back (pos is its value).
type regexFrame struct{ pc, pos, reg int }

// regexState is what decides how a search with back-references goes on.
type regexState struct {
	mark, pos int
	groups    [18]int
}

// begin gets ready for a search, with the memory of the one before.
func (m *regexMatcher) begin(r *regex, text []byte, caps []int) {
	m.regex, m.text = r, text
	registers := 2 * (r.groups + 1)
	if cap(caps) >= registers {
		m.best = caps[:registers]
	} else {
		m.best = make([]int, registers)
	}
	if m.caps == nil {
		m.caps, m.turns = make([]int, registers), make([]int, r.loops)
	}
	for i := range m.caps {
		m.caps[i] = -1
	}
	for _, page := range m.touched {
		clear(m.visited[page])
	}
	m.touched = m.touched[:0]
	if pages := len(text)/visitPage + 1; r.marks > 0 && pages > len(m.visited) {
		m.visited = append(m.visited, make([][]uint64, pages-len(m.visited))...)
	}
}

// matchAt looks for the longest match that begins at start.
func (m *regexMatcher) matchAt(start int) bool {
	if m.backrefs {
		m.states = map[regexState]bool{}
	}
	m.end = -1
	m.stack = append(m.stack[:0], regexFrame{m.start, start, -1})
	for len(m.stack) > 0 && m.end < len(m.text) {
		f := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		switch {
		case f.reg < 0:
			m.run(f.pc, f.pos)
		case f.reg < len(m.caps):
			m.caps[f.reg] = f.pos
		default:
			m.turns[f.reg-len(m.caps)] = f.pos
		}
	}
	if m.end < 0 {
		return false
	}
	m.best[0], m.best[1] = start, m.end
	return true
}

// run follows one way until it fails or matches.
func (m *regexMatcher) run(pc, pos int) {
	for {
		in := &m.prog[pc]
		if in.mark >= 0 && m.visit(in.mark, pos) {
			return
		}
		switch in.code {
		case codeMatch:
			if pos > m.end {
				m.end = pos
				copy(m.best[2:], m.caps[2:])
			}
			return
		case codeSet:
			if pos >= len(m.text) || !in.set.has(m.text[pos]) {
				return
			}
			pos++
		case codeSplit:
			m.stack = append(m.stack, regexFrame{in.y, pos, -1})
		case codeSave:
			m.stack = append(m.stack, regexFrame{0, m.caps[in.n], in.n})
			m.caps[in.n] = pos
		case codeAssert:
			if !m.assert(in.n, pos) {
				return
			}
		case codeBackref:
			end, ok := m.repeats(in.n, pos)
			if !ok {
				return
			}
			pos = end
		case codeEnter:
			m.setTurn(in.n, -1)
		case codeLoop:
			if m.backrefs && m.turns[in.n] == pos {
				return
			}
			m.stack = append(m.stack, regexFrame{in.y, pos, -1})
			m.setTurn(in.n, pos)
		}
		pc = in.x
	}
}

// repeats reports whether what group matched stands at pos too, and where it ends there.
func (m *regexMatcher) repeats(group, pos int) (end int, ok bool) {
	from, to := m.caps[2*group], m.caps[2*group+1]
	end = pos + to - from
	if from < 0 || to < from || end > len(m.text) {
		return 0, false
	}
	if m.fold {
		return end, bytes.Equal(lowerASCII(m.text[from:to]), lowerASCII(m.text[pos:end]))
	}
	return end, bytes.Equal(m.text[from:to], m.text[pos:end])
}

// lowerASCII returns text with small letters.
func lowerASCII(text []byte) []byte {
	lower := bytes.Clone(text)
	for i, b := range lower {
		if 'A' <= b && b <= 'Z' {
			lower[i] = b + 'a' - 'A'
		}
	}
	return lower
}

// setTurn notes where a turn of a loop begins. Only back-references need it: else the visits do.
func (m *regexMatcher) setTurn(loop, pos int) {
	if m.backrefs {
		m.stack = append(m.stack, regexFrame{0, m.turns[loop], len(m.caps) + loop})
		m.turns[loop] = pos
	}
}

// visit notes that a marked instruction is run at pos, and reports whether it was before.
func (m *regexMatcher) visit(mark, pos int) bool {
	if m.backrefs {
		s := regexState{mark: mark, pos: pos}
		for _, g := range m.used {
			s.groups[2*g-2], s.groups[2*g-1] = m.caps[2*g], m.caps[2*g+1]
		}
		seen := m.states[s]
		m.states[s] = true
		return seen
	}
	page := pos / visitPage
	if m.visited[page] == nil {
		m.visited[page] = make([]uint64, 1+visitPage/64*m.marks)
	}
	visited := m.visited[page]
	if visited[0] == 0 {
		visited[0] = 1
		m.touched = append(m.touched, page)
	}
	bit := pos%visitPage*m.marks + mark
	word := &visited[1+bit/64]
	seen := *word&(1<<(bit%64)) != 0
	*word |= 1 << (bit % 64)
	return seen
}

func (m *regexMatcher) assert(kind, pos int) bool {
	before := pos > 0 && isWordByte(m.text[pos-1])
	after := pos < len(m.text) && isWordByte(m.text[pos])
	switch kind {
	case assertTextStart:
		return pos == 0
	case assertTextEnd:
		return pos == len(m.text)
	case assertLineStart:
		return pos == 0 || m.text[pos-1] == m.lineEnd
	case assertLineEnd:
		return pos == len(m.text) || m.text[pos] == m.lineEnd
	case assertWordEdge:
		return before != after
	case assertNotWordEdge:
		return before == after
	case assertWordStart:
		return !before && after
	case assertWordEnd:
		return before && !after
	case assertNoWordBefore:
		return !before
	}
	return !after
}
