package bash

import (
	"fmt"
	"slices"
)

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
