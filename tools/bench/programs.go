package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// programs are what is measured. Those that are not given are built.
type programs struct {
	Strata       string `placeholder:"FILE" help:"The program strata; without: it is built with go build."`
	StrataObject string `placeholder:"FILE" help:"The program strata-object; without: it is built."`
	StrataScript string `placeholder:"FILE" help:"The program strata-script; without: it is built."`
	StrataDeploy string `placeholder:"FILE" help:"The program strata-deploy; without: it is built."`
}

// module is where the programs' packages are.
const module = "github.com/rules-strata/rules_strata"

// object is what rules start for the steps of one object.
func (p *programs) object() []string { return []string{p.StrataObject, "--strata=" + p.Strata} }

// prepare builds the programs that are not given into a folder, and makes all
// paths absolute.
func (p *programs) prepare(ctx context.Context, folder string) error {
	for name, file := range map[string]*string{"strata": &p.Strata, "strata-object": &p.StrataObject, "strata-script": &p.StrataScript, "strata-deploy": &p.StrataDeploy} {
		if *file == "" {
			*file = filepath.Join(folder, name)
			if err := build(ctx, *file, module+"/go/cmd/"+name); err != nil {
				return err
			}
		}
		var err error
		if *file, err = filepath.Abs(*file); err != nil {
			return err
		}
	}
	return nil
}

// build builds a program as Bazel does: pure Go, without symbols.
func build(ctx context.Context, out, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", out, pkg)
	// bazel run starts programs among their runfiles, and says where the sources are.
	cmd.Dir = os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	text, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w: give the programs by their flags, see --help", err)
	}
	if err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, text)
	}
	return nil
}
