package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/store"
)

// packageFlags name packages.
type packageFlags struct {
	System   string   `placeholder:"SYSTEM" help:"The packages' system: aarch64-darwin, aarch64-linux, x86_64-darwin, x86_64-linux or any (default: the one that Nix or the cache names, or any)."`
	File     string   `short:"f" placeholder:"FILE" help:"A file of Nix expressions that has the attributes that are named (default: <nixpkgs>)."`
	Packages []string `arg:"" name:"package" help:"[NAME=]PACKAGE: a store path, a link to one, or, where Nix is installed, FLAKE#ATTRIBUTE or an attribute."`
}

// namedPattern splits NAME=PACKAGE; a flake may have an equals sign, too.
var namedPattern = regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9+._-]*)=(.+)$`)

// resolve finds the store paths of the packages.
func (f *packageFlags) resolve(ctx context.Context, storeDir string, std *command.Streams) ([]nixlock.Package, error) {
	if f.System != "" {
		if err := nixlock.CheckSystem(f.System); err != nil {
			return nil, fmt.Errorf("--system: %w", err)
		}
	}
	var packages []nixlock.Package
	for _, arg := range f.Packages {
		p := nixlock.Package{System: f.System}
		if match := namedPattern.FindStringSubmatch(arg); match != nil {
			p.Name, arg = match[1], match[2]
			if err := nixlock.CheckName(p.Name); err != nil {
				return nil, err
			}
		}
		if err := f.find(ctx, &p, storeDir, arg, std); err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
	return packages, nil
}

// find finds the store path of one package.
func (f *packageFlags) find(ctx context.Context, p *nixlock.Package, storeDir, arg string, std *command.Streams) error {
	// An object can be a link itself.
	if _, err := store.ParsePath(storeDir, arg); err != nil {
		if target, err := os.Readlink(command.FromWorkingDirectory(arg)); err == nil && strings.HasPrefix(target, storeDir+"/") {
			arg = target
		}
	}
	if !strings.HasPrefix(arg, "/") {
		return f.evaluate(ctx, p, storeDir, arg, std)
	}
	var err error
	p.Path, err = store.ParsePath(storeDir, arg)
	return err
}
