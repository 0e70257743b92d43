package builtin

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Exit statuses of sed.
const (
	sedBadScript = 1
	sedBadInput  = 2
	sedPanic     = 4
)

// runSed is sed: edits streams of lines, and files with -i.
func runSed(c *Context) int {
	o, err := parseOptions(c.Args, "n,quiet,silent", "e,expression=", "f,file=", "E,r,regexp-extended", "i,in-place?", "s,separate",
		"z,null-data", "l,line-length=", "u,unbuffered", "b,binary", "follow-symlinks", "sandbox")
	if err != nil {
		return c.usage(err)
	}
	s := &sed{Context: c, quiet: o.has("n"), end: lineEnd(o.has("z")), width: 70, holdEnded: true, files: map[string]*sedOutput{}}
	chunks, err := s.script(o)
	if err == errNoSedScript {
		return c.Fail(sedBadScript, "%v", err)
	}
	if err != nil {
		return c.Fail(sedPanic, "%v", err)
	}
	s.where = chunks[0].where
	if text, given := o.value("l"); given {
		if s.width, err = strconv.Atoi(text); err != nil || s.width < 0 {
			return c.Fail(sedBadScript, "invalid line length: %s", quote(text))
		}
	}
	commands, quiet, err := parseSed(chunks, o.has("E"), o.has("z"))
	var label sedLabelError
	switch {
	case errors.As(err, &label):
		return c.Fail(sedPanic, "%v", err)
	case err != nil:
		return c.Fail(sedBadScript, "%v", err)
	}
	s.commands, s.quiet = commands, s.quiet || quiet
	s.suffix, _ = o.value("i")
	s.inPlace, s.follow = o.has("i"), o.has("follow-symlinks")
	s.separate = s.inPlace || o.has("s")
	if o.has("sandbox") {
		for _, command := range commands {
			if strings.IndexByte("rRwW", command.name) >= 0 || command.subst != nil && command.subst.file != "" {
				return c.Fail(sedBadScript, "e/r/w commands disabled in sandbox mode")
			}
		}
	}
	s.names = o.args
	switch {
	case len(s.names) > 0:
	case s.inPlace:
		return c.Fail(sedPanic, "no input files")
	default:
		s.names = []string{"-"}
	}
	return s.run()
}

// errNoSedScript is a command line without a script.
var errNoSedScript = errors.New("no script is given: usage: sed [OPTION]... SCRIPT [FILE]")

// script collects the texts of -e and -f, or takes the first operand.
func (s *sed) script(o *options) ([]sedChunk, error) {
	var chunks []sedChunk
	expressions := 0
	for _, option := range o.given {
		switch option.name {
		case "e":
			expressions++
			chunks = append(chunks, sedChunk{text: option.value, where: fmt.Sprintf("-e expression #%d", expressions)})
		case "f":
			r, err := s.open(option.value)
			if err != nil {
				return nil, fmt.Errorf("couldn't open file %s: %s", option.value, reason(err))
			}
			defer r.Close()
			text, err := io.ReadAll(r)
			if err != nil {
				return nil, fmt.Errorf("read error on %s: %s", option.value, reason(err))
			}
			chunks = append(chunks, sedChunk{text: strings.TrimSuffix(string(text), "\n"), where: "file " + option.value, file: true})
		}
	}
	if len(chunks) > 0 {
		return chunks, nil
	}
	if len(o.args) == 0 {
		return nil, errNoSedScript
	}
	chunks = []sedChunk{{text: o.args[0], where: "-e expression #1"}}
	o.args = o.args[1:]
	return chunks, nil
}

// sed is one run.
type sed struct {
	*Context
	commands      []*sedCommand
	quiet         bool
	end           byte // of lines
	width         int  // of the command l
	separate      bool
	inPlace       bool
	follow        bool // links are edited where they lead
	suffix        string
	names         []string // files not yet begun
	status        int
	fatal         error  // ends the run: an input that cannot be read or edited
	where         string // the start of the script, in messages
	input         *lineReader
	source        io.Closer
	current       string // the name of the input
	edit          *sedEdit
	number        int
	pattern, hold []byte
	ended         bool // the pattern space came from a line that was ended
	holdEnded     bool
	replaced      bool // since the last line or t
	appends       []sedAppend
	last          *regex
	out           *sedOutput
	files         map[string]*sedOutput // of w, by name
	readers       map[string]*sedReader
	scratch       []byte
	caps          []int
}

// sedAppend is what is written at the end of a cycle: a text, or a file.
type sedAppend struct {
	text   []byte
	file   string
	isFile bool
}

// errSedRegex is what an empty regular expression means before any was used.
var errSedRegex = errors.New("no previous regular expression")

// lastUsed returns r, or the regular expression used last when r is nil.
func (s *sed) lastUsed(r *regex) (*regex, error) {
	if r == nil {
		r = s.last
	}
	if r == nil {
		return nil, errSedRegex
	}
	s.last = r
	return r, nil
}

// sedQuit ends a run with an exit status.
type sedQuit int

func (q sedQuit) Error() string { return "quit" }

// run edits all inputs and returns the exit status.
func (s *sed) run() int {
	s.out = &sedOutput{w: s.newOutput(), end: s.end}
	s.files["/dev/stdout"] = s.out
	s.files["/dev/stderr"] = &sedOutput{w: (&Context{Stdout: s.Stderr}).newOutput(), end: s.end}
	defer s.closeFiles()
	s.resetRanges()
	standard := s.out
	err := s.openFiles()
	for err == nil && s.readLine() {
		if err = s.cycle(); standard.w.broken() {
			break
		}
	}
	if err == nil {
		err = s.fatal
	}
	var quit sedQuit
	if errors.As(err, &quit) {
		err = nil
		if int(quit) != 0 {
			s.status = int(quit)
		}
	}
	if closeErr := s.closeInput(); err == nil {
		err = closeErr
	}
	switch {
	case err == errSedRegex:
		s.status = s.Fail(sedBadScript, "%s, char 0: %v", s.where, err)
	case err != nil:
		s.status = s.Fail(sedPanic, "%v", err)
	}
	if s.finish(standard.w, 0) != 0 {
		return sedPanic
	}
	return s.status
}
