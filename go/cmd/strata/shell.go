package main

import (
	"fmt"
	"os"

	"github.com/rules-strata/rules_strata/go/derivation"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layerflags"
	"github.com/rules-strata/rules_strata/go/nixshell"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// shellCmd is "strata shell".
type shellCmd struct {
	Drv            string        `required:"" placeholder:"FILE" help:"The derivation: a .drv."`
	JSON           bool          `name:"json" help:"The derivation is what nix derivation show writes of it."`
	Architecture   string        `placeholder:"GOARCH" help:"Architecture of the image, which the derivation must be built for."`
	UID            layerflags.ID `name:"uid" placeholder:"N" default:"1000" help:"User that the container runs as (default ${default})."`
	GID            layerflags.ID `name:"gid" placeholder:"N" default:"1000" help:"Group that the container runs as (default ${default})."`
	HomeDirectory  string        `placeholder:"DIR" default:"/build" help:"The user's home directory (default ${default})."`
	Shell          string        `placeholder:"PATH" help:"The bash to start; the derivation's builder when empty."`
	Command        string        `placeholder:"TEXT" xor:"command" help:"Commands to run in the interactive shell, which then exits."`
	CommandFile    string        `placeholder:"FILE" xor:"command" help:"The same, in a file."`
	RunText        string        `name:"run" placeholder:"TEXT" xor:"run" help:"Commands to run in a shell that is not interactive and then exits."`
	RunFile        string        `placeholder:"FILE" xor:"run" help:"The same, in a file."`
	ShellHook      string        `placeholder:"TEXT" xor:"shell-hook" help:"Commands that are appended to the derivation's shellHook."`
	ShellHookFile  string        `placeholder:"FILE" xor:"shell-hook" help:"The same, in a file."`
	CACertificates store.Path    `name:"ca-certificates" placeholder:"STORE_PATH" help:"Store object with etc/ssl/certs/ca-bundle.crt."`
	Coreutils      store.Path    `placeholder:"STORE_PATH" help:"Store object with bin/env."`
	ExtraPackage   []store.Path  `sep:"none" placeholder:"STORE_PATH" help:"Store object that is appended to the derivation's nativeBuildInputs (repeatable)."`
	Input          []store.Path  `sep:"none" placeholder:"STORE_PATH" help:"Store object that the image has (repeatable). With at least one, a derivation that names any other object is an error."`
	InputsKnown    bool          `help:"The objects of --input are all that the image has, even when there is none."`
	Object         store.Path    `required:"" placeholder:"STORE_PATH" help:"Store path of the object with the shell's files."`
	StoreDir       string        `placeholder:"DIR" default:"/nix/store" help:"Store directory of all objects (default ${default})."`
	ConfigOut      string        `required:"" placeholder:"FILE" help:"Where Cmd, Env, User and WorkingDir of the image's config go, as JSON."`
	ObjectOut      string        `required:"" placeholder:"FILE" help:"Where the NAR of the object with the shell's files goes."`
}

// Help describes the step.
func (shellCmd) Help() string {
	return "Writes what makes an image a nix shell of a derivation: its environment for the config, and a store object with the shell's rcfile, the programs buildDerivation and nixShell, and the attributes that are files."
}

// Run writes both outputs.
func (c *shellCmd) Run() error {
	d, err := c.derivation()
	if err != nil {
		return err
	}
	options := nixshell.Options{
		UID: uint32(c.UID), GID: uint32(c.GID), HomeDirectory: c.HomeDirectory, Shell: c.Shell,
		CACertificates: c.CACertificates, Coreutils: c.Coreutils, ExtraPackages: c.ExtraPackage,
		Inputs: c.Input, CheckInputs: c.InputsKnown || len(c.Input) > 0, StoreDir: c.StoreDir, Architecture: c.Architecture, Object: c.Object,
	}
	for _, text := range []struct {
		to         *string
		text, file string
	}{
		{&options.Command, c.Command, c.CommandFile},
		{&options.Run, c.RunText, c.RunFile},
		{&options.ShellHook, c.ShellHook, c.ShellHookFile},
	} {
		if *text.to, err = textOrFile(text.text, text.file); err != nil {
			return err
		}
	}
	shell, err := nixshell.New(d, options)
	if err != nil {
		return err
	}
	if err := jsonfile.Write(c.ConfigOut, shell.Config); err != nil {
		return err
	}
	return writeObject(c.ObjectOut, shell)
}

func (c *shellCmd) derivation() (*derivation.Derivation, error) {
	data, err := os.ReadFile(c.Drv)
	if err != nil {
		return nil, err
	}
	var d *derivation.Derivation
	if c.JSON {
		d, err = derivation.ParseJSON(data, c.StoreDir)
	} else {
		d, err = derivation.Parse(data)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Drv, err)
	}
	return d, nil
}

// textOrFile is the text, or what is in the file if there is one.
func textOrFile(text, file string) (string, error) {
	if file == "" {
		return text, nil
	}
	data, err := os.ReadFile(file)
	return string(data), err
}

func writeObject(path string, shell *nixshell.Shell) error {
	out, err := outfile.Create(path)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := shell.WriteObject(out); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return out.Commit()
}
