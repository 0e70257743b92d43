package bash

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// replace handles ${x/pattern/text}.
func (sh *Shell) replace(r *syntax.Replace, o *operand) error {
	f, err := sh.field(r.Orig, false)
	if err != nil {
		return err
	}
	with, err := sh.field(r.With, false)
	if err != nil {
		return err
	}
	anchor := byte(0)
	if !r.All && len(f) > 0 && !f[0].quoted && f[0].text != "" && (f[0].text[0] == '#' || f[0].text[0] == '%') {
		anchor = f[0].text[0]
		f = append(field{{f[0].text[1:], false}}, f[1:]...)
	}
	pattern := f.pattern()
	if pattern == "" && anchor == 0 {
		return nil
	}
	values := make([]string, len(o.values))
	for i, v := range o.values {
		values[i] = sh.replaceIn(v, pattern, with, anchor, r.All)
	}
	o.values = values
	return nil
}

func (sh *Shell) replaceIn(text, pattern string, with field, anchor byte, all bool) string {
	var b strings.Builder
	at := 0
	for at <= len(text) {
		end := -1
		if anchor != '%' {
			end = sh.ends(pattern, text, at, true)
		} else if sh.matches(pattern, text[at:]) {
			end = len(text)
		}
		if end < 0 || end == at && anchor == 0 {
			if anchor == '#' {
				break
			}
			if at < len(text) {
				b.WriteByte(text[at])
			}
			at++
			continue
		}
		with.replacement(&b, text[at:end])
		at = end
		if !all {
			break
		}
	}
	if at < len(text) {
		b.WriteString(text[at:])
	}
	return b.String()
}

// replacement writes the field with the match in place of every "&" that is
// not quoted.
func (f field) replacement(b *strings.Builder, match string) {
	for _, p := range f {
		if p.quoted {
			b.WriteString(p.text)
		} else {
			b.WriteString(strings.ReplaceAll(p.text, "&", match))
		}
	}
}
