package bash

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// host runs no commands but one that waits for its input.
type host struct{}

func (host) Run(p *Process) int {
	if p.Args[0] != "wait-for-input" {
		return statusNotFound
	}
	one := make([]byte, 1)
	for {
		if _, err := p.Stdin.Read(one); err != nil {
			return 0
		}
	}
}

func (host) Find(string) (string, bool) { return "", false }
func (host) Home(string) (string, bool) { return "", false }
func (host) Failed() error              { return nil }

func runHere(t *testing.T, text string) (Result, string, error) {
	t.Helper()
	var out strings.Builder
	result, err := Run(text, Config{
		Context: context.Background(), FS: scriptfs.New(time.Unix(0, 0)), Dir: "/", Name: "bash", Stdout: &out, Stderr: &out, Host: host{},
	})
	return result, out.String(), err
}

func TestPipes(t *testing.T) {
	for text, want := range map[string]string{
		"echo a | { read x; echo $x; }":                                     "a\n",
		"for i in 1 2 3; do echo $i; done | while read x; do echo $x; done": "1\n2\n3\n",
		"echo a | wait-for-input; echo end":                                 "end\n",
		"while :; do echo x; done | true; echo ${PIPESTATUS[@]}":            "141 0\n",
		"{ while :; do echo x; done; echo never; } | { read x; echo $x; }":  "x\n",
		"x=$(while :; do echo y; done | { read a; echo $a; }); echo $x":     "y\n",
	} {
		if _, got, err := runHere(t, text); err != nil || got != want {
			t.Errorf("%s: got %q, %v", text, got, err)
		}
	}
}

// TestAbort: what ends the script in one command of a pipe ends all.
func TestAbort(t *testing.T) {
	for _, text := range []string{
		"while :; do echo x; done | echo $RANDOM", "echo $RANDOM | wait-for-input", "{ echo a | { read x; echo $RANDOM; }; } | wait-for-input",
		"x=$(echo a | echo $RANDOM)", "shopt -s lastpipe; echo a | echo $RANDOM",
	} {
		_, _, err := runHere(t, text)
		if err == nil || !strings.Contains(err.Error(), "line 1: the variable RANDOM is not supported") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestResult(t *testing.T) {
	result, _, err := runHere(t, "set -e\n\nf() {\n  false\n}\nf")
	if err != nil || result.Status != 1 || result.Pos.Line != 4 || result.Command != "false" {
		t.Errorf("%+v %v", result, err)
	}
}

func FuzzRun(f *testing.F) {
	for _, text := range []string{"echo $((1+2)) ${x:-y} \"$@\" *", "for i in a b; do [[ $i =~ a|b ]] && echo ${i^^}; done", "a=(1 2); echo ${a[@]:1} ${!a[@]}; cat <<E\n$a\nE\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "while") || strings.Contains(text, "until") || strings.Contains(text, "for") {
			// It may run for ever.
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		Run(text, Config{Context: ctx, FS: scriptfs.New(time.Unix(0, 0)), Dir: "/", Name: "bash", Host: host{}})
	})
}
