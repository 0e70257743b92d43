package bash

import (
	"fmt"
	"slices"
	"strconv"
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

// shopts are the options of shopt that work; the others are known by whether
// they are on in bash.
var (
	shopts = []string{"dotglob", "extglob", "failglob", "globstar", "inherit_errexit", "lastpipe", "nocaseglob", "nocasematch", "nullglob"}

	fixedShopts = map[string]bool{
		"checkwinsize": true, "cmdhist": true, "complete_fullquote": true, "extquote": true, "force_fignore": true, "globasciiranges": true,
		"globskipdots": true, "hostcomplete": true, "interactive_comments": true, "patsub_replacement": true, "progcomp": true,
		"promptvars": true, "sourcepath": true,
		"assoc_expand_once": false, "autocd": false, "cdable_vars": false, "cdspell": false, "checkhash": false, "checkjobs": false,
		"direxpand": false, "dirspell": false, "execfail": false, "expand_aliases": false, "extdebug": false, "gnu_errfmt": false,
		"histappend": false, "histreedit": false, "histverify": false, "huponexit": false, "lithist": false, "localvar_inherit": false,
		"localvar_unset": false, "login_shell": false, "mailwarn": false, "no_empty_cmd_completion": false, "progcomp_alias": false,
		"restricted_shell": false, "shift_verbose": false, "varredir_close": false, "xpg_echo": false,
	}
)

func shopt(sh *Shell, args []string) jump {
	args = args[1:]
	var mode string
	quiet, ofSet := false, false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		for _, c := range args[0][1:] {
			switch c {
			case 's', 'u':
				mode = string(c)
			case 'q':
				quiet = true
			case 'o':
				ofSet = true
			default:
				sh.refuse("the option -%c of shopt", c)
			}
		}
		args = args[1:]
	}
	if len(args) == 0 {
		sh.refuse("shopt without names")
	}
	sh.status = 0
	for _, name := range args {
		if mode != "" {
			sh.setShopt(name, mode == "s", ofSet)
			continue
		}
		value, ok := sh.shopts[name]
		if ofSet {
			value, ok = sh.options[name]
		}
		if !ok && !ofSet && !slices.Contains(shopts, name) {
			if value, ok = fixedShopts[name]; !ok {
				sh.failure("shopt: %s: invalid shell option name", name)
				continue
			}
		}
		if !value {
			sh.status = 1
		}
		if !quiet {
			fmt.Fprintf(sh.stdout(), "%-15s\t%s\n", name, map[bool]string{true: "on", false: "off"}[value])
		}
	}
	return on
}

func (sh *Shell) setShopt(name string, on, ofSet bool) {
	if ofSet {
		sh.setName(name, on)
		return
	}
	if !slices.Contains(shopts, name) {
		fixed, ok := fixedShopts[name]
		switch {
		case !ok:
			sh.failure("shopt: %s: invalid shell option name", name)
		case fixed != on:
			sh.refuse("shopt %s %s", map[bool]string{true: "-s", false: "-u"}[on], name)
		}
		return
	}
	if on {
		sh.shopts[name] = true
	} else {
		delete(sh.shopts, name)
	}
}

// umask shows or sets the umask.
func umask(sh *Shell, args []string) jump {
	symbolic, command := false, false
	args = args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		for _, c := range args[0][1:] {
			switch c {
			case 'S':
				symbolic = true
			case 'p':
				command = true
			default:
				sh.refuse("the option -%c of umask", c)
			}
		}
		args = args[1:]
	}
	sh.status = 0
	if len(args) == 0 {
		text := fmt.Sprintf("%04o", sh.umask)
		if symbolic {
			text = symbolicMask(sh.umask)
		}
		if command {
			text = "umask " + text
		}
		fmt.Fprintln(sh.stdout(), text)
		return on
	}
	mask, ok := parseMask(args[0], sh.umask)
	if !ok {
		return sh.failure("umask: %s: invalid octal number or symbolic mode", args[0])
	}
	sh.umask = mask
	return on
}

func symbolicMask(mask uint32) string {
	var parts []string
	for i, who := range "ugo" {
		bits := ^mask >> (6 - 3*i) & 7
		part := string(who) + "="
		for j, c := range "rwx" {
			if bits&(4>>j) != 0 {
				part += string(c)
			}
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// parseMask reads a umask in octal, or in symbols, which say what is allowed.
func parseMask(text string, old uint32) (uint32, bool) {
	if text[0] >= '0' && text[0] <= '9' {
		n, err := strconv.ParseUint(text, 8, 32)
		return uint32(n), err == nil && n <= 0o777
	}
	allowed := ^old & 0o777
	for clause := range strings.SplitSeq(text, ",") {
		at := strings.IndexAny(clause, "+-=")
		if at < 0 {
			return 0, false
		}
		who, bits := uint32(0), uint32(0)
		for _, c := range clause[:at] {
			switch c {
			case 'u':
				who |= 0o700
			case 'g':
				who |= 0o070
			case 'o':
				who |= 0o007
			case 'a':
				who |= 0o777
			default:
				return 0, false
			}
		}
		if at == 0 {
			who = 0o777
		}
		for _, c := range clause[at+1:] {
			i := strings.IndexRune("rwx", c)
			if i < 0 {
				return 0, false
			}
			bits |= 0o444 >> i
		}
		switch clause[at] {
		case '+':
			allowed |= bits & who
		case '-':
			allowed &^= bits & who
		default:
			allowed = allowed&^who | bits&who
		}
	}
	return ^allowed & 0o777, true
}
