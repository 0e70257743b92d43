package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/customisation/scripts"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/realroot"
)

// realRootFlags say how a script runs that sees a root of its own.
type realRootFlags struct {
	RealRoot   bool  `help:"Run the script that sees the image as its root with the image's own programs, in namespaces of its own."`
	DiskSize   int64 `placeholder:"MB" default:"1024" help:"Scratch space of that script in megabytes (default ${default})."`
	MemorySize int64 `placeholder:"MB" default:"512" help:"Memory of its programs in megabytes, with --real-root (default ${default})."`
}

func (f *realRootFlags) check() error {
	if f.DiskSize < 1 || f.MemorySize < 1 {
		return fmt.Errorf("--disk-size=%d --memory-size=%d: want numbers of megabytes from 1 on", f.DiskSize, f.MemorySize)
	}
	return nil
}

// runner is what runs the script of the attribute name; nil for the
// interpreter.
func (f *realRootFlags) runner(name, storeDir string, objects *pool, output io.Writer) scripts.RealRoot {
	if !f.RealRoot {
		return nil
	}
	return func(ctx context.Context, script string, base []archive.Layer, upper func(io.Writer) error, changes io.Writer) (err error) {
		opened, err := objects.openAll()
		defer func() {
			for _, o := range opened {
				err = errors.Join(err, o.Close())
			}
		}()
		if err != nil {
			return err
		}
		return realroot.Run(ctx, realroot.Machine{
			Base: base, Upper: upper, Objects: opened, StoreDir: storeDir, Script: script, Name: name, Output: output,
			DiskSize: f.DiskSize * realroot.Megabyte, Memory: f.MemorySize * realroot.Megabyte,
		}, changes)
	}
}

// openAll opens every object. Those that were opened are to be closed, also
// after an error.
func (p *pool) openAll() ([]*object.Object, error) {
	var opened []*object.Object
	for _, path := range p.Paths() {
		o, err := p.Open(path)
		if err != nil {
			return opened, err
		}
		opened = append(opened, o)
	}
	return opened, nil
}
