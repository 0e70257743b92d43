package nixshell

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/derivation"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	bashObject  = "/nix/store/b00000000000000000000000000000bb-bash"
	missingPath = "/nix/store/100000000000000000000000000000aa-zlib-1.3"
)

func TestInputs(t *testing.T) {
	// What hello names by itself.
	const script = "/nix/store/200000000000000000000000000000aa-builder.sh"
	known := []store.Path{bashObject, script}
	for _, test := range []struct {
		name  string
		edit  func(d *derivation.Derivation, o *Options)
		where string // the missing path is named; "": all is there

	}{
		{name: "all is there"},
		{name: "not checked", edit: func(d *derivation.Derivation, o *Options) {
			o.Inputs, o.CheckInputs, d.Env["src"] = nil, false, missingPath
		}},
		{name: "builder", edit: func(d *derivation.Derivation, o *Options) { d.Builder = missingPath + "/bin/bash" }, where: "its builder"},
		{name: "argument", edit: func(d *derivation.Derivation, _ *Options) { d.Args = []string{"-e", missingPath} }, where: "argument 2 of its builder"},
		{name: "variable", edit: func(d *derivation.Derivation, _ *Options) { d.Env["buildInputs"] = bashObject + " " + missingPath }, where: "its variable buildInputs"},
		{name: "variable with a file", edit: func(d *derivation.Derivation, _ *Options) { d.Env["flags"] = "-I" + missingPath + "/include" }, where: "its variable flags"},
		{name: "end of a sentence", edit: func(d *derivation.Derivation, _ *Options) { d.Env["doc"] = "See " + missingPath + "." }, where: "its variable doc"},
		{name: "passed as a file", edit: func(d *derivation.Derivation, _ *Options) {
			d.Env["passAsFile"], d.Env["text"] = "text", "x\n"+missingPath+"\n"
		}, where: "its variable text"},
		{name: "source", edit: func(d *derivation.Derivation, _ *Options) { d.InputSrcs = []store.Path{script, missingPath} }, where: "its sources"},
		{name: "structured attribute", edit: func(d *derivation.Derivation, _ *Options) {
			d.StructuredAttrs = `{"env":{"a":["` + strings.ReplaceAll(missingPath, "/", `\/`) + `"]}}`
		}, where: "its attribute env"},
		{name: "name in a structured attribute", edit: func(d *derivation.Derivation, _ *Options) {
			d.StructuredAttrs = `{"outputChecks":{"` + missingPath + `":1}}`
		}, where: "its attribute outputChecks"},
		{name: "the first place counts", edit: func(d *derivation.Derivation, _ *Options) { d.Env["b"], d.Env["a"] = missingPath, missingPath }, where: "its variable a"},
		{name: "own outputs", edit: func(d *derivation.Derivation, _ *Options) {
			d.Outputs["dev"] = derivation.Output{Path: devPath}
			d.Env["flags"] = outPath + "/lib " + devPlaceholder + " " + devPath
		}},
		{name: "own derivation", edit: func(d *derivation.Derivation, _ *Options) {
			d.Env["drvPath"] = "/nix/store/300000000000000000000000000000aa-hello-1.drv"
		}},
		{name: "another derivation", edit: func(d *derivation.Derivation, _ *Options) {
			d.Env["drvs"] = missingPath + ".drv " + missingPath + ".drv^out " + missingPath + ".drv!out " + missingPath + ".drv."
		}},
		{name: "not a derivation for all its name", edit: func(d *derivation.Derivation, _ *Options) { d.Env["x"] = missingPath + "/y.drv" }, where: "its variable x"},
		{name: "extra objects", edit: func(d *derivation.Derivation, o *Options) {
			o.ExtraPackages, o.CACertificates, o.Coreutils, o.Shell = []store.Path{cowPath}, caPath, figPath, missingPath+"/bin/bash"
			d.Env["x"] = cowPath + caPath + figPath + missingPath
		}},
		{name: "no store path", edit: func(d *derivation.Derivation, _ *Options) {
			d.Env["x"] = "/nix/store /nix/store/ /nix/store/.links /nix/store/$hash-$name /nix/store/100000000000000000000000000000aa /nix/store/100000000000000000000000000000aa-"
		}},
		{name: "reference that was removed", edit: func(d *derivation.Derivation, _ *Options) {
			d.Env["x"] = "/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-zlib /nix/store/" + strings.Repeat("0", 32) + "-zlib"
		}},
		{name: "another store", edit: func(d *derivation.Derivation, _ *Options) {
			d.Env["x"] = "/gnu" + strings.TrimPrefix(missingPath, "/nix")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, o := hello(nil), options()
			d.Args = []string{"-e", script}
			o.Inputs, o.CheckInputs = known, true
			if test.edit != nil {
				test.edit(d, &o)
			}
			_, err := New(d, o)
			if test.where == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			want := "derivation hello-1: it needs " + missingPath + " (in " + test.where + "), which the image does not have: add it to inputs of the nix_derivation"
			if err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func TestSeveralInputs(t *testing.T) {
	d, o := hello(nil), options()
	o.CheckInputs = true
	d.Args = nil
	d.Builder, d.Env["builder"] = "/bin/bash", "/bin/bash"
	for i := range 7 {
		d.Env[fmt.Sprint("v", i)] = fmt.Sprintf("/nix/store/%d00000000000000000000000000000aa-x", i)
	}
	_, err := New(d, o)
	want := "it needs /nix/store/000000000000000000000000000000aa-x (in its variable v0), /nix/store/100"
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), "(in its variable v4), and 2 more, which the image does not have: add them to inputs of the nix_derivation") {
		t.Errorf("got %v", err)
	}
}
