package bash

import (
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// declaration is what the options of declare and its like say.
type declaration struct {
	command              string
	set, unset           string
	global, local        bool
	print, functions     bool
	functionNames        bool
	indexed, associative bool
}

// declare runs declare, typeset, local, export, readonly and nameref.
func (sh *Shell) declare(d *syntax.DeclClause) (int, error) {
	decl := &declaration{command: d.Variant.Value}
	switch decl.command {
	case "export":
		decl.set = "x"
	case "readonly":
		decl.set = "r"
	case "local":
		decl.local = true
	case "declare", "typeset":
		decl.local = sh.inFunction()
	default:
		sh.refuse("the command %s", decl.command)
	}
	status := 0
	options, names := true, 0
	one := func(as *syntax.Assign, word string) error {
		if options && as == nil {
			switch {
			case word == "--":
				options = false
				return nil
			case len(word) > 1 && (word[0] == '-' || word[0] == '+'):
				decl.option(sh, word)
				return nil
			}
		}
		if options {
			options = false
			if decl.local && decl.command == "local" && !sh.inFunction() {
				return fmt.Errorf("%s: can only be used in a function", decl.command)
			}
		}
		names++
		if decl.print || decl.functions || decl.functionNames {
			return sh.show(decl, word)
		}
		return sh.declareOne(decl, as, word)
	}
	for _, as := range d.Args {
		sh.pos = sh.source.at(as.Pos())
		if as.Name != nil && !(as.Naked && as.Index == nil) {
			if err := one(as, as.Name.Value); err != nil {
				if e, ok := err.(*expansionError); ok {
					return 1, e
				}
				sh.errorf("%v", err)
				status = 1
			}
			continue
		}
		words := []string{}
		if as.Name != nil {
			words = append(words, as.Name.Value)
		} else {
			fields, err := sh.fields([]*syntax.Word{as.Value})
			if err != nil {
				return 1, err
			}
			words = fields
		}
		for _, word := range words {
			if err := one(nil, word); err != nil {
				sh.errorf("%v", err)
				status = 1
			}
		}
	}
	if names == 0 {
		sh.instead(decl.command+" without names", "it would list variables")
	}
	return status, nil
}

// option adds one argument's options.
func (d *declaration) option(sh *Shell, word string) {
	for _, c := range word[1:] {
		letter := string(c)
		switch {
		case strings.Contains("xrilun", letter):
			if letter == "n" && d.command == "export" {
				d.set = strings.ReplaceAll(d.set, "x", "")
				d.unset += "x"
			} else if word[0] == '-' {
				d.set += letter
			} else {
				d.unset += letter
			}
		case letter == "a" && word[0] == '-':
			d.indexed = true
		case letter == "A" && word[0] == '-':
			d.associative = true
		case letter == "g" && word[0] == '-':
			d.global, d.local = true, false
		case letter == "p" && word[0] == '-':
			d.print = true
		case letter == "f" && word[0] == '-' && d.command != "export" && d.command != "readonly":
			d.functions = true
		case letter == "F" && word[0] == '-':
			d.functionNames = true
		default:
			sh.refuse("the option %c%s of %s", word[0], letter, d.command)
		}
	}
}

// declareOne declares a variable, as an assignment of the script or as the
// text NAME or NAME=VALUE.
func (sh *Shell) declareOne(d *declaration, as *syntax.Assign, word string) error {
	name, text, assigned := strings.Cut(word, "=")
	add := false
	if as == nil && assigned {
		name, add = strings.CutSuffix(name, "+")
	}
	var index *subscript
	if base, sub, ok := strings.Cut(name, "["); ok && as == nil && strings.HasSuffix(sub, "]") {
		name = base
		if assigned {
			var err error
			if index, err = sh.subscriptText(name, strings.TrimSuffix(sub, "]")); err != nil {
				return err
			}
		}
	}
	if !syntax.ValidName(name) {
		return fmt.Errorf("%s: `%s': not a valid identifier", d.command, word)
	}
	reference := strings.Contains(d.set, "n")
	if !reference {
		if r := sh.resolve(name); !d.local {
			name = r
		}
	}
	v, err := sh.declared(d, name)
	if err != nil {
		return err
	}
	if strings.Contains(d.unset, "r") && v.readonly || v.readonly && (as != nil || assigned) {
		return fmt.Errorf("%s: %s: %w", d.command, name, errReadonly)
	}
	for _, f := range []struct {
		letter string
		field  *bool
	}{{"x", &v.exported}, {"i", &v.integer}, {"l", &v.lower}, {"u", &v.upper}, {"n", &v.reference}} {
		*f.field = (*f.field || strings.Contains(d.set, f.letter)) && !strings.Contains(d.unset, f.letter)
	}
	switch {
	case as != nil && as.Index == nil && !as.Naked && as.Array == nil && reference:
		v.text, err = sh.value(as.Value, true)
		v.set = true
	case as != nil && !as.Naked:
		if as.Value != nil && as.Index == nil {
			sh.refuseList(v, sh.source.between(as.Value.Pos(), as.Value.End()))
		}
		err = sh.assign(as, v)
	case assigned:
		sh.refuseList(v, text)
		err = sh.assignTo(name, v, index, text, add)
	}
	if err != nil {
		return err
	}
	if strings.Contains(d.set, "r") {
		v.readonly = true
	}
	return nil
}

// refuseList refuses a text that bash would read as a list for an array.
func (sh *Shell) refuseList(v *variable, text string) {
	if text = strings.Trim(text, `"'`); v.kind != scalar && strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		sh.instead("a list in quotes for an array", "write it without the quotes")
	}
}

// declared is the variable that a declaration is about, which is made unless
// it is there.
func (sh *Shell) declared(d *declaration, name string) (*variable, error) {
	if why, ok := refused[name]; ok {
		sh.instead("declaring "+name, why)
	}
	s := sh.scopes[0]
	switch {
	case d.local:
		s = sh.functionScope()
	case !d.global:
		if _, found := sh.stored(name); found != nil {
			s = found
		}
	}
	v := s.variables[name]
	if v == nil {
		v = &variable{local: d.local}
		if d.local {
			if outer, _ := sh.stored(name); outer != nil {
				if outer.readonly {
					return nil, fmt.Errorf("%s: %s: %w", d.command, name, errReadonly)
				}
				v.exported = outer.exported
			}
		}
		s.variables[name] = v
	}
	switch {
	case d.associative && v.kind == indexed, d.indexed && v.kind == associative:
		return nil, fmt.Errorf("%s: %s: cannot convert between kinds of arrays", d.command, name)
	case d.associative && v.kind == scalar:
		v.kind = associative
		if v.set {
			v.keys.put("0", v.text)
			v.text = ""
		}
	case d.indexed:
		v.makeArray()
	}
	return v, nil
}

func (sh *Shell) inFunction() bool { return len(sh.calls) > 0 }

// functionScope is that of the function that runs.
func (sh *Shell) functionScope() *scope {
	for i := len(sh.scopes) - 1; i > 0; i-- {
		if sh.scopes[i].function {
			return sh.scopes[i]
		}
	}
	return sh.scopes[0]
}
