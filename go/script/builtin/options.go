package builtin

import (
	"fmt"
	"slices"
	"strings"
)

// usageStatus is the exit status of a command line that a command does not understand.
const usageStatus = 2

// options is a parsed command line.
type options struct {
	given []givenOption
	// args are the operands.
	args []string
}

// givenOption is one option of a command line: the first name of its specification, its value, and whether it had one.
type givenOption struct {
	name, value string
	hasValue    bool
}

// has says whether an option was given; name is the first name of its specification.
func (o *options) has(name string) bool {
	return slices.ContainsFunc(o.given, func(g givenOption) bool { return g.name == name })
}

// value returns the last value that was given to an option.
func (o *options) value(name string) (string, bool) {
	for _, g := range slices.Backward(o.given) {
		if g.name == name {
			return g.value, true
		}
	}
	return "", false
}

// last returns which of the named options came last, "" when none was given: for options that override one another.
func (o *options) last(names ...string) string {
	for _, g := range slices.Backward(o.given) {
		if slices.Contains(names, g.name) {
			return g.name
		}
	}
	return ""
}

// count returns how often an option was given.
func (o *options) count(name string) int {
	n := 0
	for _, g := range o.given {
		if g.name == name {
			n++
		}
	}
	return n
}

// parseOptions parses a command line, its name included, as getopt_long does: short options may be bundled ("-rf") and hold their value
// ("-m644" or "-m 644"), long ones may be shortened to a unique beginning and take "--mode=644" or "--mode 644", "--" ends the options, and
// operands may stand between options. Each specification lists an option's names, the first being the one that results carry, and how it
// takes a value:
//
//	"R,recursive"   no value
//	"m,mode="       a value
//	"backup?"       a value only where attached ("--backup=simple"), else none
//
// An option that no specification has is an error that lists those there are.
func parseOptions(args []string, specifications ...string) (*options, error) {
	return parseLine(args, specifications, true)
}

// parseLeadingOptions is parseOptions for commands that end with another command's line, such as env: the first operand ends the options.
func parseLeadingOptions(args []string, specifications ...string) (*options, error) {
	return parseLine(args, specifications, false)
}

// valueKind says how an option takes a value.
type valueKind int

const (
	noValue valueKind = iota
	requiredValue
	optionalValue
)

// knownOption is one parsed specification.
type knownOption struct {
	names []string
	value valueKind
}

func parseSpecifications(specifications []string) []knownOption {
	known := make([]knownOption, len(specifications))
	for i, s := range specifications {
		switch {
		case strings.HasSuffix(s, "="):
			known[i].value = requiredValue
		case strings.HasSuffix(s, "?"):
			known[i].value = optionalValue
		}
		known[i].names = strings.Split(strings.TrimRight(s, "=?"), ",")
	}
	return known
}

// optionParser is the state of one parse: what is known, and the arguments still to read.
type optionParser struct {
	known []knownOption
	rest  []string
	found options
}

func parseLine(args, specifications []string, permute bool) (*options, error) {
	p := &optionParser{known: parseSpecifications(specifications), rest: args[1:]}
	for len(p.rest) > 0 {
		arg := p.rest[0]
		p.rest = p.rest[1:]
		var err error
		switch {
		case arg == "--":
			p.found.args = append(p.found.args, p.rest...)
			return &p.found, nil
		case strings.HasPrefix(arg, "--"):
			err = p.long(arg[2:])
		case len(arg) > 1 && arg[0] == '-':
			err = p.short(arg[1:])
		case permute:
			p.found.args = append(p.found.args, arg)
		default:
			p.found.args = append(append(p.found.args, arg), p.rest...)
			return &p.found, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return &p.found, nil
}

// long reads "name" or "name=value", the dashes being gone.
func (p *optionParser) long(text string) error {
	name, value, hasValue := strings.Cut(text, "=")
	option, full, err := p.longOption(name)
	if err != nil {
		return err
	}
	switch {
	case hasValue && option.value == noValue:
		return fmt.Errorf("option '--%s' doesn't allow an argument", full)
	case !hasValue && option.value == requiredValue:
		if len(p.rest) == 0 {
			return fmt.Errorf("option '--%s' requires an argument", full)
		}
		value, hasValue = p.rest[0], true
		p.rest = p.rest[1:]
	}
	p.found.given = append(p.found.given, givenOption{name: option.names[0], value: value, hasValue: hasValue})
	return nil
}

// longOption finds the option that a long name or a unique beginning of one means.
func (p *optionParser) longOption(name string) (found knownOption, full string, err error) {
	var candidates []string
	matches := 0
	for _, option := range p.known {
		matched := false
		for _, n := range option.names {
			if len(n) == 1 {
				continue
			}
			if n == name {
				return option, n, nil
			}
			if name != "" && strings.HasPrefix(n, name) {
				candidates = append(candidates, "'--"+n+"'")
				found, full, matched = option, n, true
			}
		}
		if matched {
			matches++
		}
	}
	switch matches {
	case 1:
		return found, full, nil
	case 0:
		return knownOption{}, "", p.unknown("--" + name)
	default:
		return knownOption{}, "", fmt.Errorf("option '--%s' is ambiguous; possibilities: %s", name, strings.Join(candidates, " "))
	}
}

// short reads the options of a bundle, the dash being gone.
func (p *optionParser) short(bundle string) error {
	for i := range len(bundle) {
		letter := bundle[i : i+1]
		at := slices.IndexFunc(p.known, func(o knownOption) bool { return slices.Contains(o.names, letter) })
		if at < 0 {
			return p.unknown("-" + letter)
		}
		option := givenOption{name: p.known[at].names[0]}
		if p.known[at].value != noValue {
			option.value, option.hasValue = bundle[i+1:], i+1 < len(bundle)
			if p.known[at].value == requiredValue && !option.hasValue {
				if len(p.rest) == 0 {
					return fmt.Errorf("option requires an argument -- '%s'", letter)
				}
				option.value, option.hasValue = p.rest[0], true
				p.rest = p.rest[1:]
			}
			p.found.given = append(p.found.given, option)
			return nil
		}
		p.found.given = append(p.found.given, option)
	}
	return nil
}

// unknown is the error for an option that the command does not have.
func (p *optionParser) unknown(name string) error {
	var all []string
	for _, option := range p.known {
		for _, n := range option.names {
			if len(n) == 1 {
				all = append(all, "-"+n)
			} else {
				all = append(all, "--"+n)
			}
		}
	}
	supported := "it takes none"
	if len(all) > 0 {
		supported = "these are supported: " + strings.Join(all, " ")
	}
	return fmt.Errorf("unrecognised option '%s': %s", name, supported)
}
