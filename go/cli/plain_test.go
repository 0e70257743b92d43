package cli

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/objectsteps"
)

// plainLines are command lines of the steps that are read without this package.
// Rules write lines like the first ones.
var plainLines = []string{
	"layer --metadata out/a.json --listing out/a.listing --object " + appPath + "=a.nar",
	"layer --metadata a.json --check-references --reference " + appPath + " --reference " + appPath + "b --without-deps --object " + appPath + "=@ file\x000555\x00bin/app\x00in/app symlink\x00\x00tool\x00bin/app",
	"layer --mtime @time --uid 7 --gid=8 --uname me --gname=us --store-dir /nix/store --metadata=m --tar=t --listing l --object=" + appPath + "=x=y",
	"info --out a.json --object " + appPath + "=a.nar",
	"files --out=a.json --object=" + appPath + "=@m",
}

// notPlain are lines that are for this package: Plain must not read them.
var notPlain = []string{
	"layer", "layer --help", "layer --metadata", "layer --metadata=", "layer --metadata --tar=x", "layer --metadata=a --metadata=b", "layer --metadata=a --bogus",
	"layer --metadata=a --check-references=true", "layer --metadata=a -h", "layer --metadata=a -- x", "layer --metadata=a --uid=-1", "layer --metadata=a --uid -1",
	"layer --metadata=a --mtime=soon", "layer --metadata=a --mtime=", "layer --metadata=a --object=nothing", "layer --metadata=a - x", "info --out=a", "info --out a --object x",
	"layer --metadata=a --meta=b", "layer --metadata=a --Tar=b", "layer --metadata=a --no-check-references",
}

// parsed is what a line says to this package: the step, and whether it is right.
func parsed(t *testing.T, in command.Folder, args []string) (objectsteps.Step, bool) {
	t.Helper()
	var step objectsteps.Step
	p := Program{Name: "strata"}
	for _, name := range []string{"layer", "info", "files"} {
		p.Commands = append(p.Commands, Command{Name: name, Make: func() any { step = objectsteps.New(name); return step }})
	}
	exited := false
	_, err := p.parser(t.Context(), in, args, io.Discard, io.Discard, func(int) { exited = true }).Parse(args)
	return step, err == nil && !exited
}

// TestPlain: what Plain reads, this package reads alike.
func TestPlain(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"a.nar", "x=y", "m"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(folder, "time"), []byte("7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	in := command.Folder(folder)
	same := func(args []string) (plain bool) {
		got := objectsteps.New(args[0])
		if got == nil || !in.Plain(args[1:], got) {
			return false
		}
		want, ok := parsed(t, in, args)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, want %+v (right: %t)", args, got, want, ok)
		}
		return true
	}
	for _, line := range plainLines {
		if !same(strings.Fields(line)) {
			t.Errorf("%q is not plain", line)
		}
	}
	for _, line := range notPlain {
		if same(strings.Fields(line)) {
			t.Errorf("%q is plain", line)
		}
	}
	if same([]string{"bogus"}) {
		t.Error("a command that there is not is plain")
	}
	t.Run("mixed", func(t *testing.T) {
		var words []string
		for _, line := range slices.Concat(plainLines, notPlain) {
			words = append(words, strings.Fields(line)[1:]...)
		}
		words = append(words, "", "=", "--=", "--", "-", "a b", "--object="+appPath+"=a.nar", "--out=x", "--metadata=x")
		random, plain := rand.New(rand.NewPCG(1, 2)), 0
		for range 20000 {
			args := []string{[]string{"layer", "info", "files"}[random.IntN(3)]}
			for range 1 + random.IntN(6) {
				args = append(args, words[random.IntN(len(words))])
			}
			if same(args) {
				plain++
			}
		}
		if plain < 100 {
			t.Errorf("%d lines are plain: too few to say anything", plain)
		}
	})
}

// strange has what Plain does not know.
type strange struct {
	A string `enum:"a,b" default:"a"`
}

// TestPlainGrammar: a part of a tag that Plain does not know is nothing that it
// may pass over.
func TestPlainGrammar(t *testing.T) {
	for _, grammar := range []any{
		new(strange),
		&struct{ A []string }{},
		&struct {
			A string `arg:""`
		}{},
		&struct{ A float64 }{},
		&struct{ A, CACertificates string }{},
		&struct {
			A string `help:"\"a\""`
		}{},
	} {
		if command.Folder("").Plain([]string{"--a=1"}, grammar) {
			t.Errorf("%s is plain", fmt.Sprintf("%T", grammar))
		}
	}
	ordinary := &struct {
		AbC string `help:"Any."`
	}{}
	if !command.Folder("").Plain([]string{"--ab-c=1"}, ordinary) || ordinary.AbC != "1" {
		t.Errorf("got %+v", ordinary)
	}
}
