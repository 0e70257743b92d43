package builtin

import (
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// runGrep is grep, egrep and fgrep: the lines that match. It exits with 0 when there was one, 1 when there was none and 2 after an error.
func runGrep(c *Context) int {
	o, err := parseOptions(grepOldContext(c.Args), grepSpecification...)
	if err != nil {
		return c.usage(err)
	}
	g := &grep{Context: c, out: c.newOutput()}
	if err := g.setMode(o); err != nil {
		return c.usage(err)
	}
	if err := g.compile(o); err != nil {
		return c.usage(err)
	}
	if err := g.selectFiles(o); err != nil {
		return c.usage(err)
	}
	if g.mode.max == 0 || g.nothing {
		return 1
	}
	for _, name := range g.operands(o) {
		if g.file(name, true); g.mode.quiet && g.matched || g.out.broken() {
			break
		}
	}
	status := 1
	switch {
	case g.matched && (g.mode.quiet || !g.failed):
		status = 0
	case g.failed:
		status = 2
	}
	if c.finish(g.out, 0) != 0 {
		return 2
	}
	return status
}

// grepOldContext rewrites the option -NUM as -C NUM.
func grepOldContext(args []string) []string {
	args = slices.Clone(args)
	for i := 1; i < len(args) && args[i] != "--"; i++ {
		arg := args[i]
		switch value := strings.IndexAny(arg, "efmABCd"); {
		case strings.HasPrefix(arg, "--"):
			if long := slices.ContainsFunc(grepSpecification, func(s string) bool {
				return strings.HasSuffix(s, "=") && slices.Contains(strings.Split(s[:len(s)-1], ","), arg[2:])
			}); long {
				i++ // its value
			}
		case len(arg) < 2 || arg[0] != '-':
		case value == len(arg)-1:
			i++
		case strings.Trim(arg[1:], "0123456789") == "":
			args[i] = "-C" + arg[1:]
		}
	}
	return args
}

// grep is one run.
type grep struct {
	*Context
	mode    grepMode
	regex   *regex
	out     output
	matched bool // what decides the exit status
	failed  bool
	nothing bool // no line can be selected
	walk    grepWalk
}

// grepWalk is how files are found, and whether anything is written of any.
type grepWalk struct {
	written                       bool
	recursive, follow             bool
	skipDirs                      bool
	include, exclude, withoutDirs []string
	ancestors                     []scriptfs.Info
}
