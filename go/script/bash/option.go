package bash

import (
	"slices"
	"strings"
)

// setOptions are the options of set by their letters. Those without an effect
// here may be set, but not their opposite.
var setOptions = map[byte]string{
	'a': "allexport", 'e': "errexit", 'f': "noglob", 'u': "nounset", 'x': "xtrace", 'C': "noclobber", 'E': "errtrace", 'h': "hashall",
	'B': "braceexpand", 'P': "physical", 'T': "functrace", 'b': "notify",
}

// longOptions have no letter.
var longOptions = []string{"pipefail"}

// harmless options may be turned off, since a script does not have them.
var harmless = map[string]bool{"histexpand": true, "history": true, "monitor": true, "verbose": true, "posix": true, "ignoreeof": true, "vi": true,
	"emacs": true, "interactive-comments": true, "noexec": true, "onecmd": true, "keyword": true, "privileged": true, "nolog": true}

var harmlessLetters = map[byte]string{'H': "histexpand", 'm': "monitor", 'v': "verbose", 'n': "noexec", 'k': "keyword", 'p': "privileged", 't': "onecmd"}

// optionFlags is $-.
func (sh *Shell) optionFlags() string {
	var flags []byte
	for letter, name := range setOptions {
		if sh.options[name] {
			flags = append(flags, letter)
		}
	}
	slices.SortFunc(flags, func(a, b byte) int {
		const order = "abefhuxBCEPT"
		return strings.IndexByte(order, a) - strings.IndexByte(order, b)
	})
	return string(flags)
}

// set sets options and the positional parameters.
func set(sh *Shell, args []string) jump {
	args = args[1:]
	if len(args) == 0 {
		sh.instead("set without arguments", "it would list all variables")
	}
	sh.status = 0
	for len(args) > 0 {
		arg := args[0]
		switch {
		case arg == "--":
			sh.params = args[1:]
			return on
		case arg == "-":
			delete(sh.options, "xtrace")
			if len(args) > 1 {
				sh.params = args[1:]
			}
			return on
		case len(arg) < 2 || arg[0] != '-' && arg[0] != '+':
			sh.params = args
			return on
		}
		args = args[1:]
		for i := 1; i < len(arg); i++ {
			if arg[i] != 'o' {
				sh.setLetter(arg[i], arg[0] == '-')
				continue
			}
			if len(args) == 0 {
				sh.refuse("set %co without a name", arg[0])
			}
			sh.setName(args[0], arg[0] == '-')
			args = args[1:]
		}
	}
	return on
}

func (sh *Shell) setLetter(letter byte, on bool) {
	name, ok := setOptions[letter]
	if !ok {
		if _, harmless := harmlessLetters[letter]; harmless && !on {
			return
		}
		sh.refuse("set -%c", letter)
	}
	sh.setName(name, on)
}

func (sh *Shell) setName(name string, on bool) {
	known := slices.Contains(longOptions, name)
	for _, n := range setOptions {
		known = known || n == name
	}
	switch {
	case !known && harmless[name] && (!on || name == "interactive-comments"):
		return
	case !known:
		sh.refuse("set -o %s", name)
	case on:
		sh.options[name] = true
	default:
		delete(sh.options, name)
	}
}
