package builtin

// regexCode is what an instruction does.
type regexCode uint8

const (
	codeMatch   regexCode = iota
	codeSet               // one byte of set, then x
	codeSplit             // x, and if that fails y
	codeSave              // remember the place in register n, then x
	codeAssert            // the place is of kind n, then x
	codeBackref           // the bytes of group n, then x
	codeEnter             // begin repetition n, then x
	codeLoop              // repetition n: once more (x) unless the last turn matched nothing; if that fails y
)

type regexInst struct {
	code regexCode
	mark int // number of its visited bits, -1: not kept
	x, y int
	n    int
	set  byteSet
}

// programLimit bounds a compiled pattern.
const programLimit = 1 << 18

type regexAssembler struct {
	prog     []regexInst
	loops    int
	backrefs bool
	used     []int
}

// assembleRegex makes a program of a tree: each instruction leads to what comes after it, so instructions are made from the end on.
func assembleRegex(tree *regexNode, groups int) (*regex, error) {
	a := regexAssembler{}
	a.findBackrefs(tree)
	end := a.emit(regexInst{code: codeMatch})
	start, err := a.assemble(tree, end)
	if err != nil {
		return nil, err
	}
	r := &regex{prog: a.prog, start: start, groups: groups, loops: a.loops, backrefs: a.backrefs, used: a.used}
	r.setMarks()
	r.anchored = r.isAnchored(r.start, map[int]bool{})
	r.prefix = r.literalPrefix()
	if first := (&byteSet{}); r.firstBytes(r.start, first, map[int]bool{}) {
		r.first = first
	}
	return r, nil
}

func (a *regexAssembler) findBackrefs(n *regexNode) {
	if n.op == opBackref {
		a.backrefs = true
		a.used = append(a.used, n.n)
	}
	for _, sub := range n.subs {
		a.findBackrefs(sub)
	}
}

func (a *regexAssembler) emit(i regexInst) int {
	i.mark = -1
	a.prog = append(a.prog, i)
	return len(a.prog) - 1
}

// assemble returns where the code of n begins; it leads to next.
func (a *regexAssembler) assemble(n *regexNode, next int) (int, error) {
	if len(a.prog) > programLimit {
		return 0, errRegexTooBig
	}
	var err error
	switch n.op {
	case opSet:
		return a.emit(regexInst{code: codeSet, set: n.set, x: next}), nil
	case opAssert:
		return a.emit(regexInst{code: codeAssert, n: n.n, x: next}), nil
	case opBackref:
		return a.emit(regexInst{code: codeBackref, n: n.n, x: next}), nil
	case opCat:
		for i := len(n.subs) - 1; i >= 0 && err == nil; i-- {
			next, err = a.assemble(n.subs[i], next)
		}
		return next, err
	case opAlt:
		return a.alternatives(n.subs, next)
	case opGroup:
		closing := a.emit(regexInst{code: codeSave, n: 2*n.n + 1, x: next})
		body, err := a.assemble(n.subs[0], closing)
		return a.emit(regexInst{code: codeSave, n: 2 * n.n, x: body}), err
	case opRepeat:
		return a.repeat(n, next)
	}
	return next, nil
}

// alternatives leads to one of several branches; without any nothing matches.
func (a *regexAssembler) alternatives(subs []*regexNode, next int) (int, error) {
	if len(subs) == 0 {
		return a.emit(regexInst{code: codeSet, x: next}), nil
	}
	start, err := a.assemble(subs[len(subs)-1], next)
	for i := len(subs) - 2; i >= 0 && err == nil; i-- {
		var branch int
		if branch, err = a.assemble(subs[i], next); err == nil {
			start = a.emit(regexInst{code: codeSplit, x: branch, y: start})
		}
	}
	return start, err
}

// repeat writes the body out as often as it must match, then a loop or the optional turns.
func (a *regexAssembler) repeat(n *regexNode, next int) (int, error) {
	body, err := n.subs[0], error(nil)
	required := n.min
	if n.max == repeatForever {
		if next, err = a.loop(body, n.min == 0, next); err != nil {
			return 0, err
		}
		required--
	}
	exit := next
	for range n.max - n.min {
		turn, err := a.assemble(body, next)
		if err != nil {
			return 0, err
		}
		next = a.emit(regexInst{code: codeSplit, x: turn, y: exit})
	}
	for range required {
		if next, err = a.assemble(body, next); err != nil {
			return 0, err
		}
	}
	return next, nil
}

// loop writes one or more turns of body, or none too when optional.
func (a *regexAssembler) loop(body *regexNode, optional bool, next int) (int, error) {
	number := a.loops
	a.loops++
	loop := a.emit(regexInst{code: codeLoop, n: number, y: next})
	turn, err := a.assemble(body, loop)
	if err != nil {
		return 0, err
	}
	a.prog[loop].x = turn
	start := a.emit(regexInst{code: codeEnter, n: number, x: turn})
	if optional {
		start = a.emit(regexInst{code: codeSplit, x: start, y: next})
	}
	return start, nil
}
