package main

import (
	"bytes"
	"fmt"

	"github.com/rules-strata/rules_strata/go/closure"
)

// closureCmd is "strata closure".
type closureCmd struct {
	Graph     []string        `placeholder:"FILE" sep:"none" help:"Graph of store objects, JSON as Nix writes it (repeatable)."`
	Root      []string        `placeholder:"STORE_PATH" sep:"none" help:"Object to start from (repeatable). Without roots and synthetic objects: all objects of the graphs."`
	Synthetic []syntheticFlag `placeholder:"STORE_PATH=FILE" sep:"none" help:"Root without bytes, whose references are the store paths that FILE mentions (repeatable). STORE_PATH has no equals sign."`
	StoreDir  string          `placeholder:"DIR" default:"/nix/store" help:"Store directory of all objects (default ${default})."`
	Out       string          `placeholder:"FILE" required:"" help:"closure.json to write."`
	Roots     []string        `arg:"" optional:"" name:"store-path" help:"More roots."`
}

// Help describes the step.
func (closureCmd) Help() string {
	return "Writes the closure of the roots: every object that they need, with its references."
}

// Run computes and writes the closure.
func (c closureCmd) Run() error {
	o := closure.Options{StoreDir: c.StoreDir, Graphs: c.Graph, Roots: append(c.Root, c.Roots...)}
	for _, s := range c.Synthetic {
		o.Synthetic = append(o.Synthetic, closure.Synthetic(s))
	}
	result, err := closure.Make(o)
	if err != nil {
		return err
	}
	return result.Write(c.Out)
}

// syntheticFlag is the value of --synthetic.
type syntheticFlag closure.Synthetic

// UnmarshalText splits STORE_PATH=FILE at the first equals sign.
func (s *syntheticFlag) UnmarshalText(text []byte) error {
	path, file, ok := bytes.Cut(text, []byte("="))
	if !ok || len(path) == 0 || len(file) == 0 {
		return fmt.Errorf("%q is not STORE_PATH=FILE", text)
	}
	s.Path, s.File = string(path), string(file)
	return nil
}
