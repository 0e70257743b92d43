package builtin

import (
	"errors"
	"slices"
	"strings"
)

// configure takes the options over, in their order.
func (r *listRun) configure(o *options) error {
	for _, g := range o.given {
		switch g.name {
		case "a":
			r.all, r.dots = true, true
		case "A":
			r.all, r.dots = true, false
		case "d":
			r.directories = true
		case "F", "p":
			r.indicate = g.name[0]
		case "classify":
			if g.hasValue && g.value != "always" {
				return errors.New("--classify takes no value but always")
			}
			r.indicate = 'F'
		case "g":
			r.long, r.owner = true, false
		case "o":
			r.long, r.group = true, false
		case "G":
			r.group = false
		case "h":
			r.human = true
		case "H", "L":
			r.follow = linkPolicy(g.name[0])
		case "l":
			r.long = true
		case "n":
			r.long, r.numeric = true, true
		case "r":
			r.reverse = true
		case "R":
			r.recursive = true
		case "S", "t", "U", "v", "X":
			r.order = g.name[0]
		case "sort":
			order, ok := map[string]byte{"none": 'U', "size": 'S', "time": 't', "name": 0, "version": 'v', "extension": 'X'}[g.value]
			if !ok {
				return errors.New("--sort takes one of: none, size, time, name, version, extension")
			}
			r.order = order
		case "color":
			if g.value == "always" || !g.hasValue {
				return errors.New("--color=always is not supported")
			}
		case "full-time":
			r.long, r.timeStyle = true, "full-iso"
		case "time-style":
			if !slices.Contains([]string{"full-iso", "long-iso", "iso", "locale"}, g.value) && !strings.HasPrefix(g.value, "+") {
				return errors.New("--time-style takes one of: full-iso, long-iso, iso, locale, +FORMAT")
			}
			r.timeStyle = g.value
		case "group-directories-first":
			r.dirsFirst = true
		}
	}
	if r.directories {
		r.recursive = false
	}
	return nil
}
