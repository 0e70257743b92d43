package builtin

import (
	"bytes"
	"errors"
)

// regexOptions says which dialect a pattern is written in.
type regexOptions struct {
	extended  bool // ERE instead of BRE
	fold      bool // ASCII letters match in either case
	multiline bool // ^ and $ match at newlines, "." and "[^x]" match none (the flag M of sed)
	zeroLines bool // with multiline: ^ and $ match at zero bytes instead (sed -z)
	lenient   bool // a repetition of nothing is no error (grep), instead of one (sed)
	literal   bool // no operators at all: each byte means itself
	word      bool // matches begin and end at the edge of a word (grep -w)
	line      bool // matches are whole lines (grep -x)
}

// regex is a compiled regular expression of POSIX (IEEE 1003.1-2017, chapter 9) with the GNU operators, as glibc reads them in the C
// locale: a text is bytes, and the match is the leftmost one and the longest of those. It is for one goroutine at a time.
type regex struct {
	prog     []regexInst
	start    int
	groups   int  // subexpressions, without the whole match
	loops    int  // repetitions that need a register (only with back-references)
	marks    int  // instructions whose visits are remembered
	fold     bool // back-references match in either case
	lineEnd  byte // what lines within a text end with
	backrefs bool // the pattern has back-references
	used     []int
	first    *byteSet // bytes a match can begin with; nil: any, or none
	prefix   []byte   // every match begins with it
	anchored bool     // a match can only begin at 0
	matcher  regexMatcher
}

// Errors of patterns, in the words of glibc but for their capital letters.
var (
	errRegexBracket      = errors.New("unmatched [, [^, [:, [., or [=")
	errRegexParen        = errors.New("unmatched ( or \\(")
	errRegexCloseP       = errors.New("unmatched ) or \\)")
	errRegexBrace        = errors.New("unmatched \\{")
	errRegexContent      = errors.New("invalid content of \\{\\}")
	errRegexContentOrder = errors.New("invalid content of \\{\\}") // the higher count first
	errRegexRepeat       = errors.New("invalid preceding regular expression")
	errRegexRange        = errors.New("invalid range end")
	errRegexBackref      = errors.New("invalid back reference")
	errRegexBackslash    = errors.New("trailing backslash")
	errRegexClass        = errors.New("invalid character class name")
	errRegexCollate      = errors.New("invalid collation character")
	errRegexTooBig       = errors.New("regular expression too big")
	errRegexColons       = errors.New("character class syntax is [[:space:]], not [:space:]")
)

// compileRegex compiles patterns: a text matches when it matches one of them.
func compileRegex(o regexOptions, patterns ...string) (*regex, error) {
	p := regexParser{options: o}
	tree, err := p.parseAll(patterns)
	if err != nil {
		return nil, err
	}
	r, err := assembleRegex(tree, p.groups)
	if err == nil {
		r.fold, r.lineEnd = o.fold, lineEnd(o.zeroLines)
	}
	return r, err
}

// matches reports whether text holds a match.
func (r *regex) matches(text []byte) bool {
	return r.find(text, 0, nil) != nil
}

// find returns the leftmost longest match that begins at from or later: pairs of offsets into text for the whole match and each
// subexpression, -1 for one that took no part; nil when there is none. What is before from still counts for anchors and word edges. The
// result is written over caps when that has room for it.
func (r *regex) find(text []byte, from int, caps []int) []int {
	m := &r.matcher
	m.begin(r, text, caps)
	last := len(text)
	if r.anchored {
		last = 0
	}
	for start := from; start <= last; start++ {
		if start = r.candidate(text, start); start < 0 || start > last {
			return nil
		}
		if m.matchAt(start) {
			return m.best
		}
	}
	return nil
}

// candidate returns the first offset from start on where a match may begin, -1 for none.
func (r *regex) candidate(text []byte, start int) int {
	switch {
	case len(r.prefix) > 0:
		if i := bytes.Index(text[start:], r.prefix); i >= 0 {
			return start + i
		}
		return -1
	case r.first != nil:
		for ; start < len(text); start++ {
			if r.first.has(text[start]) {
				return start
			}
		}
		return -1
	}
	return start
}
