package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/store"
)

// describe is the Nix function that says what is asked of a package.
const describe = `p: { path = p.outPath; system = p.system or ""; }`

// evaluate asks an installed Nix for the store path of FLAKE#ATTRIBUTE, or of
// an attribute of the file.
func (f *packageFlags) evaluate(ctx context.Context, p *nixlock.Package, storeDir, arg string, std *command.Streams) error {
	nix, err := exec.LookPath("nix")
	if err != nil {
		return fmt.Errorf("%q is not a store path, and there is no Nix here that could find out its store path: install Nix, or name the store path (%s/<hash>-<name>)", arg, storeDir)
	}
	args := []string{"--extra-experimental-features", "nix-command flakes", "eval", "--json", "--apply", describe}
	if f.System != "" && f.System != nixlock.AnySystem {
		args = append(args, "--option", "system", f.System)
	}
	args = append(args, f.expression(arg)...)
	cmd := exec.CommandContext(ctx, nix, args...)
	cmd.Dir = os.Getenv("BUILD_WORKING_DIRECTORY")
	cmd.Stderr = std.Err
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%q: nix eval: %w: see its message above", arg, err)
	}
	var answer struct{ Path, System string }
	err = json.Unmarshal(out, &answer)
	if err == nil {
		p.Path, err = store.ParsePath(storeDir, answer.Path)
	}
	if err != nil {
		return fmt.Errorf("%q: nix eval: %w", arg, err)
	}
	if p.System == "" {
		p.System, err = nixlock.NamedSystem(answer.System)
	}
	if err != nil {
		return fmt.Errorf("%q: nix eval: %w", arg, err)
	}
	return nil
}

// expression names a package for nix eval.
func (f *packageFlags) expression(arg string) []string {
	switch {
	case f.File != "":
		return []string{"--file", command.FromWorkingDirectory(f.File), arg}
	case strings.Contains(arg, "#"):
		return []string{arg}
	default:
		return []string{"--file", "<nixpkgs>", arg}
	}
}
