package nixshell

import (
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

func TestRcfile(t *testing.T) {
	const (
		static = "/nix/store/b00000000000000000000000000000bb-bash/bin:" + objectPath + "/bin"
		start  = "unset PATH\ndontAddDisableDepTrack=1\n"
		setup  = "[ -e $stdenv/setup ] && source $stdenv/setup\n" +
			"PATH=" + static + ":\"$PATH\"\n"
		end = "SHELL=" + bashPath + "\n" +
			"BASH=" + bashPath + "\n" +
			"set +e\n" +
			`[ -n "$PS1" -a -z "$NIX_SHELL_PRESERVE_PROMPT" ] && PS1='\n\[\033[1;32m\][nix-shell:\w]\$\[\033[0m\] '` + "\n" +
			`if [ "$(type -t runHook)" = function ]; then runHook shellHook; fi` + "\n" +
			"unset NIX_ENFORCE_PURITY\n" +
			"shopt -u nullglob\n" +
			"shopt -s execfail\n"
	)
	for _, test := range []struct {
		name, attrs string
		options     func(*Options)
		want        string
	}{
		{name: "plain", want: start + setup + end},
		{name: "command", options: func(o *Options) { o.Command = "hello\nls" }, want: start + setup + end + "hello\nls\nexit\n"},
		{name: "run", options: func(o *Options) { o.Run = "hello" }, want: start + setup + end + "hello\nexit\n"},
		{name: "structured", attrs: "{}", want: start + "source " + objectPath + "/.attrs.sh\n" + setup + end},
		{name: "extra packages", options: func(o *Options) { o.ExtraPackages = []store.Path{cowPath, figPath} },
			want: start + setup + `export PATH="${PATH%:}":` + cowPath + "/bin:" + figPath + "/bin\n" + end},
		{name: "shell in quotes", options: func(o *Options) { o.Shell = "/my bash/it's" },
			want: strings.ReplaceAll(strings.Replace(start+setup+end, "PATH="+static, `PATH='/my bash:`+objectPath+`/bin'`, 1), "="+bashPath+"\n", `='/my bash/it'\''s'`+"\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options()
			if test.options != nil {
				test.options(&o)
			}
			d := hello(nil)
			d.StructuredAttrs = test.attrs
			if got := mustNew(t, d, o).content(t, "rc"); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestNixShellProgram(t *testing.T) {
	want := `#!` + bashPath + `
if [ $# = 0 ]; then echo "usage: nixShell COMMAND [ARGUMENT...]" >&2; exit 2; fi
unset PATH
dontAddDisableDepTrack=1
[ -e $stdenv/setup ] && source $stdenv/setup
PATH=/nix/store/b00000000000000000000000000000bb-bash/bin:` + objectPath + `/bin:"$PATH"
SHELL=` + bashPath + `
BASH=` + bashPath + `
set +e
if [ "$(type -t runHook)" = function ]; then runHook shellHook; fi
unset NIX_ENFORCE_PURITY
shopt -u nullglob
export PATH
exec "$@"
`
	if got := mustNew(t, hello(nil), options()).content(t, "bin/nixShell"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestBuildDerivation(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"none", nil, ""},
		{"plain", []string{"-e", "/nix/store/x-builder.sh", "a,b:c%d@e+f_g.h"}, " -e /nix/store/x-builder.sh a,b:c%d@e+f_g.h"},
		{"in quotes", []string{"", "a b", "it's", "$x", "a=b", "ä", "a\nb", "\\"}, ` '' 'a b' 'it'\''s' '$x' 'a=b' 'ä' 'a` + "\n" + `b' '\'`},
		{"not UTF-8", []string{"\xff"}, " '\xff'"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := hello(nil)
			d.Args = test.args
			want := "#!" + bashPath + "\nexec " + bashPath + test.want + "\n"
			if got := mustNew(t, d, options()).content(t, "bin/buildDerivation"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func TestBuildDerivationStructured(t *testing.T) {
	d := hello(nil)
	d.StructuredAttrs = "{}"
	want := "#!" + bashPath + `
[ -e .attrs.sh ] || echo source ` + objectPath + `/.attrs.sh >.attrs.sh
[ -e .attrs.json ] || printf '%s' "$(<` + objectPath + `/.attrs.json)" >.attrs.json
exec ` + bashPath + ` -e /nix/store/e00000000000000000000000000000ee-builder.sh
`
	if got := mustNew(t, d, options()).content(t, "bin/buildDerivation"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
