package derivation

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// escaper escapes the characters that are not written as they are.
var escaper = strings.NewReplacer(`"`, `\"`, `\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// Marshal writes the derivation as a .drv.
func (d *Derivation) Marshal() []byte {
	w := &writer{}
	w.WriteString("Derive(")
	list(w, d.OutputNames(), func(name string) {
		o := d.Outputs[name]
		w.tuple(name, string(o.Path), o.HashAlgo, o.Hash)
	})
	w.WriteByte(',')
	list(w, slices.Sorted(maps.Keys(d.InputDrvs)), func(path store.Path) {
		w.WriteByte('(')
		w.text(string(path))
		w.WriteByte(',')
		list(w, d.InputDrvs[path], w.text)
		w.WriteByte(')')
	})
	w.WriteByte(',')
	list(w, d.InputSrcs, func(path store.Path) { w.text(string(path)) })
	w.WriteByte(',')
	w.text(d.System)
	w.WriteByte(',')
	w.text(d.Builder)
	w.WriteByte(',')
	list(w, d.Args, w.text)
	w.WriteByte(',')
	env := map[string]string{}
	maps.Copy(env, d.Env)
	if d.StructuredAttrs != "" {
		env[structuredAttrsName] = d.StructuredAttrs
	}
	list(w, slices.Sorted(maps.Keys(env)), func(name string) { w.tuple(name, env[name]) })
	w.WriteByte(')')
	return w.Bytes()
}

// writer writes an ATerm.
type writer struct{ bytes.Buffer }

// list writes items in brackets.
func list[T any](w *writer, items []T, item func(T)) {
	w.WriteByte('[')
	for i, v := range items {
		if i > 0 {
			w.WriteByte(',')
		}
		item(v)
	}
	w.WriteByte(']')
}

func (w *writer) tuple(fields ...string) {
	w.WriteByte('(')
	for i, field := range fields {
		if i > 0 {
			w.WriteByte(',')
		}
		w.text(field)
	}
	w.WriteByte(')')
}

func (w *writer) text(s string) {
	w.WriteByte('"')
	w.WriteString(escaper.Replace(s))
	w.WriteByte('"')
}
