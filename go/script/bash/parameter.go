package bash

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// operand is what a parameter expansion works on: a text, or a list.
type operand struct {
	name string
	// index is the subscript, "" if there is none.
	index  *subscript
	list   bool
	star   bool
	values []string
	// indexes are the subscripts of values, keys or numbers.
	indexes []string
	set     bool
	v       *variable
}

// text is the operand as one text.
func (o *operand) text() string {
	if len(o.values) == 0 {
		return ""
	}
	return o.values[0]
}

// subscript is what stands in brackets after a name.
type subscript struct {
	key    string
	number int
	// all is '@' or '*'.
	all byte
}

// parameter adds what a parameter stands for.
func (sh *Shell) parameter(s *splitter, p *syntax.ParamExp, q quoting) error {
	if p.Flags != nil || p.Width || p.IsSet || p.NestedParam != nil || len(p.Modifiers) > 0 || p.Param == nil ||
		p.Split != syntax.OptUnset || p.GlobSubst != syntax.OptUnset || p.RcExpand != syntax.OptUnset {
		sh.refuse("this parameter expansion")
	}
	if p.Excl && p.Names != 0 {
		return sh.addList(s, sh.namesWith(p.Param.Value), p.Names == syntax.NamesPrefix, q)
	}
	o, err := sh.operand(p)
	if err != nil {
		return err
	}
	if p.Excl {
		if o.list {
			return sh.addList(s, o.indexes, o.star, q)
		}
		done, err := sh.indirect(s, p, o, q)
		if done || err != nil {
			return err
		}
	}
	return sh.operate(s, p, o, q)
}

// operand finds what an expansion works on.
func (sh *Shell) operand(p *syntax.ParamExp) (*operand, error) {
	name := p.Param.Value
	if p.Index == nil {
		return sh.operandOf(name, nil), nil
	}
	index, err := sh.subscript(name, p.Index)
	if errors.Is(err, errSubscript) {
		// As bash does, the element is only not there.
		sh.report(err)
		return &operand{name: name, v: sh.get(name), values: []string{""}}, nil
	}
	if err != nil {
		return nil, err
	}
	return sh.operandOf(name, index), nil
}

// operandOf is a name with a subscript, or without one.
func (sh *Shell) operandOf(name string, index *subscript) *operand {
	o := &operand{name: name, index: index, v: sh.get(name)}
	switch {
	case name == "@" || name == "*":
		o.list, o.star = true, name == "*"
	case index != nil && index.all != 0:
		o.list, o.star = true, index.all == '*'
	}
	if o.list {
		o.values, o.indexes = sh.all(o.v)
		o.set = len(o.values) > 0
		return o
	}
	var text string
	switch {
	case index == nil:
		text, o.set = o.v.scalarText()
	case o.v.kind == associative:
		text, o.set = o.v.keys.values[index.key]
	case o.v.kind == indexed:
		text, o.set = o.v.list.get(index.number)
	case index.number == 0:
		text, o.set = o.v.scalarText()
	}
	o.values = []string{text}
	return o
}

// all are the elements of an array and their subscripts.
func (sh *Shell) all(v *variable) (values, indexes []string) {
	switch v.kind {
	case associative:
		keys, ok := v.keys.order()
		if !ok {
			sh.refuse("the list of an associative array with so many keys")
		}
		for _, k := range keys {
			values = append(values, v.keys.values[k])
		}
		return values, keys
	case indexed:
		for _, i := range v.list.indexes {
			indexes = append(indexes, itoa(i))
		}
		return v.list.values, indexes
	}
	if !v.set {
		return nil, nil
	}
	return []string{v.text}, []string{"0"}
}

// subscript evaluates what stands in brackets after a name.
func (sh *Shell) subscript(name string, node syntax.ArithmExpr) (*subscript, error) {
	if w, ok := node.(*syntax.Word); ok {
		if lit := w.Lit(); lit == "@" || lit == "*" {
			return &subscript{all: lit[0]}, nil
		}
	}
	v := sh.get(name)
	if v.kind == associative {
		key, err := sh.key(node)
		return &subscript{key: key}, err
	}
	n, err := sh.arithmeticNode(node)
	if err != nil {
		return nil, err
	}
	return sh.number(name, v, n)
}

// number is a subscript of an indexed array.
func (sh *Shell) number(name string, v *variable, n int64) (*subscript, error) {
	if n < 0 {
		n += int64(v.list.after())
		if v.kind == scalar && v.set {
			n++
		}
	}
	if n < 0 || n > 1<<31 {
		return nil, fmt.Errorf("%s: %w", name, errSubscript)
	}
	return &subscript{number: int(n)}, nil
}

// key is a subscript of an associative array.
func (sh *Shell) key(node syntax.ArithmExpr) (string, error) {
	if w, ok := node.(*syntax.Word); ok {
		return sh.value(w, false)
	}
	return sh.expandNode(node)
}

// indirect handles ${!name}: it is done for a name reference, else the operand
// becomes what the name's value names.
func (sh *Shell) indirect(s *splitter, p *syntax.ParamExp, o *operand, q quoting) (done bool, err error) {
	if v, _ := sh.stored(o.name); v != nil && v.reference && p.Index == nil {
		s.add(v.text, q)
		return true, nil
	}
	if !o.set {
		return true, &expansionError{message: o.name + ": invalid indirect expansion", status: 1}
	}
	name, index, hasIndex := strings.Cut(o.text(), "[")
	if !hasIndex {
		if !syntax.ValidName(name) && len(name) != 1 {
			if _, ok := positional(name); !ok {
				return true, &expansionError{message: name + ": invalid variable name", status: 1}
			}
		}
		*o = *sh.operandOf(name, nil)
		return false, nil
	}
	if !strings.HasSuffix(index, "]") || !syntax.ValidName(name) {
		return true, &expansionError{message: o.text() + ": invalid variable name", status: 1}
	}
	sub, err := sh.subscriptText(name, index[:len(index)-1])
	if err != nil {
		return true, err
	}
	*o = *sh.operandOf(name, sub)
	return false, nil
}

// subscriptText evaluates a subscript that is a text, not expanded any more.
func (sh *Shell) subscriptText(name, text string) (*subscript, error) {
	if text == "@" || text == "*" {
		return &subscript{all: text[0]}, nil
	}
	v := sh.get(name)
	if v.kind == associative {
		return &subscript{key: text}, nil
	}
	if strings.Contains(text, "$") || strings.Contains(text, "`") {
		sh.refuse("an expansion in the subscript %q", text)
	}
	n, err := sh.arithmetic(text)
	if err != nil {
		return nil, err
	}
	return sh.number(name, v, n)
}

// namesWith are the names of the variables that begin with a prefix.
func (sh *Shell) namesWith(prefix string) []string {
	var list []string
	for _, name := range sh.names() {
		if strings.HasPrefix(name, prefix) {
			list = append(list, name)
		}
	}
	return list
}

// addList adds the elements of a list: fields of their own, unless they are
// joined.
func (sh *Shell) addList(s *splitter, values []string, star bool, q quoting) error {
	switch {
	case s.whole && star, q == doubleQuoted && star:
		s.add(strings.Join(values, sh.joiner()), q)
	case s.whole:
		if len(values) > 0 {
			s.add(strings.Join(values, " "), q)
		}
	default:
		for i, value := range values {
			if i > 0 {
				s.end()
			}
			s.add(value, q)
		}
	}
	return nil
}
