package nixshell

import (
	"path"
	"strings"
)

// staticPath has the folders that every PATH of the image begins with.
func (m *maker) staticPath() []string {
	return []string{path.Dir(m.Shell), m.path("bin")}
}

// extraPath has the folders of the extra packages' programs.
func (m *maker) extraPath() []string {
	var dirs []string
	for _, p := range m.ExtraPackages {
		dirs = append(dirs, string(p)+"/bin")
	}
	return dirs
}

// rcfile sets the shell up, as nix-shell does.
func (m *maker) rcfile() string {
	lines := append(m.setUp(), `[ -n "$PS1" -a -z "$NIX_SHELL_PRESERVE_PROMPT" ] && PS1='\n\[\033[1;32m\][nix-shell:\w]\$\[\033[0m\] '`)
	lines = append(append(lines, hook...), `shopt -s execfail`)
	for _, text := range []string{m.Command, m.Run} {
		if text != "" {
			lines = append(lines, text, "exit")
		}
	}
	return join(lines)
}

// nixShell runs a command in the environment that the rcfile makes.
func (m *maker) nixShell() string {
	lines := []string{
		`#!` + m.Shell,
		`if [ $# = 0 ]; then echo "usage: nixShell COMMAND [ARGUMENT...]" >&2; exit 2; fi`,
	}
	lines = append(append(lines, m.setUp()...), hook...)
	return join(append(lines, `export PATH`, `exec "$@"`))
}

// buildDerivation runs the builder.
func (m *maker) buildDerivation() string {
	words := []string{"exec", quote(m.d.Builder)}
	for _, arg := range m.d.Args {
		words = append(words, quote(arg))
	}
	lines := []string{"#!" + m.Shell}
	if m.structured() {
		// Where Nix puts them; setups of old look nowhere else.
		lines = append(lines,
			`[ -e .attrs.sh ] || echo source `+quote(m.path(attrsShellFile))+` >.attrs.sh`,
			`[ -e .attrs.json ] || printf '%s' "$(<`+quote(m.path(attrsJSONFile))+`)" >.attrs.json`,
		)
	}
	return join(append(lines, strings.Join(words, " ")))
}

// setUp are the lines that make the environment, before the shell hook.
func (m *maker) setUp() []string {
	lines := []string{`unset PATH`, `dontAddDisableDepTrack=1`}
	if m.structured() {
		lines = append(lines, `source `+quote(m.path(attrsShellFile)))
	}
	lines = append(lines,
		`[ -e $stdenv/setup ] && source $stdenv/setup`,
		`PATH=`+quote(strings.Join(m.staticPath(), ":"))+`:"$PATH"`,
	)
	if len(m.ExtraPackages) > 0 {
		// Without a setup, nothing else finds them.
		lines = append(lines, `export PATH="${PATH%:}":`+quote(strings.Join(m.extraPath(), ":")))
	}
	return append(lines, `SHELL=`+quote(m.Shell), `BASH=`+quote(m.Shell), `set +e`)
}

// hook are the lines that run the shell hook.
var hook = []string{
	`if [ "$(type -t runHook)" = function ]; then runHook shellHook; fi`,
	`unset NIX_ENFORCE_PURITY`,
	`shopt -u nullglob`,
}

func join(lines []string) string { return strings.Join(lines, "\n") + "\n" }

// quote makes a word of the shell's language, as nixpkgs' lib.escapeShellArg
// does: in quotes only where it must be.
func quote(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,._+:@%/-"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return quoteAlways(s)
}

// quoteAlways puts s in quotes.
func quoteAlways(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
