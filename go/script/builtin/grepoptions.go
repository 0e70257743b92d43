package builtin

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// grepMode is what grep writes.
type grepMode struct {
	invert                     bool
	count, names, namesWithout bool
	quiet, silent              bool
	only                       bool
	numbers, offsets           bool
	withName                   bool
	inputName                  string // of standard input
	zeroNames                  bool   // a zero byte behind names
	max                        int64
	context                    bool // -A, -B or -C is given
	before, after              int64
	separator                  string
	noSeparator                bool
	text, skipBinary           bool
	end                        byte
}

// grepSpecification is what options grep has.
var grepSpecification = []string{
	"E,extended-regexp", "F,fixed-strings", "G,basic-regexp", "P,perl-regexp", "e,regexp=", "f,file=", "i,ignore-case,y", "no-ignore-case",
	"w,word-regexp", "x,line-regexp", "z,null-data", "s,no-messages", "v,invert-match", "m,max-count=", "b,byte-offset", "n,line-number",
	"line-buffered", "H,with-filename", "h,no-filename", "o,only-matching", "q,quiet,silent", "a,text", "I", "binary-files=", "d,directories=",
	"r,recursive", "R,dereference-recursive", "include=", "exclude=", "exclude-dir=", "L,files-without-match", "l,files-with-matches",
	"c,count", "Z,null", "A,after-context=", "B,before-context=", "C,context=", "group-separator=", "no-group-separator", "color?", "colour?",
	"U,binary", "label=",
}

// grepMode reads what to write from the options.
func (g *grep) setMode(o *options) error {
	g.mode = grepMode{
		invert: o.has("v"), count: o.has("c"), quiet: o.has("q"), silent: o.has("s"), only: o.has("o"), numbers: o.has("n"),
		offsets: o.has("b"), zeroNames: o.has("Z"), max: -1, separator: "--", noSeparator: o.has("no-group-separator"),
		text: o.has("a") || o.has("U"), skipBinary: o.has("I"), end: lineEnd(o.has("z")),
	}
	g.mode.inputName = "(standard input)"
	if label, given := o.value("label"); given {
		g.mode.inputName = label
	}
	switch o.last("l", "L") {
	case "l":
		g.mode.names = true
	case "L":
		g.mode.namesWithout = true
	}
	for _, number := range []struct {
		option, what string
		to           []*int64
	}{
		{"C", "context length argument", []*int64{&g.mode.before, &g.mode.after}},
		{"A", "context length argument", []*int64{&g.mode.after}},
		{"B", "context length argument", []*int64{&g.mode.before}},
		{"m", "max count", []*int64{&g.mode.max}},
	} {
		text, given := o.value(number.option)
		if !given {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 && number.option != "m" {
			return fmt.Errorf("%s: invalid %s", text, number.what)
		}
		for _, to := range number.to {
			*to = n
		}
		g.mode.context = g.mode.context || number.option != "m"
	}
	if text, given := o.value("group-separator"); given {
		g.mode.separator = text
	}
	if kind, given := o.value("binary-files"); given {
		switch kind {
		case "text":
			g.mode.text = true
		case "without-match":
			g.mode.skipBinary = true
		case "binary":
		default:
			return fmt.Errorf("invalid argument %s for '--binary-files'", quote(kind))
		}
	}
	for _, name := range []string{"color", "colour"} {
		if when, _ := o.value(name); when == "always" {
			return fmt.Errorf("option '--%s=always' is not supported", name)
		}
	}
	return nil
}

// compile makes the regular expression of the options and, unless -e or -f gives patterns, the first operand.
func (g *grep) compile(o *options) error {
	var patterns []string
	given := false
	for _, option := range o.given {
		switch option.name {
		case "e":
			given = true
			patterns = append(patterns, strings.Split(option.value, "\n")...)
		case "f":
			given = true
			more, err := g.patternFile(option.value)
			if err != nil {
				return fmt.Errorf("%s: %s", option.value, reason(err))
			}
			patterns = append(patterns, more...)
		}
	}
	if !given {
		if len(o.args) == 0 {
			return fmt.Errorf("no pattern is given: usage: %s [OPTION]... PATTERNS [FILE]", g.Name())
		}
		patterns = strings.Split(o.args[0], "\n")
		o.args = o.args[1:]
	}
	kinds := map[string]bool{}
	for _, option := range o.given {
		if strings.Contains("EFGP", option.name) {
			kinds[option.name] = true
		}
	}
	if len(kinds) > 1 {
		return fmt.Errorf("conflicting matchers specified")
	}
	kind := o.last("E", "F", "G", "P")
	if kind == "" {
		kind = map[string]string{"egrep": "E", "fgrep": "F"}[g.Name()]
	}
	if kind == "P" {
		return fmt.Errorf("option '-P' (Perl's regular expressions) is not supported: use -E")
	}
	g.nothing = len(patterns) == 1 && patterns[0] == "" && g.mode.invert && !o.has("w") && !o.has("x") && !g.mode.namesWithout
	var err error
	g.regex, err = compileRegex(regexOptions{
		extended: kind == "E", literal: kind == "F", lenient: true, fold: o.last("i", "no-ignore-case") == "i", word: o.has("w"),
		line: o.has("x"),
	}, patterns...)
	return err
}

// patternFile reads the patterns of the option -f.
func (g *grep) patternFile(name string) ([]string, error) {
	r, err := g.open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), nil
}
