package builtin

import (
	"fmt"
	"strings"
)

// Formats of date.
const (
	dateFormat     = "%a %b %e %H:%M:%S %Z %Y"
	dateMailFormat = "%a, %d %b %Y %H:%M:%S %z"
)

// isoFormats are the formats of the option -I.
var isoFormats = map[string]string{
	"date": "%Y-%m-%d", "hours": "%Y-%m-%dT%H%:z", "minutes": "%Y-%m-%dT%H:%M%:z", "seconds": "%Y-%m-%dT%H:%M:%S%:z",
	"ns": "%Y-%m-%dT%H:%M:%S,%N%:z",
}

// rfc3339Formats are the formats of the option --rfc-3339.
var rfc3339Formats = map[string]string{"date": "%Y-%m-%d", "seconds": "%Y-%m-%d %H:%M:%S%:z", "ns": "%Y-%m-%d %H:%M:%S.%N%:z"}

// runDate is date: the script's fixed time, or another one, in UTC.
func runDate(c *Context) int {
	o, err := parseOptions(c.Args, "d,date=", "I,iso-8601?", "R,rfc-email,rfc-2822", "rfc-3339=", "r,reference=", "u,utc,universal", "debug")
	if err != nil {
		return c.usage(err)
	}
	format, err := dateFormatOf(o)
	if err != nil {
		return c.Fail(1, "%v", err)
	}
	t := c.Clock.UTC()
	switch o.last("d", "r") {
	case "d":
		text, _ := o.value("d")
		var ok bool
		if t, ok = parseDate(text, t); !ok {
			return c.Fail(1, "invalid date %s", quote(text))
		}
	case "r":
		name, _ := o.value("r")
		info, err := c.FS.Stat(c.Path(name))
		if err != nil {
			return c.Fail(1, "%s: %s", name, reason(err))
		}
		t = info.MTime
	}
	out := c.newOutput()
	out.WriteString(formatDate(format, t.UTC()) + "\n")
	return c.finish(out, 0)
}

// dateFormatOf is the format that options and operand ask for.
func dateFormatOf(o *options) (string, error) {
	given := o.count("I") + o.count("R") + o.count("rfc-3339")
	format := dateFormat
	for _, option := range o.given {
		switch option.name {
		case "R":
			format = dateMailFormat
		case "I":
			name := option.value
			if name == "" {
				name = "date"
			}
			if format = isoFormats[name]; format == "" {
				return "", fmt.Errorf("invalid argument %s for '--iso-8601'", quote(name))
			}
		case "rfc-3339":
			if format = rfc3339Formats[option.value]; format == "" {
				return "", fmt.Errorf("invalid argument %s for '--rfc-3339'", quote(option.value))
			}
		}
	}
	for i, arg := range o.args {
		switch {
		case i > 0:
			return "", fmt.Errorf("extra operand %s", quote(arg))
		case !strings.HasPrefix(arg, "+"):
			return "", fmt.Errorf("setting the date (%s) is not supported", quote(arg))
		case given > 0:
			return "", fmt.Errorf("multiple output formats specified")
		}
		format, given = arg[1:], 1
	}
	if given > 1 {
		return "", fmt.Errorf("multiple output formats specified")
	}
	return format, nil
}
