package main

import (
	"bytes"
	"os"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// lockFlag names the lock that a command reads.
type lockFlag struct {
	Lock string `default:"nix.lock.json" placeholder:"FILE" help:"The lock (default: nix.lock.json)."`
}

func (f *lockFlag) read() (*nixlock.Lock, error) {
	return nixlock.Read(command.FromWorkingDirectory(f.Lock))
}

// write puts a lock in the place of the one that was read, unless it is the
// same.
func (f *lockFlag) write(l *nixlock.Lock) error {
	data, err := l.Marshal()
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(command.FromWorkingDirectory(f.Lock)); err == nil && bytes.Equal(old, data) {
		return nil
	}
	return outfile.Write(command.FromWorkingDirectory(f.Lock), data)
}
