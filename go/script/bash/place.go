package bash

import "strings"

// place is something that can be assigned to.
type place struct {
	name  string
	index *subscript
}

// reference reads a name with an optional subscript.
func (a *arithmetician) reference() place {
	p := place{name: a.token}
	if a.at >= len(a.text) || a.text[a.at] != '[' {
		a.next()
		return p
	}
	depth, end := 0, -1
	for i := a.at; i < len(a.text) && end < 0; i++ {
		switch a.text[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				end = i
			}
		}
	}
	if end < 0 {
		a.fail("bad array subscript")
	}
	text := a.text[a.at+1 : end]
	a.at = end + 1
	if a.skipping == 0 {
		index, err := a.sh.subscriptText(p.name, strings.Trim(text, `"`))
		if err != nil {
			panic(asExpansion(err))
		}
		p.index = index
	}
	a.next()
	return p
}

func asExpansion(err error) *expansionError {
	if e, ok := err.(*expansionError); ok {
		return e
	}
	return &expansionError{message: err.Error(), status: 1}
}

// load is a place's value.
func (a *arithmetician) load(p place) int64 {
	if a.skipping > 0 {
		return 0
	}
	o := a.sh.operandOf(p.name, p.index)
	if o.list {
		a.sh.refuse("all elements of an array in arithmetic")
	}
	if !o.set && a.sh.options["nounset"] {
		panic(&expansionError{message: p.name + ": unbound variable", status: 1, missing: true})
	}
	n, err := a.sh.evaluate(o.text(), a.depth+1)
	if err != nil {
		panic(asExpansion(err))
	}
	return n
}

func (a *arithmetician) store(p place, n int64) int64 {
	if a.skipping == 0 {
		if err := a.sh.assignElement(p.name, p.index, itoa(n)); err != nil {
			panic(asExpansion(err))
		}
	}
	return n
}

func isName(token string) bool {
	return token != "" && isNameByte(token[0]) && (token[0] < '0' || token[0] > '9')
}
