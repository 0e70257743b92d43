package bash

import (
	"fmt"
	"strings"
)

// show prints a declaration.
func (sh *Shell) show(d *declaration, name string) error {
	switch {
	case d.functionNames:
		if sh.functions[name] == nil {
			return errSilent
		}
		fmt.Fprintln(sh.stdout(), name)
		return nil
	case d.functions:
		if sh.functions[name] == nil {
			return errSilent
		}
		if f := sh.files[1]; f == nil || !f.null {
			sh.instead("printing a function with "+d.command+" -f", "only its exit status can be had, with the output to /dev/null")
		}
		return nil
	}
	v := sh.get(name)
	if !v.set && v.flags() == "" {
		return fmt.Errorf("%s: %s: not found", d.command, name)
	}
	flags := v.flags()
	if flags == "" {
		flags = "-"
	}
	switch {
	case v.kind != scalar:
		values, indexes := sh.all(v)
		fmt.Fprintf(sh.stdout(), "declare -%s %s=(", flags, name)
		for i, value := range values {
			if v.kind == indexed && i > 0 {
				fmt.Fprint(sh.stdout(), " ")
			}
			key := indexes[i]
			if v.kind == associative && strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
				key = doubleQuote(key)
			}
			fmt.Fprintf(sh.stdout(), "[%s]=%s", key, doubleQuote(value))
			if v.kind == associative {
				fmt.Fprint(sh.stdout(), " ")
			}
		}
		fmt.Fprint(sh.stdout(), ")\n")
	case v.set:
		fmt.Fprintf(sh.stdout(), "declare -%s %s=%s\n", flags, name, doubleQuote(v.text))
	default:
		fmt.Fprintf(sh.stdout(), "declare -%s %s\n", flags, name)
	}
	return nil
}

// doubleQuote is a text as declare -p shows it.
func doubleQuote(s string) string {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return ansiQuote(s)
		}
	}
	var b strings.Builder
	b.WriteByte('"')
	escape(&b, s, "\"\\$`")
	b.WriteByte('"')
	return b.String()
}
