package bash

import (
	"fmt"

	"mvdan.cc/sh/v3/syntax"
)

// assignElement assigns a text to a variable or to an element of an array.
func (sh *Shell) assignElement(name string, index *subscript, value string) error {
	v, err := sh.writable(name)
	if err != nil {
		return err
	}
	return sh.assignTo(name, v, index, value, false)
}

// assignTo assigns to a variable, or to its element, or appends to what is
// there.
func (sh *Shell) assignTo(name string, v *variable, index *subscript, value string, add bool) error {
	if add {
		old := ""
		switch {
		case index == nil:
			old, _ = v.scalarText()
		case v.kind == associative:
			old = v.keys.values[index.key]
		case v.kind == indexed:
			old, _ = v.list.get(index.number)
		case index.number == 0:
			old, _ = v.scalarText()
		}
		if v.integer {
			value = "(" + old + "+0)+(" + value + ")"
		} else {
			value = old + value
		}
	}
	if index == nil {
		return sh.assignText(name, v, value)
	}
	if index.all != 0 {
		return fmt.Errorf("%s[%c]: %w", name, index.all, errSubscript)
	}
	value, err := sh.cast(v, value)
	if err != nil {
		return err
	}
	if v.kind == scalar {
		v.makeArray()
	}
	if v.kind == associative {
		v.keys.put(index.key, value)
	} else {
		v.list.put(index.number, value)
	}
	v.set = true
	return nil
}

// makeArray makes a scalar an indexed array with the scalar as its element 0.
func (v *variable) makeArray() {
	if v.kind != scalar {
		return
	}
	if v.set {
		v.list.put(0, v.text)
	}
	v.kind, v.text = indexed, ""
}

// assign makes one assignment of the script. With into it is to that variable,
// wherever the name leads.
func (sh *Shell) assign(as *syntax.Assign, into *variable) error {
	name := as.Name.Value
	if as.Array != nil {
		v := into
		if v == nil {
			var err error
			if v, err = sh.writable(name); err != nil {
				return err
			}
		}
		if as.Index != nil {
			return fmt.Errorf("%s: cannot assign list to array member", name)
		}
		return sh.assignArray(name, v, as)
	}
	value, err := sh.value(as.Value, true)
	if err != nil {
		return err
	}
	var index *subscript
	if as.Index != nil {
		if index, err = sh.subscript(name, as.Index); err != nil {
			return err
		}
	}
	v := into
	if v == nil {
		if v, err = sh.writable(name); err != nil {
			return err
		}
	}
	return sh.assignTo(name, v, index, value, as.Append)
}

// assignArray assigns a list in parentheses.
func (sh *Shell) assignArray(name string, v *variable, as *syntax.Assign) error {
	// All is expanded before the old elements go.
	type element struct {
		index *subscript
		value string
		add   bool
	}
	var list []element
	var plain []string
	for _, e := range as.Array.Elems {
		if e.Index == nil && v.kind == associative {
			words, err := sh.fields([]*syntax.Word{e.Value})
			if err != nil {
				return err
			}
			plain = append(plain, words...)
			continue
		}
		if e.Index == nil {
			words, err := sh.fields([]*syntax.Word{e.Value})
			if err != nil {
				return err
			}
			for _, w := range words {
				list = append(list, element{nil, w, false})
			}
			continue
		}
		value := ""
		if e.Value != nil {
			var err error
			if value, err = sh.value(e.Value, true); err != nil {
				return err
			}
		}
		var index *subscript
		if v.kind == associative {
			key, err := sh.key(e.Index)
			if err != nil {
				return err
			}
			index = &subscript{key: key}
		} else {
			n, err := sh.arithmeticNode(e.Index)
			if err != nil {
				return err
			}
			if n < 0 {
				sh.refuse("a negative subscript in a list")
			}
			index = &subscript{number: int(n)}
		}
		list = append(list, element{index, value, false})
	}
	for i := 0; i < len(plain); i += 2 {
		value := ""
		if i+1 < len(plain) {
			value = plain[i+1]
		}
		list = append(list, element{&subscript{key: plain[i]}, value, false})
	}
	if as.Append {
		v.makeArray()
	} else {
		v.list, v.keys, v.text = elements{}, keyed{}, ""
		if v.kind == scalar {
			v.kind = indexed
		}
	}
	v.set = true
	next := v.list.after()
	for _, e := range list {
		if e.index == nil {
			e.index = &subscript{number: next}
		}
		next = e.index.number + 1
		if err := sh.assignTo(name, v, e.index, e.value, false); err != nil {
			return err
		}
	}
	return nil
}
