package bash

import "strings"

// split splits a line at IFS into at most n fields, of which the last one gets
// the rest; n is -1 for all.
func (sh *Shell) split(text string, escaped []bool, n int) []string {
	ifs := sh.separators()
	blank := func(i int) bool {
		return i < len(text) && !escaped[i] && strings.IndexByte(" \t\n", text[i]) >= 0 && strings.IndexByte(ifs, text[i]) >= 0
	}
	mark := func(i int) bool {
		return i < len(text) && !escaped[i] && strings.IndexByte(ifs, text[i]) >= 0
	}
	var fields []string
	i := 0
	for blank(i) {
		i++
	}
	for i < len(text) {
		begin := i
		if len(fields) == n-1 {
			return append(fields, sh.rest(text, escaped, begin, mark, blank))
		}
		for i < len(text) && !mark(i) {
			i++
		}
		fields = append(fields, text[begin:i])
		for blank(i) {
			i++
		}
		if mark(i) && !blank(i) {
			i++
			for blank(i) {
				i++
			}
		}
	}
	return fields
}

// rest is the last field: all that is left, without the blanks at its end, and
// without one separator if that is all that follows its only field.
func (sh *Shell) rest(text string, escaped []bool, begin int, mark, blank func(i int) bool) string {
	end := len(text)
	for end > begin && blank(end-1) {
		end--
	}
	// A single separator after a single field is no part of it.
	first := begin
	for first < end && !mark(first) {
		first++
	}
	after := first
	for blank(after) {
		after++
	}
	if mark(after) && !blank(after) {
		after++
	}
	for blank(after) {
		after++
	}
	if first < end && after >= end {
		end = first
	}
	return text[begin:end]
}
